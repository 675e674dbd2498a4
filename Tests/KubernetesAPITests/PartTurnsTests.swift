import Synchronization
import Testing

@testable import KubernetesAPI

/// Parts of a pass that ask one API server, more of them than it gets connections.
@Suite("KubernetesAPI: many parts of a pass", .timeLimit(.minutes(60)))
struct PartTurnsTests {
    private static let places = 8
    private static let parts = 40

    /// What is under way.
    private final class Count: Sendable {
        private let state = Mutex((now: 0, most: 0, all: 0))
        var most: Int { state.withLock { $0.most } }
        var all: Int { state.withLock { $0.all } }

        func begin() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) } }
        func end() { state.withLock { $0.now -= 1 } }
    }

    /// Runs many parts at once.
    ///
    /// - Returns: how many of them were answered.
    private func run(
        _ client: KubernetesClient,
        limit: Duration,
        _ body: @escaping @Sendable (KubernetesClient) async throws -> Int
    ) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<Self.parts { group.addTask { (try? await client.within(limit, body)) ?? 0 } }
            return await group.reduce(0, +)
        }
    }

    @Test("No more are under way than there are places")
    func places() async throws {
        let client = try makeClient("http://127.0.0.1:9")
        let count = Count()
        let answered = await run(client, limit: .seconds(3600)) { _ in
            count.begin()
            for _ in 0..<10 { await Task.yield() }
            count.end()
            return 1
        }
        #expect(answered == Self.parts)
        #expect(count.most <= Self.places)
    }

    @Test("A server that hangs costs the time of one part, and is asked again later")
    func hanging() async throws {
        var client = try makeClient("http://127.0.0.1:9")
        let start = ContinuousClock.now
        let passed = Mutex(Duration.zero)
        client.turns = PartTurns(Self.places) { passed.withLock { start + $0 } }
        let count = Count()
        let answered = await run(client, limit: .milliseconds(500)) { _ in
            count.begin()
            try await Task.sleep(for: .seconds(100_000))
            return 1
        }
        #expect(answered == 0)
        #expect(count.all == Self.places)
        // Later it may have come back.
        passed.withLock { $0 = .milliseconds(500) }
        #expect(try await client.within(.milliseconds(500)) { _ in 1 } == 1)
        #expect(await run(client, limit: .seconds(3600)) { _ in 1 } == Self.parts)
    }
}
