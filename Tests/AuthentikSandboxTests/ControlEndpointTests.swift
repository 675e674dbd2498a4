import AuthentikSandbox
import JSON
import Testing

@Suite(.timeLimit(.minutes(60))) struct ControlEndpointTests {
    private static let faults = "/-/sandbox/faults/"
    private static let requests = "/-/sandbox/requests/"

    private func withControl(_ body: @Sendable (Sandbox, HTTPClient) async throws -> Void) async throws {
        var configuration = Sandbox.Configuration(token: "sandbox-token")
        configuration.isControllable = true
        try await withSandbox(configuration: configuration) { sandbox, baseURL in
            try await body(sandbox, HTTPClient(baseURL))
        }
    }

    @Test(arguments: [faults, requests])
    func `it is off unless asked for`(path: String) async throws {
        try await withSandbox { sandbox, baseURL in
            let client = try HTTPClient(baseURL)
            let unknown = try await client.send("GET", "/-/sandbox/nothing/")
            let answer = try await client.send("GET", path)
            #expect(answer.status == 404)
            #expect(answer.text == unknown.text)
            #expect(try await client.send("PUT", path, ["rules": ["cut"]]).status == 405)
            #expect(sandbox.faults.plan == FaultPlan())
        }
    }

    @Test(arguments: [faults, requests], ["GET", "DELETE"])
    func `it wants the superuser's token`(path: String, method: String) async throws {
        try await withControl { sandbox, client in
            sandbox.faults.set(FaultPlan(rules: [FaultRule(.truncated)]))
            for credentials in [HTTPClient.Credentials.token("other"), .none] {
                let answer = try await client.send(method, path, as: credentials)
                #expect(answer.status == 403)
            }
            #expect(sandbox.faults.plan.rules.count == 1)
        }
    }

    @Test func `faults are set, told and ended`() async throws {
        try await withControl { _, client in
            let plan: JSONValue = ["seed": 3, "rules": ["unavailable=503,retry-after=1", "cut"]]
            let answer = try await client.send("PUT", Self.faults, plan)
            #expect(answer.json == plan)
            #expect(try await client.send("GET", Self.faults).json == plan)
            #expect(try await client.send("GET", "/api/v3/admin/version/").status == 503)
            #expect(try await client.send("DELETE", Self.faults).status == 204)
            #expect(try await client.send("GET", Self.faults).json == ["seed": 0, "rules": []])
            #expect(try await client.send("GET", "/api/v3/admin/version/").status == 200)
        }
    }

    @Test(
        arguments: [
            (#"{"rules": ["cut", "cat"]}"#, "rules[1]: unknown fault 'cat'"),
            (#"{"rules": ["cut""#, "JSON parse error"),
            (#"{"seed": 3}"#, "a plan must be an object with a list of rules"),
            ("", "a plan must be an object with a list of rules"),
        ]
    )
    func `a plan that makes no sense changes nothing`(raw: String, message: String) async throws {
        try await withControl { sandbox, client in
            let plan = FaultPlan(seed: 1, rules: [FaultRule(.truncated)])
            sandbox.faults.set(plan)
            let answer = try await client.send("PUT", Self.faults, raw: raw)
            #expect(answer.status == 400)
            #expect(answer.json?["detail"]?.string?.hasPrefix(message) ?? false, "\(answer.text)")
            #expect(sandbox.faults.plan == plan)
        }
    }

    @Test func `requests are told and forgotten`() async throws {
        try await withControl { sandbox, client in
            sandbox.faults.set(FaultPlan(rules: [FaultRule(.html(status: 502), method: "POST")]))
            _ = try await client.send("GET", "/api/v3/core/groups/?client_secret=hush&client%5Fsecret=hush")
            _ = try await client.send("POST", "/api/v3/core/groups/", ["name": "a"])
            let answer = try await client.send("GET", Self.requests)
            #expect(answer.json?["count"] == 2)
            #expect(answer.json?["writes"] == 1)
            let requests = try #require(answer.json?["requests"]?.array)
            #expect(requests.map { $0["status"] } == [200, 502])
            #expect(requests.map { $0["faults"] } == [nil, ["html=502"]])
            #expect(!answer.text.contains("hush"))
            #expect(!answer.text.contains("sandbox-token"))
            #expect(try await client.send("DELETE", Self.requests).status == 204)
            #expect(sandbox.requests.isEmpty)
        }
    }

    @Test func `another method is not allowed`() async throws {
        try await withControl { _, client in
            let answer = try await client.send("POST", Self.faults)
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET, PUT, DELETE")
        }
    }
}
