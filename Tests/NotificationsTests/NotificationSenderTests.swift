import CurlTransport
import JSON
import Synchronization
import TestSupport
import Testing

@testable import Notifications

@Suite(.timeLimit(.minutes(60))) struct NotificationSenderTests {
    /// What a sender reports and how long it waits.
    private final class Record: Sendable {
        private let state = Mutex((outcomes: [NotificationSender.Outcome](), waits: [Duration]()))
        let (stream, continuation) = AsyncStream.makeStream(of: NotificationSender.Outcome.self)

        var outcomes: [NotificationSender.Outcome] { state.withLock { $0.outcomes } }
        var waits: [Duration] { state.withLock { $0.waits } }

        func note(_ outcome: NotificationSender.Outcome) {
            state.withLock { $0.outcomes.append(outcome) }
            continuation.yield(outcome)
        }

        func wait(_ duration: Duration) { state.withLock { $0.waits.append(duration) } }
    }

    private let record = Record()

    private func sender(
        _ url: String,
        _ change: (inout NotificationSender.Limits) -> Void = { _ in }
    ) throws -> NotificationSender {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        var limits = NotificationSender.Limits()
        limits.jitter = { 1 }
        change(&limits)
        let target = try NotificationTarget("\(url)/hooks/s3cr3t")
        return NotificationSender(
            target: { target },
            transport: try CurlTransport(configuration: configuration),
            limits: limits,
            sleep: { [record] in
                record.wait($0)
                try Task.checkCancellation()
            },
            report: record.note
        )
    }

    private func notification(_ name: String) -> Notification {
        NotificationFormatTests.notification([NotificationFormatTests.drift(name)])
    }

    /// Runs until so many outcomes were reported.
    private func run(_ sender: NotificationSender, until count: Int) async {
        let task = Task { await sender.run() }
        for await _ in record.stream where record.outcomes.count >= count { break }
        task.cancel()
        await task.value
    }

    @Test func `they are posted in their order, over TLS's transport, as JSON`() async throws {
        let server = try CannedServer(.text(200, "ok"), .text(204, ""))
        defer { server.stop() }
        let sender = try sender(server.url)
        for name in ["a", "b", "c"] { sender.send(notification(name)) }
        await run(sender, until: 3)
        #expect(record.outcomes == [.sent, .sent, .sent])
        #expect(server.requests.map(\.method) == ["POST", "POST", "POST"])
        #expect(server.requests.allSatisfy { $0.target == "/hooks/s3cr3t" })
        #expect(server.requests.first?.header("content-type") == "application/json")
        let names = try server.requests.map { try JSONValue(parsing: $0.body)["events"]?.array?.first?["name"] }
        #expect(names == ["a", "b", "c"])
    }

    @Test func `what fails for now is sent again, later each time`() async throws {
        let server = try CannedServer(.text(503, ""), .text(500, ""), .text(408, ""), .text(200, ""))
        defer { server.stop() }
        let sender = try sender(server.url)
        sender.send(notification("a"))
        await run(sender, until: 4)
        #expect(record.outcomes.last == .sent)
        #expect(record.waits == [.seconds(2), .seconds(4), .seconds(8)])
    }

    @Test func `the receiver may ask for a longer wait, up to a limit`() async throws {
        let server = try CannedServer(
            .text(429, "", [("retry-after", "30")]),
            .text(429, "", [("retry-after", "999999999")]),
            .text(200, "")
        )
        defer { server.stop() }
        let sender = try sender(server.url)
        sender.send(notification("a"))
        await run(sender, until: 3)
        #expect(record.waits == [.seconds(30), .seconds(600)])
        #expect(record.outcomes.last == .sent)
    }

    @Test func `what will not be accepted is given up at once, and the next one is sent`() async throws {
        let server = try CannedServer(.text(404, "no /hooks/s3cr3t here"), .text(200, ""))
        defer { server.stop() }
        let sender = try sender(server.url)
        sender.send(notification("a"))
        sender.send(notification("b"))
        await run(sender, until: 2)
        guard case .failed(let error) = record.outcomes.first else {
            Issue.record("\(record.outcomes)")
            return
        }
        #expect(error.description == "127.0.0.1:\(server.port) answers HTTP 404")
        #expect(record.outcomes.last == .sent)
        #expect(record.waits.isEmpty)
    }

    @Test func `nobody there is tried a few times; the error shows the host alone`() async throws {
        try await withRefusingPort { port in
            let sender = try sender("http://127.0.0.1:\(port)") { $0.attempts = 3 }
            sender.send(notification("a"))
            await run(sender, until: 3)
            guard case .failed(let error) = record.outcomes.last else {
                Issue.record("\(record.outcomes)")
                return
            }
            #expect(error.description == "127.0.0.1:\(port): cannot connect")
            #expect(!"\(record.outcomes)".contains("s3cr3t"))
        }
    }

    @Test func `too many drop the oldest, and it is said`() async throws {
        let server = try CannedServer(.text(200, ""))
        defer { server.stop() }
        let sender = try sender(server.url) { $0.queue = 3 }
        for name in ["a", "b", "c", "d", "e"] { sender.send(notification(name)) }
        #expect(record.outcomes == [.dropped(1), .dropped(1)])
        await run(sender, until: 5)
        let names = try server.requests.map { try JSONValue(parsing: $0.body)["events"]?.array?.first?["name"] }
        #expect(names == ["c", "d", "e"])
    }

    @Test func `the end waits for no receiver, and says what was not sent`() async throws {
        let server = try CannedServer(.silence)
        defer { server.stop() }
        let sender = try sender(server.url) { $0.request = .seconds(3600) }
        sender.send(notification("a"))
        sender.send(notification("b"))
        let task = Task { await sender.run() }
        await server.received(1)
        task.cancel()
        await task.value
        #expect(record.outcomes == [.abandoned(2)])
    }
}
