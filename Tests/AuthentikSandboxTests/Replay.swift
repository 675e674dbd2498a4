import AuthentikSandbox
import JSON
import Testing

/// One recorded server's scenarios, sent to a sandbox and compared.
struct Replay {
    struct Difference: Sendable {
        let exchange: String
        let lines: [String]
    }

    struct Result: Sendable {
        let server: Recording.Server
        let scenario: String
        var equal = 0
        var differences: [Difference] = []
        /// The exchanges that are knowingly not compared, with the reason.
        var leftOut: [(exchange: String, reason: String)] = []
        var exchanges: Int { equal + differences.count + leftOut.count }
    }

    private let recording: Recording
    private let server: Recording.Server
    private let client: HTTPClient
    private var comparison: Comparison
    /// The keys of the tokens that a scenario made, by the account that it sends them as.
    private var keys: [String: String] = [:]

    init(_ server: Recording.Server, _ scenario: String, _ client: HTTPClient) async throws {
        recording = try Recording(server, scenario)
        self.server = server
        self.client = client
        comparison = Comparison(origin: client.baseURL, laterFields: LeftOut.laterFields(server, scenario))
        if let known = server.preflight(of: scenario) {
            try await introduce(known)
        } else {
            try await introduceByRequests()
        }
    }

    /// Replays a scenario against a fresh sandbox that has what the scenario found.
    static func run(_ server: Recording.Server, _ scenario: String) async throws -> Result {
        try await withSandbox(server.release) { _, baseURL in
            let client = try HTTPClient(baseURL)
            try await Fixture(server: server, client: client).make(for: scenario)
            var replay = try await Replay(server, scenario, client)
            return try await replay.run(server)
        }
    }

    private mutating func run(_ server: Recording.Server) async throws -> Result {
        var result = Result(server: server, scenario: recording.scenario)
        let scenario = recording.scenario
        try await replay(recording.exchanges.indices) { index, exchange, differences in
            let name = "\(server.rawValue)/\(scenario)[\(index)] \(exchange.name)"
            if let reason = LeftOut.reason(server, scenario, index) {
                // What is listed without need should not be listed.
                if differences.isEmpty { Issue.record("\(name) is left out but equal") }
                result.leftOut.append((name, reason))
            } else if differences.isEmpty {
                result.equal += 1
            } else {
                result.differences.append(Difference(exchange: name, lines: differences))
            }
        }
        return result
    }

    /// Sends some exchanges and hands on how the answers differ.
    mutating func replay(
        _ range: Range<Int>,
        _ body: (Int, Recording.Exchange, [String]) -> Void = { _, _, _ in }
    ) async throws {
        for index in range {
            let exchange = recording.exchanges[index]
            try await makeLateProvider(for: exchange)
            let answer = try await send(exchange)
            learnKey(exchange, answer)
            body(index, exchange, comparison.differences(exchange, answer))
        }
    }

    /// Sends all exchanges.
    mutating func replay() async throws { try await replay(recording.exchanges.indices) }

    private func send(_ exchange: Recording.Exchange) async throws -> HTTPClient.Answer {
        let credentials: HTTPClient.Credentials =
            if let basic = exchange.basic, basic.count == 2 {
                .basic(name: basic[0], password: basic[1])
            } else {
                switch exchange.account {
                case nil: .none
                case "superuser": .token(client.token)
                case let account?: .token(keys[account] ?? "not-the-token")
                }
            }
        let form = exchange.form.map { form in
            form.sorted { $0.key < $1.key }.map { "\($0.key)=\(escaped($0.value))" }.joined(separator: "&")
        }
        return try await client.send(
            exchange.method,
            comparison.correspondence.path(exchange.path),
            exchange.json.map { comparison.correspondence.body($0) },
            raw: form ?? exchange.raw,
            contentType: exchange.contentType
                ?? (form == nil ? "application/json" : "application/x-www-form-urlencoded"),
            userAgent: "python-requests/2.34.2",
            as: credentials
        )
    }

    private func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte) || byte == 0x2D
            return isPlain && byte < 0x80
                ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// A provider that a scenario made without a recording of it, as an outpost shows it.
    private var lateProvider: JSONValue? {
        recording.exchanges.lazy.flatMap { $0.body["providers_obj"]?.array ?? [] }.first { $0["name"] == "fa-oidc" }
    }

    /// Makes it right before the first request that names it.
    private mutating func makeLateProvider(for exchange: Recording.Exchange) async throws {
        guard let recorded = lateProvider?["pk"]?.integer.map(String.init),
            comparison.correspondence.sandbox(.provider, recorded) == recorded,
            exchange.json?["providers"]?.array?.contains(where: { $0.integer.map(String.init) == recorded }) ?? false
        else { return }
        let pk = try await Fixture(server: server, client: client).makeProvider("fa-oidc")
        let isNew = comparison.correspondence.match(.provider, recorded: recorded, sandbox: "\(pk.integer ?? 0)")
        #expect(isNew)
    }

    /// A scenario looks at its token's key once and then sends it.
    private mutating func learnKey(_ exchange: Recording.Exchange, _ answer: HTTPClient.Answer) {
        guard exchange.path.hasSuffix("/view_key/"), let key = answer.json?["key"]?.string else { return }
        keys[recording.scenario == "least-privilege" ? "service" : "viewer"] = key
    }

    /// Learns what stands for the flows, keys and scope mappings, which every scenario takes for known.
    private mutating func introduce(_ server: Recording.Server) async throws {
        let lists = [
            "/api/v3/flows/instances/?page_size=100", "/api/v3/crypto/certificatekeypairs/?has_key=true&page_size=100",
            "/api/v3/propertymappings/provider/scope/?page_size=100",
        ]
        let preflight = try Recording(server, "preflight")
        let exchanges = preflight.exchanges.filter { lists.contains($0.path) }
        try #require(exchanges.count == lists.count)
        for exchange in exchanges {
            #expect(comparison.differences(exchange, try await send(exchange)) == [])
        }
    }

    /// Learns it from the first providers that a scenario asks for, where no look at them was recorded.
    private mutating func introduceByRequests() async throws {
        let fields = ["authorization_flow", "invalidation_flow", "signing_key", "property_mappings"]
        let providers = recording.exchanges.compactMap { $0.json?["provider"] ?? $0.json }
        var recorded: [String: JSONValue] = [:]
        for field in fields {
            recorded[field] = providers.lazy.compactMap { $0[field] }.first { !$0.isNull }
        }
        // That scenario lists them, and its providers have others.
        if recording.scenario == "scope-mappings" { recorded["property_mappings"] = nil }
        // A proxy provider shows two more than an OAuth2 provider was given.
        if let given = lateProvider?["property_mappings"]?.array {
            let all = recording.exchanges.first?.body["property_mappings"]?.array ?? []
            recorded["property_mappings"] = .array(given + all.filter { !given.contains($0) })
        }
        func pks(_ path: String) async throws -> [String] {
            let rows = try await client.send("GET", "/api/v3/\(path)").json?["results"]?.array ?? []
            return rows.compactMap { $0["pk"]?.string }
        }
        let mappings = "propertymappings/provider/scope/?scope_name="
        let own = try await [
            pks("flows/instances/?slug=default-provider-authorization-implicit-consent"),
            pks("flows/instances/?slug=default-provider-invalidation-flow"),
            pks("crypto/certificatekeypairs/"),
            pks(mappings + "openid") + pks(mappings + "email") + pks(mappings + "profile")
                + pks(mappings + "entitlements") + pks(mappings + "ak_proxy"),
        ]
        for (field, keys) in zip(fields, own) {
            let values = (recorded[field]?.array ?? [recorded[field] ?? .null]).compactMap(\.string)
            for (value, key) in zip(values, keys) {
                let isNew = comparison.correspondence.match(.uuid, recorded: value, sandbox: key)
                #expect(isNew)
            }
        }
    }
}
