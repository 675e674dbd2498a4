import Applying
import AuthentikAPI
import AuthentikSandbox
import CurlTransport
import DesiredState
import Exporting
import JSON
import Kinds
import Planning
import SecretSources
import Secrets
import TestSupport
import Testing

/// A sandbox that somebody has clicked at.
struct Workshop: Sendable {
    let sandbox: Sandbox
    let admin: Admin
    let baseURL: String
    var token = "sandbox-token"
    /// The client secrets that were set, by slug.
    var secrets: [String: String] = [:]

    func client() throws -> AuthentikClient {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        return AuthentikClient(
            address: try #require(AuthentikAddress(baseURL)),
            token: Secret(token),
            transport: try CurlTransport(configuration: configuration)
        )
    }

    func export(_ scope: Export.Scope) async throws -> Export {
        let (observed, bindings, entitlements) = try await Observer(client: client()).observeForExport()
        return Export(scope, of: observed, bindings: bindings, entitlements: entitlements, address: baseURL)
    }

    /// A pass with the variables set that the services name.
    func pass(_ desired: DesiredState) async throws -> Pass {
        var environment: [String: String] = [:]
        for service in desired.services {
            if case .environment(let name) = service.provider?.secret { environment[name] = secrets[service.slug] }
        }
        let resolver = SecretResolver(environment: environment)
        return Pass(client: try client(), desired: desired) { await resolver.resolve(desired) }
    }
}

func withWorkshop(
    _ release: Sandbox.Release,
    _ body: @escaping @Sendable (Workshop) async throws -> Void
) async throws {
    try await withWorkshop(.init(release: release, token: "sandbox-token"), body)
}

func withWorkshop(
    _ configuration: Sandbox.Configuration,
    _ body: @escaping @Sendable (Workshop) async throws -> Void
) async throws {
    try await Turnstile.sandboxes.run {
        try await withSandbox(configuration: configuration) { sandbox, baseURL in
            try await body(Workshop(sandbox: sandbox, admin: try Admin(baseURL: baseURL), baseURL: baseURL))
        }
    }
}

// MARK: - Furnishing it

extension Workshop {
    private static let texts = [
        "Grafana", "yes", "No", "on", "null", "~", "8443", "1e3", "0x1F", "12:30", "2001-01-01", "a: b", "a #b", "- a",
        "a:", "---", "? a", "!x", "&x", "*x", "%x", "@x", "`x", "{a: b}", "[a, b]", "it's", "\"quoted\"", "a\\b", "|",
        ">",
        "two\nlines", "two\r\nlines", "tab\there", "bell\u{7}", "next\u{85}line", "line\u{2028}separator", "  spaces  ",
        "right\u{202E}left", "Übersicht", "e\u{301}clair", "\u{E9}clair", "日本語", "👩‍💻", "a\n  - slug: evil\n    port: 1",
        "# not a comment", "x\n# y", "<b>&amp;</b>", "\u{FEFF}mark",
    ]

    /// Makes services with and without a provider, some of them with bindings, and a provider of nobody's.
    mutating func furnish(with random: SeededRandom, services: Int) async throws {
        var random = random
        let flows = try await admin.list("flows/instances/").filter { $0["designation"] == "authorization" }
        let keys = try await admin.list("crypto/certificatekeypairs/?has_key=true")
        let scopes = try await admin.list("propertymappings/provider/scope/")
        let subjects: [(field: String, pk: JSONValue)] = [
            ("group", try await admin.send("POST", "core/groups/", ["name": "a\n# group"])["pk"] ?? .null),
            ("group", try await admin.send("POST", "core/groups/", ["name": "# family"])["pk"] ?? .null),
            ("user", try await admin.send("POST", "core/users/", ["username": "bob", "name": "Bob"])["pk"] ?? .null),
            (
                "policy",
                try await admin.send("POST", "policies/expression/", ["name": "no: 1", "expression": "return True"])[
                    "pk"
                ]
                    ?? .null
            ),
        ]
        for number in 1...services {
            try await furnish(number, &random, flows: flows, keys: keys, scopes: scopes, subjects: subjects)
        }
        try await admin.makeProvider("lone")
        for number in 0..<6 { try await furnishGate(number, &random, flows: flows, scopes: scopes) }
    }

    /// Makes an application with a proxy provider, which an outpost serves.
    private func furnishGate(
        _ number: Int,
        _ random: inout SeededRandom,
        flows: [JSONValue],
        scopes: [JSONValue]
    ) async throws {
        let name = "Gate \(number)"
        let origin = "\(random.chance(0.7) ? "https" : "http")://gate-\(number).example.net"
        let mode = ["forward_single", "forward_domain", "proxy"].randomElement(using: &random) ?? ""
        var fields: [String: JSONValue] = [
            "name": .string(name), "mode": .string(mode),
            "external_host": .string(origin + (random.chance(0.3) ? "/" : "")),
            "internal_host": random.chance(0.3) || mode == "proxy" ? "http://10.0.0.9:8080" : "",
            "cookie_domain": random.chance(0.3) || mode == "forward_domain" ? "example.net" : "",
            "authorization_flow": flows.randomElement(using: &random)?["pk"] ?? .null,
            "invalidation_flow": try await admin.flow(ProgramDefaults.invalidationFlow),
        ]
        if random.chance(0.4) { fields["skip_path_regex"] = "^/health$\n^/(a|b): #\n" }
        if random.chance(0.2) { fields["skip_path_regex"] = "(" }
        if random.chance(0.3) { fields["internal_host_ssl_validation"] = false }
        if random.chance(0.3) { fields["intercept_header_auth"] = false }
        if random.chance(0.3) { fields["access_token_validity"] = "days= 7" }
        if random.chance(0.5) {
            fields["basic_auth_enabled"] = .bool(random.chance(0.7))
            fields["basic_auth_user_attribute"] = "a: user"
            fields["basic_auth_password_attribute"] = "password"
        }
        if random.chance(0.3) {
            fields["property_mappings"] = .array(scopes.filter { _ in random.chance(0.4) }.compactMap { $0["pk"] })
        }
        let gate = try await admin.send("POST", "providers/proxy/", .object(fields))["pk"] ?? .null
        try await admin.send(
            "POST",
            "core/applications/",
            [
                "name": .string(name), "slug": .string("gate-\(number)"), "provider": gate,
                "meta_launch_url": random.chance(0.5) ? .string(origin) : "",
            ]
        )
        guard let outpost = try await admin.list("outposts/instances/").first else { return }
        try await admin.send(
            "PATCH",
            "outposts/instances/\(outpost["pk"]?.string ?? "")/",
            ["providers": .array((outpost["providers"]?.array ?? []) + [gate])]
        )
    }

    private mutating func furnish(
        _ number: Int,
        _ random: inout SeededRandom,
        flows: [JSONValue],
        keys: [JSONValue],
        scopes: [JSONValue],
        subjects: [(field: String, pk: JSONValue)]
    ) async throws {
        func text() -> String { Self.texts.randomElement(using: &random) ?? "" }
        let slug =
            ["\(number)", "s-\(number)", "s_\(number)", "S-\(number)", "no-\(number)"].randomElement(using: &random)
            ?? ""
        let origin =
            ["https://sso.example.net:\(8000 + number)", "https://s\(number).example.net", "http://10.0.0.\(number)"]
            .randomElement(using: &random) ?? ""
        var application: [String: JSONValue] = [
            "slug": .string(slug), "name": .string(random.chance(0.3) ? slug : text()),
        ]
        if random.chance(0.9) {
            let end =
                random.chance(0.7) ? "" : ["/", "/a?b=%(username)s", "/x#y:z"].randomElement(using: &random) ?? ""
            application["meta_launch_url"] = .string(origin + end)
        }
        if random.chance(0.3) { application["group"] = .string(text()) }
        if random.chance(0.3) { application["meta_description"] = .string(text() + text()) }
        if random.chance(0.2) { application["meta_publisher"] = .string(text()) }
        if random.chance(0.2) {
            application["meta_icon"] = .string(["fa://fa-book", "icons/a.png"].randomElement(using: &random) ?? "")
        }
        if random.chance(0.2) { application["open_in_new_tab"] = true }
        if random.chance(0.1) { application["policy_engine_mode"] = "all" }
        if random.chance(0.7) {
            let provider = try await makeProvider(
                slug,
                number,
                origin,
                &random,
                flows: flows,
                keys: keys,
                scopes: scopes
            )
            application["provider"] = provider["pk"] ?? .null
        }
        let created = try await admin.send("POST", "core/applications/", .object(application))
        for order in 0..<3 where random.chance(0.2) {
            guard let subject = subjects.randomElement(using: &random) else { continue }
            try await admin.send(
                "POST",
                "policies/bindings/",
                [
                    "target": created["pk"] ?? .null, subject.field: subject.pk, "order": .integer(order),
                    "enabled": .bool(random.chance(0.8)), "negate": .bool(random.chance(0.1)),
                ]
            )
        }
    }

    private mutating func makeProvider(
        _ slug: String,
        _ number: Int,
        _ origin: String,
        _ random: inout SeededRandom,
        flows: [JSONValue],
        keys: [JSONValue],
        scopes: [JSONValue]
    ) async throws -> JSONValue {
        let text = Self.texts.randomElement(using: &random) ?? ""
        // One that nobody can log in with is for a test of its own: it leaves the whole provider out.
        let isIdentifier = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let secret = "s3cr3t-of-\(slug)-\(Int.random(in: 0...999_999, using: &random))"
        secrets[slug] = secret
        let standard = ["openid", "email", "profile"]
        let usual = scopes.filter { row in
            row["managed"]?.string.map { managed in standard.contains { managed.hasSuffix("/scope-\($0)") } } ?? false
        }
        var uris: [JSONValue] = []
        for index in 0..<Int.random(in: 0...9, using: &random) % 4 {
            let path = ["/callback", "/a b", "/oauth?x=1&y=2", "/login/generic_oauth", "/r?to=https://x.example"][
                Int.random(in: 0...4, using: &random)
            ]
            uris.append([
                "matching_mode": .string(random.chance(0.8) ? "strict" : "regex"),
                "url": .string("\(origin)\(path)\(index)"),
            ])
        }
        if uris.isEmpty && random.chance(0.8) {
            uris = [["matching_mode": "strict", "url": .string("\(origin)/callback")]]
        }
        var fields: [String: JSONValue] = [
            "name": .string(random.chance(0.5) ? slug : "\(text) \(number)"),
            "client_id": .string(random.chance(0.5) || !isIdentifier ? slug : "\(number)\(text)"),
            "client_secret": .string(secret),
            "authorization_flow": flows.randomElement(using: &random)?["pk"] ?? .null,
            "invalidation_flow": try await admin.flow(ProgramDefaults.invalidationFlow),
            "redirect_uris": .array(uris),
            "property_mappings": .array(
                (random.chance(0.7) ? usual : scopes.filter { _ in random.chance(0.4) }).compactMap { $0["pk"] }
            ),
            "signing_key": random.chance(0.9) ? keys.first?["pk"] ?? .null : .null,
        ]
        if random.chance(0.2) { fields["client_type"] = "public" }
        if random.chance(0.2) { fields["sub_mode"] = "user_email" }
        if random.chance(0.2) { fields["issuer_mode"] = "global" }
        if random.chance(0.2) { fields["include_claims_in_id_token"] = false }
        if random.chance(0.2) { fields["encryption_key"] = keys.first?["pk"] ?? .null }
        if random.chance(0.2) { fields["access_token_validity"] = "hours=2;minutes=30" }
        if random.chance(0.2) { fields["access_code_validity"] = "seconds=60" }
        if random.chance(0.1) { fields["refresh_token_validity"] = "days= 7" }
        if random.chance(0.2) { fields["logout_uri"] = .string("\(origin)/logout") }
        if random.chance(0.9) { fields["grant_types"] = ["authorization_code", "refresh_token"] }
        return try await admin.send("POST", "providers/oauth2/", .object(fields))
    }
}
