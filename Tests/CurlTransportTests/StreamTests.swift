import TestSupport
import Testing

@testable import CurlTransport

@Suite("CurlTransport: responses bit by bit", .timeLimit(.minutes(60)))
struct StreamTests {
    private static let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-a: b\r\n\r\n"

    @Test("Pieces are passed on as they arrive")
    func pieces() async throws {
        let server = try CannedServer(.steps([Self.head, chunk("one"), chunk("two"), "0\r\n\r\n"].map(bytes)))
        let response = try await makeTransport().stream(server.url)
        #expect(response.status == 200)
        #expect(response.headers["x-a"] == "b")
        #expect(response.description == "HTTP 200, streaming")
        var body = response.body.makeAsyncIterator()
        for expected in ["one", "two", nil] {
            server.release()
            #expect(try await body.next().map { String(decoding: $0, as: UTF8.self) } == expected)
        }
        #expect(try await body.next() == nil)
    }

    @Test("Any status has its body")
    func status() async throws {
        let server = try CannedServer(.json(403, "{}"))
        let response = try await makeTransport().stream(server.url)
        #expect(response.status == 403)
        #expect(try await text(response) == "{}")
    }

    @Test("Interim responses and trailers are none of the headers, and nothing is compressed")
    func heads() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nx-a: c\r\n\r\n"
        let server = try CannedServer(.bytes(bytes(interim + Self.head + chunk("one") + "0\r\nx-b: c\r\n\r\n")))
        let response = try await makeTransport().stream(server.url)
        #expect(response.status == 200)
        #expect(response.headers["x-a"] == "b")
        #expect(response.headers["x-b"] == nil)
        #expect(try await text(response) == "one")
        #expect(server.requests.first?.header("accept-encoding") == nil)
    }

    @Test(
        "A connection that ends early is an error, after what came before",
        arguments: [head, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"]
    )
    func cut(head: String) async throws {
        let piece = head == Self.head ? chunk("one") : "one"
        let server = try CannedServer(.steps([bytes(head + piece), []]))
        let response = try await makeTransport().stream(server.url)
        var body = response.body.makeAsyncIterator()
        #expect(try await body.next() == bytes("one"))
        server.release()
        for _ in 1...2 {
            let error = await #expect(throws: TransportError.self) { try await body.next() }
            #expect(error?.kind == .interrupted || error?.curlCode == 18)
            #expect(error?.mayHaveReachedServer == true)
        }
    }

    @Test("Without an answer there is an error", arguments: [CannedReply.close, .reset])
    func noAnswer(reply: CannedReply) async throws {
        let server = try CannedServer(reply)
        let transport = try makeTransport()
        let error = await #expect(throws: TransportError.self) { try await transport.stream(server.url) }
        #expect(error?.kind == .interrupted)
    }

    @Test("What cannot be sent is refused")
    func invalid() async throws {
        let transport = try makeTransport()
        let error = await #expect(throws: TransportError.self) { try await transport.stream("http://x\r\n") }
        #expect(error?.kind == .invalidRequest)
    }

    @Test("Cancelled before the headers are there, it returns and its connection is closed")
    func cancelledEarly() async throws {
        let server = try CannedServer(.silence)
        let transport = try makeTransport()
        let task = Task { try await transport.stream(server.url) }
        await server.received(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await server.disconnected(1)
    }

    @Test("Cancelled while it is read, it returns and its connection is closed")
    func cancelledInTheMiddle() async throws {
        let server = try CannedServer(.bytes(bytes(Self.head + chunk("one"))))
        let response = try await makeTransport().stream(server.url)
        let turnstile = AsyncStream<Void>.makeStream()
        let task = Task {
            for try await _ in response.body { turnstile.continuation.yield() }
        }
        for await _ in turnstile.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await server.disconnected(1)
        var body = response.body.makeAsyncIterator()
        await #expect(throws: CancellationError.self) { try await body.next() }
    }

    @Test("A response that nobody wants any longer closes its connection")
    func dropped() async throws {
        let server = try CannedServer(.bytes(bytes(Self.head + chunk("one"))))
        let transport = try makeTransport()
        _ = try await transport.stream(server.url).status
        await server.disconnected(1)
    }

    @Test("A response outlives the variable of its transport")
    func keepsTransport() async throws {
        let server = try CannedServer(.steps([bytes(Self.head), bytes(chunk("one") + "0\r\n\r\n")]))
        let response = try await makeTransport().stream(server.url)
        server.release()
        #expect(try await text(response) == "one")
    }

    @Test("Where nothing comes for too long, it ends", arguments: [nil, head])
    func idle(head: String?) async throws {
        let server = try CannedServer(head.map { .bytes(bytes($0)) } ?? .silence)
        let transport = try makeTransport()
        let error = await #expect(throws: TransportError.self) {
            try await text(try await transport.stream(server.url, idle: .milliseconds(50)))
        }
        #expect(error?.kind == .timedOut)
        #expect(error?.message == "no data received for 0.05 seconds")
    }

    @Test("Its head may have less time than the rest")
    func headLimit() async throws {
        let server = try CannedServer { request in
            request.path == "/silent" ? .silence : .steps([bytes(Self.head), bytes(chunk("one") + "0\r\n\r\n")])
        }
        let transport = try makeTransport()
        let error = await #expect(throws: TransportError.self) {
            try await transport.stream(server.url + "/silent", head: .milliseconds(50))
        }
        #expect(error?.kind == .timedOut)
        #expect(error?.message == "no data received for 0.05 seconds")
        // However busy the machine is: at last the head comes in time.
        var limit = Duration.milliseconds(50)
        while true {
            if let response = try? await transport.stream(server.url, head: limit) {
                // By then its time would have passed, if it were for the rest as well.
                try await Task.sleep(for: limit)
                server.release()
                #expect(try await text(response) == "one")
                return
            }
            limit *= 4
        }
    }

    @Test("It may take longer than other requests")
    func noTimeLimit() async throws {
        let server = try CannedServer { request in
            request.path == "/silent" ? .silence : .steps([bytes(Self.head), bytes(chunk("one") + "0\r\n\r\n")])
        }
        let transport = try makeTransport { $0.timeLimit = .milliseconds(50) }
        let response = try await transport.stream(server.url)
        // By then its time would have passed, too.
        _ = try await transport.failure(of: HTTPRequest("GET", server.url + "/silent"))
        server.release()
        #expect(try await text(response) == "one")
    }

    @Test("It keeps to a time limit of its own")
    func timeLimit() async throws {
        let server = try CannedServer(.bytes(bytes(Self.head)))
        let transport = try makeTransport()
        let request = HTTPRequest("GET", server.url, timeLimit: .milliseconds(50))
        let error = await #expect(throws: TransportError.self) {
            try await text(try await transport.stream(request, limits: StreamLimits(idle: .seconds(3600))))
        }
        #expect(error?.kind == .timedOut)
    }

    @Test("Streams take no connection from others")
    func connections() async throws {
        let server = try CannedServer { $0.path == "/stream" ? .bytes(bytes(Self.head)) : .text(200, "ok") }
        let transport = try makeTransport { $0.maximumConnectionsPerHost = 1 }
        var streams: [StreamingResponse] = []
        for _ in 1...5 { streams.append(try await transport.stream(server.url + "/stream")) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...10 { group.addTask { _ = try await transport.get(server.url) } }
            try await group.waitForAll()
        }
        #expect(server.mostOpenConnections == 6)
        #expect(server.connectionCount == 6)
        streams = []
        await server.disconnected(5)
        #expect(try await transport.get(server.url).text == "ok")
        #expect(server.connectionCount == 6)
    }

    @Test("A reader that does not follow holds up the server, and nobody else")
    func backPressure() async throws {
        let size = 20_000_000
        let body = [UInt8](repeating: 65, count: size)
        let server = try CannedServer { request in
            switch request.path {
            case "/stream": .answer(200, body: body)
            default: .text(200, "ok")
            }
        }
        let transport = try makeTransport()
        let response = try await transport.stream(server.url + "/stream")
        #expect(try await transport.get(server.url).text == "ok")
        var count = 0
        for try await piece in response.body {
            #expect(!piece.isEmpty && piece.count <= StreamBuffer.limit)
            count += piece.count
        }
        #expect(count == size)
    }

    @Test("Being held up is not being idle")
    func pausedIsNotIdle() throws {
        let request = HTTPRequest("GET", "http://x/")
        for isPaused in [true, false] {
            let streaming = Transfer.Streaming(
                buffer: StreamBuffer(),
                limits: StreamLimits(idle: .zero),
                isPaused: isPaused
            )
            let transfer = Transfer(
                identifier: 1,
                request: request,
                configuration: TransportConfiguration(),
                streaming: streaming
            )
            #expect(try (#require(transfer).deadline == nil) == isPaused)
        }
    }

    @Test("Cancelling at any moment neither hangs nor leaves a connection")
    func cancelledAtRandom() async throws {
        let server = try CannedServer(.bytes(bytes(Self.head + chunk("one") + chunk("two"))))
        let transport = try makeTransport()
        await withTaskGroup { group in
            for number in 1...100 {
                group.addTask {
                    let task = Task { try await text(try await transport.stream(server.url)) }
                    for _ in 0..<(number % 20) { await Task.yield() }
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
            }
        }
        let opened = server.connectionCount
        await server.disconnected(opened)
    }

    @Test("Who comes after the end is told so")
    func closed() async throws {
        let mailbox = try Mailbox()
        mailbox.close()
        let buffer = StreamBuffer()
        mailbox.submit(1, HTTPRequest("GET", "http://x/"), to: buffer, limits: StreamLimits(idle: .seconds(1)))
        let error = await #expect(throws: TransportError.self) { try await buffer.head() }
        #expect(error?.message == "the HTTP client is closed")
    }
}

extension CurlTransport {
    fileprivate func stream(
        _ url: String,
        head: Duration? = nil,
        idle: Duration = .seconds(3600)
    ) async throws -> StreamingResponse {
        try await stream(HTTPRequest("GET", url), limits: StreamLimits(head: head, idle: idle))
    }
}

private func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

private func chunk(_ text: String) -> String {
    "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
}

private func text(_ response: StreamingResponse) async throws -> String {
    var bytes: [UInt8] = []
    for try await piece in response.body { bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
}
