import AuthentikSandbox
import JSON
import Synchronization
import TestSupport
import Testing

/// The sandbox as a server: its start and end, its log, and what is no request to a model.
@Suite(.timeLimit(.minutes(60))) struct ServerTests {
    @Test func `a port in use is one sentence`() async throws {
        try await withSandbox { _, baseURL in
            let port = try #require(Int(baseURL.split(separator: ":").last ?? ""))
            let second = Sandbox(configuration: .init(port: port, token: "t"))
            let error = await #expect(throws: SandboxError.self) {
                try await second.run { _ in Issue.record("it listens") }
            }
            #expect(error?.description == "cannot listen on 127.0.0.1:\(port): the port is already in use")
        }
    }

    @Test func `after withSandbox nobody listens`() async throws {
        let port = try ReservedPort()
        defer { withExtendedLifetime(port) {} }
        let configuration = Sandbox.Configuration(port: port.number, token: "sandbox-token")
        let address = try await withSandbox(configuration: configuration) { _, baseURL in
            let answer = try await HTTPClient(baseURL).send("GET", "/-/health/live/")
            #expect(answer.status == 200)
            return baseURL
        }
        await #expect(throws: (any Error).self) { try await HTTPClient(address).send("GET", "/-/health/live/") }
    }

    /// A connection that was accepted and not yet handed over once ended the process.
    @Test func `it ends in order while clients connect`() async throws {
        for _ in 0..<50 {
            let clients = try await withSandbox { _, baseURL in
                let client = try HTTPClient(baseURL)
                let clients = (0..<6).map { _ in
                    // Who comes too late is refused.
                    Task { _ = try? await client.send("GET", "/-/health/live/") }
                }
                _ = try await client.send("GET", "/-/health/live/")
                return clients
            }
            for client in clients { await client.value }
        }
    }

    @Test func `an error of the body comes out of withSandbox`() async {
        struct Failure: Error {}
        await #expect(throws: Failure.self) { try await withSandbox { _, _ in throw Failure() } }
    }

    @Test func `of many creates of one slug exactly one wins`() async throws {
        try await Workshop.open { workshop in
            let answers = try await withThrowingTaskGroup(of: HTTPClient.Answer.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        try await workshop.post(
                            "core/applications/",
                            ["name": .string("\(number)"), "slug": "same"]
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 201 } == 1)
            let refused = answers.filter { $0.status != 201 }
            #expect(refused.count == 15)
            #expect(refused.allSatisfy { $0.json == ["slug": ["Application with this slug already exists."]] })
            #expect(try await workshop.count("core/applications/") == 1)
        }
    }

    @Test func `every request is logged, secrets are not`() async throws {
        let logged = Mutex<[String]>([])
        try await withSandbox(log: { entry in logged.withLock { $0.append(entry.path) } }) { sandbox, baseURL in
            let client = try HTTPClient(baseURL)
            _ = try await client.send("GET", "/api/v3/providers/oauth2/?client_id=a&client_secret=hush&page=1")
            _ = try await client.send("POST", "/api/v3/core/applications/", ["name": "A"])
            let entries = sandbox.requests
            #expect(
                entries.map(\.path) == [
                    "/api/v3/providers/oauth2/?client_id=a&client_secret=***&page=1", "/api/v3/core/applications/",
                ]
            )
            #expect(entries.map(\.status) == [200, 400])
            #expect(entries.map(\.isWrite) == [false, true])
            sandbox.resetRequests()
            #expect(sandbox.requests.isEmpty)
        }
        #expect(logged.withLock { $0.count } == 2)
    }

    @Test(arguments: [
        ("POST", "/api/v3/core/applications", 405, "", "text/html; charset=utf-8"),
        ("DELETE", "/api/v3/nothing/", 405, "", "text/html; charset=utf-8"),
        (
            "DELETE", "/api/v3/core/applications/", 405, #"{"detail":"Method \"DELETE\" not allowed."}"#,
            "application/json; charset=utf-8"
        ),
        ("GET", "/api/v3/core/groups/x/", 404, #"{"detail":"Not found."}"#, "application/json; charset=utf-8"),
        (
            "PUT", "/api/v3/flows/instances/x/", 501,
            #"{"detail":"The sandbox does not support this: PUT on this path."}"#, "application/json; charset=utf-8"
        ),
    ])
    func `a wrong path or method`(
        method: String,
        path: String,
        status: Int,
        body: String,
        contentType: String
    ) async throws {
        try await withSandbox { _, baseURL in
            let answer = try await HTTPClient(baseURL).send(method, path)
            #expect(answer.status == status)
            #expect(answer.text == body)
            #expect(answer.headers["content-type"] == contentType)
        }
    }

    @Test func `every answer has a request id of its own`() async throws {
        try await withSandbox { _, baseURL in
            let client = try HTTPClient(baseURL)
            let first = try await client.send("GET", "/-/health/live/").headers["x-authentik-id"]
            let second = try await client.send("GET", "/-/health/live/").headers["x-authentik-id"]
            #expect(first?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
            #expect(first != second)
        }
    }
}
