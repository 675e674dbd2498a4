import JSON
import Kinds
import Synchronization
import TestSupport
import Testing

@testable import AuthentikAPI

@Suite("AuthentikClient: requests at the same time", .timeLimit(.minutes(60)))
struct ConcurrencyWindowTests {
    private typealias Answer = ConcurrencyWindow.Answer

    private static let calm = ConcurrencyWindow.calmStretch

    /// What answers say, and how many requests may be under way after each group of them.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var maximum = 8
        var steps: [(count: Int, ConcurrencyWindow.Answer, limit: Int)]
        var lowest: Int
    }

    static let rows = [
        Row(testDescription: "fast answers", steps: [(500, .given(after: .milliseconds(30)), 8)], lowest: 8),
        Row(testDescription: "a refusal", steps: [(1, .refused, 4)], lowest: 4),
        Row(
            testDescription: "refusals without end",
            steps: [(1, .refused, 4), (1, .refused, 2), (1, .refused, 1), (50, .refused, 1)],
            lowest: 1
        ),
        Row(
            testDescription: "a calm stretch after a refusal, and others",
            steps: [
                (1, .refused, 4), (calm - 1, .given(after: .zero), 4), (1, .given(after: .zero), 5),
                (calm, .given(after: .zero), 6), (calm * 10, .given(after: .zero), 8),
            ],
            lowest: 4
        ),
        Row(
            testDescription: "answers that take a multiple",
            steps: [
                (5, .given(after: .milliseconds(300)), 8), (4, .given(after: .seconds(2)), 8),
                (1, .given(after: .seconds(2)), 4),
            ],
            lowest: 4
        ),
        Row(
            testDescription: "answers that take a multiple, and less than a second",
            steps: [(5, .given(after: .milliseconds(20)), 8), (200, .given(after: .milliseconds(900)), 8)],
            lowest: 8
        ),
        Row(
            testDescription: "answers that were slow from the start",
            steps: [(5, .given(after: .seconds(3)), 8), (200, .given(after: .seconds(5)), 8)],
            lowest: 8
        ),
        Row(
            testDescription: "a few slow answers among fast ones",
            steps: [
                (5, .given(after: .milliseconds(300)), 8), (2, .given(after: .seconds(9)), 8),
                (3, .given(after: .milliseconds(300)), 8), (2, .given(after: .seconds(9)), 8),
                (3, .given(after: .milliseconds(300)), 8),
            ],
            lowest: 8
        ),
        Row(testDescription: "one at a time is the least", maximum: 1, steps: [(9, .refused, 1)], lowest: 1),
        Row(testDescription: "no maximum is one", maximum: 0, steps: [(1, .refused, 1)], lowest: 1),
        Row(
            testDescription: "an odd number",
            maximum: 5,
            steps: [(1, .refused, 2), (1, .refused, 1), (calm, .given(after: .zero), 2)],
            lowest: 1
        ),
    ]

    @Test(arguments: rows)
    func `the window follows the answers`(_ row: Row) {
        var window = ConcurrencyWindow(maximum: row.maximum)
        for (count, answer, limit) in row.steps {
            for _ in 0..<count { window.take(answer, kind: "GET", epoch: window.epoch) }
            #expect(window.limit == limit)
        }
        #expect(window.lowest == row.lowest)
    }

    @Test func `requests that fail together halve it once`() {
        var window = ConcurrencyWindow(maximum: 16)
        let epoch = window.epoch
        for _ in 1...16 { window.take(.refused, kind: "GET", epoch: epoch) }
        #expect(window.limit == 8)
        window.take(.refused, kind: "GET", epoch: window.epoch)
        #expect(window.limit == 4)
    }

    @Test func `each kind of request is compared with itself`() {
        var window = ConcurrencyWindow(maximum: 8)
        for _ in 1...5 { window.take(.given(after: .milliseconds(30)), kind: "GET flows", epoch: 0) }
        for _ in 1...50 { window.take(.given(after: .seconds(2)), kind: "GET providers", epoch: 0) }
        #expect(window.limit == 8)
    }

    // MARK: The gate

    @Test(arguments: [1, 3, 8])
    func `no more requests are under way than allowed, and all are answered`(maximum: Int) async throws {
        let gate = RequestGate(maximum: maximum)
        let underWay = Mutex((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...500 {
                group.addTask { @Sendable in
                    try await gate.pass(kind: "GET", judge: { _ in false }, onLower: nil) {
                        underWay.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                        await Task.yield()
                        underWay.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(underWay.withLock { $0.most } <= maximum)
        #expect(underWay.withLock { $0.now } == 0)
    }

    @Test func `who came first is first`() async throws {
        let gate = RequestGate(maximum: 1)
        let order = Mutex<[Int]>([])
        let (open, opener) = AsyncStream<Void>.makeStream()
        let (begun, beginner) = AsyncStream<Void>.makeStream()
        let first = Task {
            try await gate.pass(kind: "GET", judge: { _ in false }, onLower: nil) {
                beginner.finish()
                for await _ in open {}
            }
        }
        for await _ in begun {}
        var tasks: [Task<Void, any Error>] = []
        for number in 1...20 {
            tasks.append(
                Task { @Sendable in
                    try await gate.pass(kind: "GET", judge: { _ in false }, onLower: nil) {
                        order.withLock { $0.append(number) }
                    }
                }
            )
            while gate.waiting < number { await Task.yield() }
        }
        tasks[4].cancel()
        tasks[9].cancel()
        #expect(await tasks[4].result.isCancelled)
        opener.finish()
        for task in tasks { _ = await task.result }
        try await first.value
        #expect(order.withLock { $0 } == (1...20).filter { $0 != 5 && $0 != 10 })
    }

    @Test func `cancelled tasks take no place`() async throws {
        let gate = RequestGate(maximum: 2)
        let tasks = (1...200).map { number in
            Task {
                try await gate.pass(kind: "GET", judge: { _ in false }, onLower: nil) { await Task.yield() }
            }
        }
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
        for _ in 1...5 { try await gate.pass(kind: "GET", judge: { _ in false }, onLower: nil) {} }
        #expect(gate.waiting == 0)
    }

    // MARK: The client

    /// How many requests are open at the same time, after an Authentik that is too busy said so.
    @Test(arguments: [429, 502, 503, 504])
    func `a server that asks for patience gets fewer requests at a time`(status: Int) async throws {
        let server = try CannedServer { request in
            if request.number <= 8 { return .json(status, "{}", [("retry-after", "0")]) }
            return .json(200, #"{"pagination": {"count": 0, "total_pages": 1}, "results": []}"#)
        }
        var client = try makeClient(server)
        let limits = Mutex<[Int]>([])
        client.onSlowdown = { limit in limits.withLock { $0.append(limit) } }
        try await withThrowingTaskGroup(of: Void.self) { [client] group in
            for _ in 1...40 { group.addTask { try await client.look(at: .applications) } }
            try await group.waitForAll()
        }
        #expect(limits.withLock { $0 }.first == 4)
        let lowest = try #require(client.requestCounts.limitedTo)
        #expect(lowest <= 4)
        #expect(limits.withLock { $0 }.last == lowest)
    }

    @Test func `a server that does not slow down is not said to`() async throws {
        let server = try CannedServer(.json(404, "{}"))
        let client = try makeClient(server)
        for _ in 1...50 { _ = try? await client.look(at: .applications) }
        #expect(client.requestCounts.limitedTo == nil)
    }

    @Test func `creates share as many connections as are written over at the same time`() async throws {
        let server = try CannedServer(.json(201, #"{"pbm_uuid": "1", "name": "n", "app": "a", "attributes": {}}"#))
        var client = try makeClient(server)
        client.limit(toWritesAtOnce: 2)
        try await withThrowingTaskGroup(of: Void.self) { [client] group in
            for _ in 1...1000 {
                group.addTask { _ = try await client.createEntitlement(named: "n", application: "a", attributes: [:]) }
            }
            try await group.waitForAll()
        }
        #expect(server.requests.count == 1000)
        #expect(server.connectionCount <= 4)
    }

    /// A connection that ends when the server has read a create: it may have been done, so it is looked up, and not
    /// repeated by libcurl.
    @Test func `a create whose connection ended is looked up`() async throws {
        let server = try CannedServer { request in
            switch (request.method, request.place) {
            case ("POST", 1): .json(201, #"{"pbm_uuid": "1", "name": "n", "app": "a", "attributes": {}}"#)
            case ("POST", _): .close
            default:
                .json(
                    200,
                    #"{"pagination": {"count": 1, "total_pages": 1}, "results": "#
                        + #"[{"pbm_uuid": "2", "name": "m", "app": "a", "attributes": {}}]}"#
                )
            }
        }
        let client = try makeClient(server)
        _ = try await client.createEntitlement(named: "n", application: "a", attributes: [:])
        let created = try await client.createEntitlement(named: "m", application: "a", attributes: [:])
        #expect(created.isFound)
        #expect(created.object.pk == "2")
        #expect(server.requests.map(\.method) == ["POST", "POST", "GET"])
    }
}

extension Result where Success == Void, Failure == any Error {
    fileprivate var isCancelled: Bool {
        if case .failure(let error) = self { return error is CancellationError }
        return false
    }
}
