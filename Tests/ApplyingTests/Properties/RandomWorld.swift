import JSON
import TestSupport

/// Fills an Authentik by chance: declared, undeclared, marked by us and by others, half-made, linked crosswise.
struct RandomWorld {
    let admin: Admin
    private var random: RandomSource
    private let flows: (authorization: JSONValue, invalidation: JSONValue)
    private let key: JSONValue
    private let scopes: [JSONValue]

    static func make(_ admin: Admin, seed: UInt64) async throws {
        var world = try await RandomWorld(admin, RandomSource(seed: seed))
        try await world.fill()
    }

    private init(_ admin: Admin, _ random: RandomSource) async throws {
        self.admin = admin
        self.random = random
        flows = (
            try await admin.flow("default-provider-authorization-implicit-consent"),
            try await admin.flow("default-provider-invalidation-flow")
        )
        key = try await admin.list("crypto/certificatekeypairs/").first?["pk"] ?? .null
        var scopes: [JSONValue] = []
        for scope in ["openid", "email", "profile"] { scopes.append(try await admin.scope(scope)) }
        self.scopes = scopes
    }

    private mutating func fill() async throws {
        var providers: [JSONValue] = []
        let names = RandomFile.slugs + RandomFile.formerSlugs + ["x", "y"]
        for name in names where random.chance(55) { providers.append(try await makeProvider(name)) }
        var unlinked = providers
        for name in names where random.chance(60) {
            let provider = takeProvider(for: name, &unlinked, of: providers)
            try await makeApplication(name, provider, owners: providers)
        }
    }

    private mutating func makeProvider(_ name: String) async throws -> JSONValue {
        let isOther = random.chance(15)
        var body: [String: JSONValue] = [
            "name": .string(isOther ? "provider of \(name)" : name),
            "client_id": .string(random.chance(10) ? "id-of-\(name)" : name),
            "authorization_flow": flows.authorization, "invalidation_flow": flows.invalidation,
            "signing_key": random.chance(85) ? key : .null,
            "property_mappings": .array(random.chance(85) ? scopes : Array(scopes.prefix(1))),
            "redirect_uris": [
                [
                    "matching_mode": "strict",
                    "url": .string(
                        random.chance(80) ? "https://\(name).example.net/callback" : "https://else.example/"
                    ),
                ]
            ],
            "client_secret": .string(random.chance(70) ? "secret-of-\(name)" : "another"),
        ]
        if random.chance(15) { body["access_token_validity"] = "hours=3" }
        if random.chance(15) { body["client_type"] = "public" }
        return try await admin.send("POST", "providers/oauth2/", .object(body))["pk"] ?? .null
    }

    /// Mostly the provider of the same name, at times any other that nobody has, at times none.
    private mutating func takeProvider(
        for name: String,
        _ unlinked: inout [JSONValue],
        of all: [JSONValue]
    ) -> JSONValue {
        guard !unlinked.isEmpty, random.chance(70) else { return .null }
        let index = Int.random(in: unlinked.indices, using: &random)
        return unlinked.remove(at: index)
    }

    private mutating func makeApplication(_ slug: String, _ provider: JSONValue, owners: [JSONValue]) async throws {
        let application = try await admin.send(
            "POST",
            "core/applications/",
            [
                "name": .string(random.pick(["Service \(slug)", slug, "By hand"])), "slug": .string(slug),
                "provider": provider, "group": .string(random.pick(["", "", "Apps"])),
                "meta_launch_url": .string(random.chance(80) ? "https://\(slug).example.net" : "https://else.example"),
                "open_in_new_tab": .bool(random.chance(15)),
            ]
        )
        guard random.chance(65) else { return }
        let marked = random.chance(80) ? provider : owners.isEmpty ? .null : random.pick(owners)
        let fields: JSONValue = [
            "application": .array(random.chance(50) ? ["meta_launch_url", "group", "open_in_new_tab"] : []),
            "provider": .array(random.chance(50) ? ["redirect_uris", "access_token_validity"] : []),
        ]
        let attributes: JSONValue = random.pick([
            mark("ours", 1, slug, marked, fields), mark("ours", 1, slug, marked, fields),
            mark("ours", 1, slug, marked, fields), mark("others", 1, slug, marked, fields),
            mark("others", 1, slug, marked, fields), mark("ours", 2, slug, marked, fields), ["nonsense": true],
        ])
        try await admin.send(
            "POST",
            "core/application_entitlements/",
            ["name": "authentik-reconciler", "app": application["pk"] ?? .null, "attributes": attributes]
        )
        if random.chance(8) { try await admin.changeApplication(slug, ["slug": .string("\(slug)-by-hand")]) }
    }

    private func mark(
        _ owner: String,
        _ version: Int,
        _ slug: String,
        _ provider: JSONValue,
        _ fields: JSONValue
    ) -> JSONValue {
        [
            "owner": .string(owner), "version": .integer(version), "slug": .string(slug), "provider": provider,
            "applied": fields,
        ]
    }
}
