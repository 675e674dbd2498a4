import Glibc
import TestSupport
import Testing

@testable import CurlTransport

@Suite("CurlTransport: connections", .timeLimit(.minutes(60)))
struct ConnectionTests {
    @Test("Requests one after the other share a connection")
    func reuse() async throws {
        let server = try CannedServer(.text(200, "ok"))
        let transport = try makeTransport()
        for _ in 1...5 { _ = try await transport.get(server.url) }
        #expect(server.requests.count == 5)
        #expect(server.connectionCount == 1)
    }

    @Test("Many requests at once share as many connections as are allowed", arguments: [1, 3, 8])
    func limit(connections: Int) async throws {
        let server = try CannedServer { .text(200, $0.target) }
        let transport = try makeTransport { $0.maximumConnectionsPerHost = connections }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...50 {
                group.addTask {
                    let response = try await transport.get("\(server.url)/\(number)")
                    #expect(response.text == "/\(number)")
                }
            }
            try await group.waitForAll()
        }
        #expect(server.requests.count == 50)
        #expect(server.mostOpenConnections <= connections)
    }

    @Test("Requests that must not be repeated keep to the limit, too")
    func limitOfUnrepeatable() async throws {
        let server = try CannedServer(.text(200, "ok"))
        let transport = try makeTransport { $0.maximumConnectionsPerHost = 2 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...20 {
                group.addTask { _ = try await transport.get(server.url, isRepeatable: number.isMultiple(of: 2)) }
            }
            try await group.waitForAll()
        }
        #expect(server.requests.count == 20)
    }

    @Test("A repeatable request is repeated when the connection it reused dies under it")
    func repeated() async throws {
        let server = try CannedServer { $0.connection == 1 && $0.place == 2 ? .close : .text(200, "ok") }
        let transport = try makeTransport()
        _ = try await transport.get(server.url + "/first")
        #expect(try await transport.get(server.url + "/second").status == 200)
        #expect(server.requests.map(\.path) == ["/first", "/second", "/second"])
    }

    /// All that were open when a server restarts.
    @Test(
        "A repeatable request is repeated though all connections of the pool are dead",
        arguments: [CannedReply.close, .reset]
    )
    func repeatedAfterRestart(ending: CannedReply) async throws {
        let waiting = CannedReply.drip(first: [], rest: [UInt8]("HTTP/1.1 204 OK\r\n\r\n".utf8))
        let server = try CannedServer { request in
            if request.path == "/first" { return waiting }
            return request.place > 1 ? ending : .text(200, "ok")
        }
        let transport = try makeTransport()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...8 { group.addTask { _ = try await transport.get(server.url + "/first") } }
            await server.received(8)
            server.release()
            try await group.waitForAll()
        }
        #expect(server.connectionCount == 8)
        #expect(try await transport.get(server.url + "/second").status == 200)
    }

    @Test("Requests that must not be repeated share connections, too", arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func unrepeatableReuse(method: String) async throws {
        let server = try CannedServer(.text(200, "ok"))
        let transport = try makeTransport()
        for number in 1...20 {
            let body: [UInt8]? = method == "DELETE" ? nil : [UInt8](repeating: 65, count: number * 10_000)
            let request = HTTPRequest(method, server.url, body: body, isRepeatable: false)
            #expect(try await transport.send(request).status == 200)
        }
        #expect(server.requests.count == 20)
        #expect(server.connectionCount == 1)
    }

    @Test("Many requests at once that must not be repeated share as many connections as are allowed")
    func unrepeatableReuseAtOnce() async throws {
        let server = try CannedServer(.text(200, "ok"))
        let transport = try makeTransport { $0.maximumConnectionsPerHost = 4 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...1000 {
                group.addTask {
                    let request = HTTPRequest("POST", server.url, body: [1, 2, 3], isRepeatable: false)
                    let response = try await transport.send(request)
                    #expect(response.status == 200)
                }
            }
            try await group.waitForAll()
        }
        #expect(server.requests.count == 1000)
        #expect(server.connectionCount <= 4)
    }

    @Test("A connection that the server closed as idle is not used for what must not be repeated", arguments: 1...5)
    func idleConnectionClosed(_: Int) async throws {
        let answer = [UInt8]("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".utf8)
        let server = try CannedServer { $0.place == 1 ? .steps([answer, []]) : .text(200, "ok") }
        let transport = try makeTransport()
        for number in 1...5 {
            let request = HTTPRequest("POST", "\(server.url)/\(number)", body: [1, 2], isRepeatable: false)
            #expect(try await transport.send(request).status == 200)
            server.release()
            await server.closed(number)
        }
        #expect(server.requests.map(\.path) == ["/1", "/2", "/3", "/4", "/5"])
        #expect(server.requests.map(\.connection) == [1, 2, 3, 4, 5])
    }

    @Test(
        "A request that must not be repeated is sent once, however the connection that it reused ends",
        arguments: ["POST", "PUT", "DELETE"],
        [CannedReply.close, .reset]
    )
    func reusedOnce(method: String, ending: CannedReply) async throws {
        for size in [0, 1, 1_000, 100_000, 3_000_000] where method != "DELETE" || size == 0 {
            let server = try CannedServer { $0.place == 2 ? ending : .text(200, "ok") }
            let transport = try makeTransport()
            _ = try await transport.get(server.url + "/first")
            let body = method == "DELETE" ? nil : [UInt8](repeating: 65, count: size)
            let error = try await transport.failure(
                of: HTTPRequest(method, server.url + "/second", body: body, isRepeatable: false)
            )
            #expect(error.kind == .interrupted)
            #expect(error.mayHaveReachedServer)
            #expect(try await transport.get(server.url + "/third").status == 200)
            #expect(server.requests.map(\.path) == ["/first", "/second", "/third"])
            // libcurl had opened another connection to repeat it over.
            #expect(server.requests.map(\.connection).prefix(2) == [1, 1])
        }
    }

    @Test(
        "A request that must not be repeated is sent once, however its connection ends",
        arguments: [CannedReply.close, .reset, .resetBeforeBody]
    )
    func unrepeatableOnce(ending: CannedReply) async throws {
        let server = try CannedServer { $0.path == "/second" ? ending : .text(200, "ok") }
        let transport = try makeTransport()
        _ = try await transport.get(server.url + "/first")
        let error = try await transport.failure(
            of: HTTPRequest(
                "POST",
                server.url + "/second",
                body: [UInt8](repeating: 65, count: 8_000_000),
                isRepeatable: false
            )
        )
        #expect(error.kind == .interrupted)
        #expect(error.mayHaveReachedServer)
        _ = try await transport.get(server.url + "/third")
        #expect(server.requests.map(\.path) == ["/first", "/second", "/third"])
    }

    @Test("Of many that begin at the same time on a new host, one without an answer holds up no other")
    func beginningTogether() async throws {
        let server = try CannedServer { $0.number == 1 ? .silence : .text(200, "ok") }
        let transport = try makeTransport { $0.maximumConnectionsPerHost = 3 }
        let (answers, continuation) = AsyncStream<Int>.makeStream()
        let tasks = (1...30).map { _ in
            Task {
                let status = try await transport.get(server.url).status
                continuation.yield(status)
            }
        }
        var count = 0
        for await status in answers {
            #expect(status == 200)
            count += 1
            if count == 29 { break }
        }
        for task in tasks { task.cancel() }
    }

    @Test("A request in the queue behind a full host keeps its time limit")
    func queueKeepsTimeLimit() async throws {
        let server = try CannedServer(.silence)
        let transport = try makeTransport { $0.maximumConnectionsPerHost = 1 }
        let first = Task { try await transport.get(server.url) }
        await server.received(1)
        let error = try await transport.failure(
            of: HTTPRequest("GET", server.url, timeLimit: .milliseconds(50))
        )
        #expect(error.kind == .timedOut)
        #expect(error.message == "no connection became available in time")
        #expect(!error.mayHaveReachedServer)
        first.cancel()
        _ = await first.result
    }

    @Test("A connection is asked whether it lives, and counts as dead when nothing is confirmed")
    func deadConnection() async throws {
        let server = try CannedServer(.text(200, "ok"))
        let transport = try makeTransport { $0.deadConnectionLimit = .seconds(7) }
        _ = try await transport.get(server.url)
        let socket = try #require(Self.socket(connectedTo: server.port))
        #expect(Self.option(socket, SOL_SOCKET, SO_KEEPALIVE) == 1)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 15)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 7001)
    }

    /// This process's end of a connection to a port of its own.
    private static func socket(connectedTo port: Int) -> Int32? {
        (0..<4096).first { socket in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket, $0, &length) }
            }
            return code == 0 && address.sin_family == sa_family_t(AF_INET)
                && address.sin_port == UInt16(port).bigEndian
        }
    }

    private static func option(_ socket: Int32, _ level: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(socket, level, name, &value, &length) == 0 ? value : nil
    }

    @Test("What may not be sent any more is not sent, also on a connection that is there", arguments: [true, false])
    func tooLate(isConnected: Bool) async throws {
        let server = try CannedServer(.text(200, "ok"))
        let transport = try makeTransport()
        if isConnected { _ = try await transport.get(server.url) }
        let error = await #expect(throws: TransportError.self) {
            _ = try await transport.send(HTTPRequest("POST", server.url, body: [1], sendBefore: .now))
        }
        #expect(error?.kind == .tooLate)
        #expect(error?.mayHaveReachedServer == false)
        #expect(server.requests.count == (isConnected ? 1 : 0))
        let inTime = HTTPRequest("POST", server.url, body: [1], sendBefore: .now + .seconds(60))
        #expect(try await transport.send(inTime).status == 200)
    }
}
