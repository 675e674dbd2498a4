import Applying
import AuthentikSandbox
import Planning
import Synchronization
import TestSupport
import Testing

/// How many writes are in flight at the same time.
@Suite(.timeLimit(.minutes(60))) struct ConcurrencyTests {
    /// When the sandbox worked on a write.
    private final class Flights: Sendable {
        private let flights = Mutex<[(begin: ContinuousClock.Instant, end: ContinuousClock.Instant)]>([])

        func add(_ entry: RequestLogEntry) {
            guard entry.isWrite else { return }
            let now = ContinuousClock.now
            // Its second half counts for nothing: the next request may be there before this one is noted.
            flights.withLock { $0.append((now - entry.duration, now - entry.duration / 2)) }
        }

        /// The most at any moment.
        var most: Int {
            flights.withLock { flights in
                flights.map { one in flights.count { $0.begin <= one.begin && one.begin < $0.end } }.max() ?? 0
            }
        }
    }

    @Test(arguments: [1, 2, 4, 7])
    func `so many as it is said, and no more`(_ limit: Int) async throws {
        let flights = Flights()
        var configuration = Sandbox.Configuration(token: "sandbox-token")
        configuration.log = flights.add
        configuration.faults = FaultPlan(rules: [try FaultRule(parsing: "latency=60ms,method=POST")])
        try await withHomelab(configuration: configuration) { homelab in
            var pass = try await homelab.makePass(of: try Homelab.bookmarks(24))
            pass.concurrency = limit
            let report = try await pass.run()
            #expect(report.outcomes.allSatisfy { $0.isConverged })
            #expect(flights.most == limit)
        }
    }

    @Test(arguments: [1, 3])
    func `of a release, too`(_ limit: Int) async throws {
        let flights = Flights()
        var configuration = Sandbox.Configuration(token: "sandbox-token")
        configuration.log = { if $0.method == "DELETE" { flights.add($0) } }
        configuration.faults = FaultPlan(rules: [try FaultRule(parsing: "latency=60ms,method=DELETE")])
        try await withHomelab(configuration: configuration) { homelab in
            let pass = try await homelab.makePass(of: try Homelab.bookmarks(12))
            _ = try await pass.run()
            var release = ReleasePass(client: pass.client, owner: "homelab")
            release.concurrency = limit
            #expect(try await release.run().outcomes.count == 12)
            #expect(flights.most == limit)
        }
    }
}
