import TestSupport
import Testing

@testable import CurlTransport

@Suite("CurlTransport: cancellation and time", .timeLimit(.minutes(60)))
struct CancellationTests {
    @Test("A cancelled request returns while the server says nothing, and its connection is closed")
    func cancelled() async throws {
        let server = try CannedServer { $0.path == "/silent" ? .silence : .text(200, "ok") }
        let transport = try makeTransport()
        let task = Task { try await transport.get(server.url + "/silent") }
        await server.received(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await server.disconnected(1)
        #expect(try await transport.get(server.url + "/after").text == "ok")
    }

    @Test("A request in the middle of its answer can be cancelled")
    func cancelledInTheMiddle() async throws {
        let server = try CannedServer(
            .drip(first: [UInt8]("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".utf8), rest: []),
            .text(200, "ok")
        )
        let transport = try makeTransport()
        let task = Task { try await transport.get(server.url) }
        await server.received(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await transport.get(server.url).text == "ok")
    }

    /// Nothing here takes time, and nobody else has anything to do with it.
    @Test("A cancelled caller returns at once, though nothing turns the event loop", arguments: [false, true])
    func cancelledWithoutLoop(isStream: Bool) async throws {
        let mailbox = try Mailbox()
        let transport = CurlTransport(configuration: makeConfiguration(), mailbox: mailbox)
        let request = HTTPRequest("GET", "http://127.0.0.1/")
        let task = Task {
            if isStream {
                _ = try await transport.stream(request, limits: StreamLimits(idle: .seconds(1)))
            } else {
                _ = try await transport.send(request)
            }
        }
        var commands: [Mailbox.Command] = []
        while commands.isEmpty {
            await Task.yield()
            commands = mailbox.take()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        guard case .cancel(1) = mailbox.take().first else {
            Issue.record("the event loop is not told")
            return
        }
    }

    @Test("A task that was cancelled before sends nothing")
    func cancelledBefore() async throws {
        let server = try CannedServer(.text(200, "ok"))
        let transport = try makeTransport()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await transport.get(server.url)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        _ = try await transport.get(server.url + "/after")
        #expect(server.requests.map(\.path) == ["/after"])
    }

    @Test("Requests that are cancelled in the queue free it")
    func cancelledInTheQueue() async throws {
        let server = try CannedServer { $0.path == "/silent" ? .silence : .text(200, "ok") }
        let transport = try makeTransport { $0.maximumConnectionsPerHost = 1 }
        let silent = Task { try await transport.get(server.url + "/silent") }
        await server.received(1)
        let queued = (1...10).map { number in Task { try await transport.get("\(server.url)/\(number)") } }
        let last = Task { try await transport.get(server.url + "/last") }
        for task in queued { task.cancel() }
        for task in queued { await #expect(throws: CancellationError.self) { try await task.value } }
        silent.cancel()
        #expect(try await last.value.text == "ok")
    }

    @Test("Cancelling at any moment neither hangs nor answers twice")
    func cancelledAtRandom() async throws {
        let server = try CannedServer(.text(200, "ok"))
        let transport = try makeTransport()
        await withTaskGroup { group in
            for number in 1...200 {
                group.addTask {
                    let task = Task { try await transport.get(server.url) }
                    for _ in 0..<(number % 20) { await Task.yield() }
                    task.cancel()
                    switch await task.result {
                    case .success(let response): #expect(response.text == "ok")
                    case .failure(let error): #expect(error is CancellationError)
                    }
                }
            }
        }
        #expect(try await transport.get(server.url).text == "ok")
    }

    @Test("A time limit ends a request, whatever it waits for", arguments: ["nothing", "drips"])
    func timeLimit(what: String) async throws {
        let head = [UInt8]("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".utf8)
        let server = try CannedServer(what == "nothing" ? .silence : .drip(first: head, rest: []))
        let error = try await makeTransport().failureAfterSending(HTTPRequest("GET", server.url))
        #expect(error.kind == .timedOut)
        #expect(error.mayHaveReachedServer)
    }

    @Test("The transport's time limit holds for requests that have none")
    func commonTimeLimit() async throws {
        let server = try CannedServer(.silence)
        let transport = try makeTransport { $0.timeLimit = .milliseconds(100) }
        #expect(try await transport.failure(of: HTTPRequest("GET", server.url)).kind == .timedOut)
    }

    @Test("A request's own time limit goes before the transport's")
    func ownTimeLimit() async throws {
        let server = try CannedServer(.silence)
        let request = HTTPRequest("GET", server.url, timeLimit: .milliseconds(100))
        #expect(try await makeTransport().failure(of: request).kind == .timedOut)
    }

    @Test(
        "A duration in libcurl's milliseconds is never 0, which would be no limit, and never too large",
        arguments: [
            (Duration.zero, 1), (.nanoseconds(1), 1), (.milliseconds(1), 2), (.seconds(30), 30_001),
            (.seconds(-5), 1), (.milliseconds(-5), 1), (.seconds(Int64.max), 2_147_482_001),
        ]
    )
    func milliseconds(duration: Duration, expected: Int) {
        #expect(duration.curlMilliseconds == expected)
    }
}
