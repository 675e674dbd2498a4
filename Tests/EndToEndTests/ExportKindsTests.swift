import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// One application of each kind that real installations have, exported by the built binary and planned back to nothing.
@Suite(.timeLimit(.minutes(60))) struct ExportKindsTests {
    @Test(arguments: Sandbox.Release.allCases)
    func `every kind of application is exported and planned back to nothing`(_ release: Sandbox.Release) async throws {
        try await withTarget(release) { target in
            let installation = Installation(admin: target.admin, release: release)
            try await installation.furnish()
            target.sandbox.resetRequests()

            let export = try await target.run("export", "--all", "--owner", "homelab")
            #expect(export.status == 0, "\(export.errors)")
            #expect(target.writes == [])
            for text in Installation.expected { #expect(export.output.contains(text), "\(text)\n\(export.output)") }
            #expect(
                export.output.hasSuffix(
                    """
                    # not exported, because no application uses them: OAuth2 providers 'lone'
                    # 14 applications: 10 services, and 4 only as a comment:
                    # - 1 with a proxy provider that no outpost serves: unserved
                    # - 1 with an OAuth2 provider without a redirect URI: learner
                    # - 1 with an OAuth2 provider without scopes: bare
                    # - 1 with neither a provider nor a launch URL: nothing

                    """
                ),
                "\(export.output)"
            )
            #expect(export.errors.contains("exported as comments"))
            #expect(export.errors.contains("14"))

            let file = FileManager.default.temporaryDirectory.appending(path: "kinds-\(UUID().uuidString).yaml")
            try Data(export.output.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let environment = installation.secrets.mapValues(Optional.some)
            let plan = try await target.run("plan", "--config", file.path, changing: environment)
            #expect(plan.status == 2, "\(plan.output)\(plan.errors)")
            #expect(plan.output.contains("10 to adopt") && !plan.output.contains("not as declared"), "\(plan.output)")

            // Adopting writes marks, and a second pass nothing.
            target.sandbox.resetRequests()
            let pass = try await target.run("--once", "--config", file.path, changing: environment)
            #expect(pass.status == 0, "\(pass.output)\(pass.errors)")
            let others = target.writes.filter { !$0.contains("application_entitlements") }
            // The mark of a scope mapping is on itself.
            #expect(others.count == 1 && others[0].contains("propertymappings/provider/scope"), "\(others)")
            let again = try await target.run("plan", "--config", file.path, changing: environment)
            #expect(again.status == 0, "\(again.output)\(again.errors)")
            #expect(again.output.contains("Plan: nothing to do"), "\(again.output)")

            // With their marks they are the same file, but for the comments.
            let marked = try await target.run("export", "--owner", "homelab")
            try Data(marked.output.utf8).write(to: file)
            let markedPlan = try await target.run("plan", "--config", file.path, changing: environment)
            #expect(markedPlan.status == 0, "\(markedPlan.output)\(markedPlan.errors)\n\(marked.output)")
            #expect(marked.output.hasSuffix("# 10 applications: 10 services.\n"), "\(marked.output)")
        }
    }

    /// What a file that wants nothing else makes of a proxy application without a mark.
    @Test(arguments: ["always", "matching", "never"])
    func `a proxy application that was made by hand is adopted`(_ adopt: String) async throws {
        try await withTarget { target in
            let installation = Installation(admin: target.admin, release: .december2025)
            try await installation.furnish()
            let text = """
                apiVersion: reconcile/v1
                owner: homelab
                services:
                  - slug: single
                    host: single.example.net
                    adopt: \(adopt)
                    forwardAuth: {mode: single, skipPaths: ["^/health$"]}

                """
            let file = FileManager.default.temporaryDirectory.appending(path: "adopted-\(UUID().uuidString).yaml")
            try Data(text.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let plan = try await target.run("plan", "--config", file.path)
            #expect(plan.status == (adopt == "never" ? 1 : 2), "\(plan.output)\(plan.errors)")
            #expect(
                plan.output.contains("exists without an ownership mark and matches the file") == (adopt != "never"),
                "\(plan.output)"
            )
        }
    }
}

/// An installation with one application of each kind.
private struct Installation: Sendable {
    let admin: Admin
    let release: Sandbox.Release

    /// What the export has to say.
    static let expected = [
        "  - slug: single\n    host: single.example.net\n    forwardAuth:\n      mode: single\n      skipPaths:\n"
            + "        - '^/health$'\n      accessTokenValidity: days=3\n",
        "      mode: domain\n      cookieDomain: example.net\n",
        "      mode: proxy\n      outpost: edge\n      upstream: http://10.0.0.7:8080\n      verifyUpstreamTLS: false\n"
            + "      basicAuth: {user: app_user, password: app_password}\n",
        "    signingKey: none  # HS256\n", "scopes: [openid, profile, {mapping: Own email}]\n",
        "      - url: 'https://.*\\.example\\.org/callback'\n        matching: regex\n",
        "    redirectURIs:\n      - https://gate.example.org/callback?X-authentik-auth-callback=true\n",
        "  # cannot be expressed: 1 backchannel provider: 'beside'\n  - slug: bookmark\n",
        "  # cannot be expressed: 'learner': its provider has no redirect URI",
    ]

    /// What the variables of the file hold.
    var secrets: [String: String] {
        Dictionary(
            uniqueKeysWithValues: ["PLAIN", "UNSIGNED", "MAPPED", "TUNED", "PATTERN", "LOOKALIKE"].map {
                ("\($0)_CLIENT_SECRET", "secret-of-\($0.lowercased())")
            }
        )
    }

    func furnish() async throws {
        let scopes = try await admin.list("propertymappings/provider/scope/")
        let usual = ["openid", "email", "profile"].compactMap { name in
            scopes.first { $0["managed"]?.string == "goauthentik.io/providers/oauth2/scope-\(name)" }?["pk"]
        }
        let own = try await admin.send(
            "POST",
            "propertymappings/provider/scope/",
            ["name": "Own email", "scope_name": "email", "expression": "return {\"email_verified\": True}"]
        )["pk"]
        try await addClient("plain", usual)
        try await addClient("unsigned", usual, ["signing_key": .null])
        try await addClient("mapped", [usual[0], usual[2], own ?? .null])
        try await addClient("tuned", usual, tuning)
        let pattern = entry(#"https://.*\.example\.org/callback"#, "regex")
        try await addClient("pattern", usual, ["redirect_uris": [pattern]])
        let lookalike = "https://gate.example.org/callback?X-authentik-auth-callback=true"
        try await addClient("lookalike", usual, ["redirect_uris": [entry(lookalike)]])
        try await addClient("learner", usual, ["redirect_uris": []])
        try await addClient("bare", [])
        let beside = try await admin.makeProvider("beside")["pk"] ?? .null
        try await addApplication(
            "bookmark",
            ["meta_launch_url": "https://bookmark.example.net/start", "backchannel_providers": [beside]]
        )
        try await addApplication("nothing", [:])
        let single = try await addProxy(
            "single",
            ["mode": "forward_single", "skip_path_regex": "^/health$", "access_token_validity": "days=3"]
        )
        let domain = try await addProxy("domain", ["mode": "forward_domain", "cookie_domain": "example.net"])
        let upstream = try await addProxy(
            "upstream",
            [
                "mode": "proxy", "internal_host": "http://10.0.0.7:8080", "internal_host_ssl_validation": false,
                "basic_auth_enabled": true, "basic_auth_user_attribute": "app_user",
                "basic_auth_password_attribute": "app_password",
            ]
        )
        try await addProxy("unserved", ["mode": "forward_single"])
        try await admin.makeProvider("lone")
        let embedded = try await admin.list("outposts/instances/").first?["pk"]?.string ?? ""
        try await admin.send("PATCH", "outposts/instances/\(embedded)/", ["providers": [single, domain]])
        let edge: JSONValue = ["name": "edge", "type": "proxy", "providers": [upstream], "config": [:]]
        try await admin.send("POST", "outposts/instances/", edge)
    }

    /// What the release has of it.
    private var tuning: [String: JSONValue] {
        var fields: [String: JSONValue] = ["access_token_validity": "minutes=30", "sub_mode": "user_username"]
        if release != .december2024 { fields["refresh_token_threshold"] = "hours=1" }
        guard [.may2026, .august2026].contains(release) else { return fields }
        fields["redirect_uris"] = [
            entry("https://tuned.example.org/callback"), entry("https://tuned.example.org/out", type: "logout"),
            entry("https://tuned.example.org/.*", "regex", type: "logout"),
        ]
        return fields
    }

    private func entry(_ url: String, _ matching: String = "strict", type: String? = nil) -> JSONValue {
        var entry: [String: JSONValue] = ["url": .string(url), "matching_mode": .string(matching)]
        entry["redirect_uri_type"] = type.map(JSONValue.string)
        return .object(entry)
    }

    private func addClient(_ slug: String, _ scopes: [JSONValue], _ others: [String: JSONValue] = [:]) async throws {
        let key = try await admin.list("crypto/certificatekeypairs/?has_key=true").first?["pk"] ?? .null
        var fields: [String: JSONValue] = [
            "name": .string(slug), "client_id": .string(slug), "client_secret": .string("secret-of-\(slug)"),
            "authorization_flow": try await admin.flow("default-provider-authorization-implicit-consent"),
            "invalidation_flow": try await admin.flow("default-provider-invalidation-flow"),
            "property_mappings": .array(scopes), "signing_key": key,
            "redirect_uris": [entry("https://\(slug).example.org/callback")],
            "grant_types": ["authorization_code", "refresh_token"],
        ]
        fields.merge(others) { $1 }
        let provider = try await admin.send("POST", "providers/oauth2/", .object(fields))["pk"]
        try await addApplication(slug, ["provider": provider ?? .null])
    }

    @discardableResult
    private func addProxy(_ slug: String, _ others: [String: JSONValue]) async throws -> JSONValue {
        var fields: [String: JSONValue] = [
            "name": .string("Provider for \(slug)"), "external_host": .string("https://\(slug).example.net"),
            "authorization_flow": try await admin.flow("default-provider-authorization-implicit-consent"),
            "invalidation_flow": try await admin.flow("default-provider-invalidation-flow"),
        ]
        if slug == "single" { fields["name"] = "single" }
        fields.merge(others) { $1 }
        let provider = try await admin.send("POST", "providers/proxy/", .object(fields))["pk"] ?? .null
        try await addApplication(slug, ["provider": provider])
        return provider
    }

    private func addApplication(_ slug: String, _ others: [String: JSONValue]) async throws {
        let fields = ["slug": JSONValue.string(slug), "name": .string(slug)].merging(others) { $1 }
        try await admin.send("POST", "core/applications/", .object(fields))
    }
}
