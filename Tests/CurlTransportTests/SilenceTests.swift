import TestSupport
import Testing

@testable import CurlTransport

/// What happens when a connection that was used before takes a request and says nothing.
///
/// Each test opens a connection by a first request, and then asks for `/second` over it.
@Suite("CurlTransport: silence", .timeLimit(.minutes(60)))
struct SilenceTests {
    private static func connected(
        _ reply: @escaping @Sendable (RecordedRequest) -> CannedReply
    ) async throws -> (CannedServer, CurlTransport) {
        let server = try CannedServer { $0.path == "/second" ? reply($0) : .text(200, "ok") }
        let transport = try makeTransport { $0.silenceLimit = .milliseconds(20) }
        _ = try await transport.get(server.url + "/first")
        return (server, transport)
    }

    @Test("A read is sent once more, over a new connection, and the silent one is closed")
    func doubled() async throws {
        let (server, transport) = try await Self.connected { $0.connection == 1 ? .silence : .text(200, "ok") }
        #expect(try await transport.get(server.url + "/second").text == "ok")
        #expect(server.requests.map(\.connection) == [1, 1, 2])
        await server.disconnected(1)
        #expect(try await transport.get(server.url + "/third").text == "ok")
        // On a machine that is busy this one may be sent twice as well; it begins on the connection that is left.
        #expect(server.requests.dropFirst(3).first?.connection == 2)
    }

    @Test("A write that may be doubled is")
    func doubledWrite() async throws {
        let (server, transport) = try await Self.connected { $0.connection == 1 ? .silence : .text(200, "ok") }
        let request = HTTPRequest("PATCH", server.url + "/second", body: [65], mayBeDoubled: true)
        #expect(try await transport.send(request).text == "ok")
        #expect(server.requests.map(\.body) == [[], [65], [65]])
    }

    @Test("Nothing else is sent twice", arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func notDoubled(method: String) async throws {
        let (server, transport) = try await Self.connected { _ in .silence }
        let error = try await transport.failure(
            of: HTTPRequest(method, server.url + "/second", timeLimit: .milliseconds(200))
        )
        #expect(error.kind == .timedOut)
        #expect(server.requests.count <= 2)
        #expect(server.connectionCount == 1)
    }

    @Test("What must not be repeated is not doubled, whatever is said of it")
    func unrepeatable() {
        #expect(!HTTPRequest("GET", "http://x/", isRepeatable: false, mayBeDoubled: true).mayBeDoubled)
        #expect(HTTPRequest("GET", "http://x/").mayBeDoubled)
        #expect(!HTTPRequest("GET", "http://x/", mayBeDoubled: false).mayBeDoubled)
    }

    @Test("On a new connection silence is only a slow server")
    func newConnection() async throws {
        let server = try CannedServer { request in
            switch request.path {
            case "/slow": .silence
            case "/second": request.place == 2 ? .silence : .text(200, "ok")
            default: .text(200, "ok")
            }
        }
        let transport = try makeTransport { $0.silenceLimit = .milliseconds(20) }
        let slow = Task { try await transport.get(server.url + "/slow") }
        await server.received(1)
        // What was begun later is doubled in the meantime.
        for path in ["/first", "/second"] { _ = try await transport.get(server.url + path) }
        #expect(server.requests.map(\.path) == ["/slow", "/first", "/second", "/second"])
        slow.cancel()
        _ = await slow.result
    }

    @Test("A server that was only slow is heard all the same")
    func slow() async throws {
        let late = CannedReply.drip(first: [], rest: [UInt8]("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate".utf8))
        let (server, transport) = try await Self.connected { $0.connection == 1 ? late : .silence }
        let task = Task { try await transport.get(server.url + "/second").text }
        await server.received(3)
        server.release()
        #expect(try await task.value == "late")
        await server.disconnected(1)
    }

    @Test(
        "The failure of one attempt decides nothing while the other is under way",
        arguments: [CannedReply.close, .reset]
    )
    func secondFails(ending: CannedReply) async throws {
        let late = CannedReply.drip(first: [], rest: [UInt8]("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate".utf8))
        let (server, transport) = try await Self.connected { $0.connection == 1 ? late : ending }
        let task = Task { try await transport.get(server.url + "/second").text }
        await server.received(3)
        server.release()
        #expect(try await task.value == "late")
    }

    @Test("Both fail: the request may have reached the server")
    func bothFail() async throws {
        let (server, transport) = try await Self.connected { _ in .silence }
        let error = try await transport.failureAfterSending(
            HTTPRequest("GET", server.url + "/second"),
            .milliseconds(500)
        )
        #expect(error.kind == .timedOut)
        #expect(error.mayHaveReachedServer)
    }

    @Test("The second attempt is not sent either when its time has passed")
    func tooLate() async throws {
        let (server, transport) = try await Self.connected { _ in .silence }
        let request = HTTPRequest(
            "PATCH",
            server.url + "/second",
            timeLimit: .milliseconds(300),
            sendBefore: .now,
            mayBeDoubled: true
        )
        #expect(try await transport.failure(of: request).kind == .tooLate)
        #expect(server.requests.count == 1)
    }

    @Test("Cancelled, both attempts end")
    func cancelled() async throws {
        let (server, transport) = try await Self.connected { _ in .silence }
        let task = Task { try await transport.get(server.url + "/second") }
        await server.received(3)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await server.disconnected(2)
    }

    @Test("It takes no place of the queue")
    func place() async throws {
        let server = try CannedServer { $0.path == "/second" && $0.connection == 1 ? .silence : .text(200, "ok") }
        let transport = try makeTransport {
            $0.silenceLimit = .milliseconds(20)
            $0.maximumConnectionsPerHost = 1
        }
        _ = try await transport.get(server.url + "/first")
        async let others: Void = withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...10 { group.addTask { _ = try await transport.get(server.url) } }
            try await group.waitForAll()
        }
        #expect(try await transport.get(server.url + "/second").text == "ok")
        try await others
    }
}
