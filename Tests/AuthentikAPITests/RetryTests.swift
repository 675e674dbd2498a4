import CurlTransport
import JSON
import Kinds
import Synchronization
import TestSupport
import Testing

@testable import AuthentikAPI

@Suite("AuthentikClient: retries", .timeLimit(.minutes(60)))
struct RetryTests {
    private static let version = CannedReply.json(200, #"{"version_current": "2025.12.4"}"#)

    @Test("Not ready twice, then there", arguments: [502, 503, 504])
    func notReady(status: Int) async throws {
        let server = try CannedServer(.html(status, "starting"), .html(status, "starting"), Self.version)
        var client = try makeClient(server)
        let told = Mutex<[AuthentikError.Kind]>([])
        client.onRetry = { error, delay in told.withLock { $0.append(error.kind) } }
        #expect(try await client.release().description == "2025.12.4")
        #expect(server.requests.count == 3)
        #expect(client.requestCounts.reads == 3)
        #expect(told.withLock { $0 } == [.unavailable, .unavailable])
    }

    @Test("Every request carries the token and asks for JSON")
    func headers() async throws {
        let server = try CannedServer(.html(503, ""), Self.version)
        _ = try await makeClient(server).release()
        #expect(
            server.requests.map { $0.header("authorization") } == [
                "Bearer t0ken-of-the-test", "Bearer t0ken-of-the-test",
            ]
        )
        #expect(server.requests.allSatisfy { $0.header("accept") == "application/json" })
        #expect(server.requests.allSatisfy { $0.header("content-type") == nil })
    }

    @Test("A wait that the deadline does not allow is not begun")
    func deadline() async throws {
        let server = try CannedServer(.html(503, "", [("retry-after", "3600")]))
        var client = try makeClient(server)
        client.deadline = .now + .seconds(600)
        let error = try await failure { try await client.release() }
        #expect(error.kind == .unavailable)
        #expect(error.retryAfter == .seconds(3600))
        #expect(server.requests.count == 1)
    }

    @Test("A read waits no longer than the deadline")
    func readWithinDeadline() async throws {
        let server = try CannedServer(.silence)
        var client = try makeClient(server)
        client.deadline = .now + .milliseconds(100)
        let error = try await failure { try await client.release() }
        #expect(error.transport?.kind == .timedOut)
    }

    @Test("An interrupted read is sent three times")
    func interrupted() async throws {
        let server = try CannedServer(.reset)
        let client = try makeClient(server)
        let error = try await failure { try await client.release() }
        #expect(error.transport?.kind == .interrupted)
        #expect(client.requestCounts.reads == 3)
    }

    @Test("Nobody there is asked five times")
    func refused() async throws {
        let told = Mutex(0)
        let error = try await withRefusingPort { port in
            var client = try makeClient("http://127.0.0.1:\(port)")
            client.onRetry = { _, _ in told.withLock { $0 += 1 } }
            let tried = client
            return try await failure { try await tried.release() }
        }
        #expect(error.transport?.kind == .unreachable)
        #expect(told.withLock { $0 } == 4)
    }

    @Test("A refusal is not retried", arguments: [400, 403, 404, 415])
    func refusal(status: Int) async throws {
        let server = try CannedServer(.json(status, #"{"detail": "no"}"#))
        let client = try makeClient(server)
        _ = try await failure {
            try await client.update(.providers, key: "1", WriteBody(["name": "x"])) as OAuth2Provider
        }
        #expect(server.requests.count == 1)
    }

    @Test("A PATCH is idempotent, so it is retried")
    func patch() async throws {
        let server = try CannedServer(
            .reset,
            .html(502, ""),
            .json(200, #"{"pk": "a", "slug": "grafana", "name": "Grafana"}"#)
        )
        let client = try makeClient(server)
        let updated: Application = try await client.update(
            .applications,
            key: "grafana",
            WriteBody(["name": "Grafana"])
        )
        #expect(updated.name == "Grafana")
        #expect(server.requests.map(\.method) == ["PATCH", "PATCH", "PATCH"])
        #expect(server.requests.allSatisfy { $0.bodyText == #"{"name":"Grafana"}"# })
        #expect(server.requests.allSatisfy { $0.header("content-type") == "application/json" })
        #expect(client.requestCounts.writes == 3)
    }

    @Test("A PATCH whose answer makes no sense is sent once more, for the answer")
    func garbledPatch() async throws {
        let server = try CannedServer { _ in .json(200, #"{"slug": "graf"#) }
        let error = try await failure {
            try await makeClient(server)
                .update(.applications, key: "grafana", WriteBody(["name": "Grafana"])) as Application
        }
        #expect(error.kind == .undecodable)
        #expect(server.requests.map(\.method) == ["PATCH", "PATCH"])
    }

    @Test("A cancelled task stops waiting")
    func cancelled() async throws {
        let server = try CannedServer(.html(503, "", [("retry-after", "3600")]))
        let client = try makeClient(server)
        let task = Task { try await client.release() }
        await server.received(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
