import AuthentikSandbox
import JSON
import Testing

/// What a scenario found on the recorded server, left there by those before it.
struct Fixture {
    let server: Recording.Server
    let client: HTTPClient

    func make(for scenario: String) async throws {
        switch (scenario, server) {
        case ("pagination", _): try await makePages()
        case ("access", _): try await send("POST", "core/users/", ["username": "bob", "name": "Bob"])
        case ("grant-types", _): try await makeGroups(110, prefix: "gt-page-")
        case ("application-writes", .forecast):
            let provider = try await makeProvider("gt-none")
            try await send("POST", "core/applications/", ["name": "gt-none", "slug": "gt-none", "provider": provider])
        case ("provider-writes", .forecast):
            let provider = try await makeProvider("gt-none")
            try await send("POST", "core/applications/", ["name": "gt-none", "slug": "gt-none", "provider": provider])
            _ = try await makeProvider("gt-ok", grantTypes: ["authorization_code", "refresh_token"])
        case ("events", _): try await makeHistory(of: server == .december2024 ? 100 : 89)
        case ("least-privilege", .december2024): try await makeLongHistory(of: 130)
        case ("least-privilege", .earlyAugust2026): try await makeLongHistory(of: 140, withTokenRequest: false)
        case ("least-privilege", _): try await makeLongHistory(of: 141)
        default: break
        }
    }

    /// 125 providers, each linked to an application.
    private func makePages() async throws {
        for number in 0..<125 {
            let digits = Self.digits(number)
            let provider = try await makeProvider("pg\(digits)")
            try await send(
                "POST",
                "core/applications/",
                ["name": .string("PG \(digits)"), "slug": .string("pg\(digits)"), "provider": provider]
            )
        }
    }

    private func makeGroups(_ count: Int, prefix: String) async throws {
        for number in 0..<max(count, 0) {
            try await send("POST", "core/groups/", ["name": .string("\(prefix)\(Self.digits(number))")])
        }
    }

    /// As many changes as the recorded server had logged, the last of them those of the scenario `bindings`.
    private func makeHistory(of count: Int) async throws {
        let start = try await countEvents(changesOnly: true)
        try await changeBindings()
        let ofBindings = try await countEvents(changesOnly: true) - start
        for scenario in ["seed-bootstrap", "application-writes"] {
            var replay = try await Replay(server, scenario, client)
            try await replay.replay()
        }
        let missing = try await count - countEvents(changesOnly: true) - ofBindings
        try await makeGroups(missing, prefix: "history-")
        try await changeBindings()
        #expect(try await countEvents(changesOnly: true) == count)
    }

    /// The scenario `bindings` with the end that was not recorded.
    private func changeBindings() async throws {
        var bindings = try await Replay(server, "bindings", client)
        try await bindings.replay()
        let group = try await send("GET", "core/groups/?name=admins-2")?["results"]?.array?.first
        try await send("DELETE", "core/groups/\(try #require(group?["pk"]?.string))/")
    }

    /// As many events as the recorded server had logged when the scenario asks for their count.
    ///
    /// - Parameter hasTokenRequest: whether one of them is of the token endpoint's.
    private func makeLongHistory(of count: Int, withTokenRequest hasTokenRequest: Bool = true) async throws {
        let asks = 28
        let ofScenario = try await withSandbox(server.release) { _, baseURL in
            let scratch = Fixture(server: server, client: try HTTPClient(baseURL))
            let start = try await scratch.countEvents(changesOnly: false)
            var replay = try await Replay(server, "least-privilege", scratch.client)
            try await replay.replay(0..<asks)
            return try await scratch.countEvents(changesOnly: false) - start
        }
        if hasTokenRequest { try await failToGetToken() }
        // A group leaves two events, and no group behind.
        let missing = try await count - ofScenario - countEvents(changesOnly: false)
        for number in 0..<missing / 2 {
            let group = try await send("POST", "core/groups/", ["name": .string("history-\(number)")])
            try await send("DELETE", "core/groups/\(try #require(group?["pk"]?.string))/")
        }
        if missing % 2 == 1 {
            let group = try await send("GET", "core/groups/?name=authentik%20Admins")?["results"]?.array?.first
            try await send("PATCH", "core/groups/\(try #require(group?["pk"]?.string))/", [:])
        }
    }

    /// A client that sent a redirect URI which is not its own is an event of the token endpoint's.
    private func failToGetToken() async throws {
        let provider = try await makeProvider("history")
        let credentials = "client_id=history&client_secret=\(Self.secret)"
        let form = "grant_type=authorization_code&code=x&\(credentials)&redirect_uri=https://x/"
        _ = try await client.send(
            "POST",
            "/application/o/token/",
            raw: form,
            contentType: "application/x-www-form-urlencoded",
            as: HTTPClient.Credentials.none
        )
        try await send("DELETE", "providers/oauth2/\(try #require(provider.integer))/")
    }

    private func countEvents(changesOnly: Bool) async throws -> Int {
        let changes = "&actions=model_created&actions=model_updated&actions=model_deleted"
        let answer = try await send("GET", "events/events/?page_size=1" + (changesOnly ? changes : ""))
        return try #require(answer?["pagination"]?["count"]?.integer)
    }

    /// - Returns: its primary key.
    func makeProvider(_ name: String, grantTypes: [String] = []) async throws -> JSONValue {
        let flows = try await send("GET", "flows/instances/?slug=default-provider-authorization-implicit-consent")
        let ends = try await send("GET", "flows/instances/?slug=default-provider-invalidation-flow")
        let keys = try await send("GET", "crypto/certificatekeypairs/")
        let scopes = try await send("GET", "propertymappings/provider/scope/?page_size=100")
        func pk(_ list: JSONValue?) throws -> JSONValue { try #require(list?["results"]?.array?.first?["pk"]) }
        let mappings = (scopes?["results"]?.array ?? [])
            .filter { ["openid", "email", "profile"].contains($0["scope_name"]?.string) }.compactMap { $0["pk"] }
        var body: [String: JSONValue] = [
            "name": .string(name), "client_id": .string(name), "client_secret": .string(Self.secret),
            "authorization_flow": try pk(flows), "invalidation_flow": try pk(ends), "signing_key": try pk(keys),
            "property_mappings": .array(mappings),
            "redirect_uris": [
                ["matching_mode": "strict", "url": .string("https://\(name).example.org:8443/auth/callback")]
            ],
        ]
        if !grantTypes.isEmpty { body["grant_types"] = .strings(grantTypes) }
        return try #require(try await send("POST", "providers/oauth2/", .object(body))?["pk"])
    }

    private static let secret = String(repeating: "s", count: 64)

    private static func digits(_ number: Int) -> String { String(String(1000 + number).dropFirst()) }

    @discardableResult
    private func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue? {
        let answer = try await client.send(method, "/api/v3/\(path)", body, userAgent: "python-requests/2.34.2")
        try #require((200..<300).contains(answer.status), "\(method) \(path): \(answer.text)")
        return answer.json
    }
}
