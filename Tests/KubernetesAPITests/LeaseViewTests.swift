import JSON
import Testing

@testable import KubernetesAPI

/// What one replica may conclude of what it saw of a Lease.
@Suite struct LeaseViewTests {
    private let timing = LeaseTiming(seconds: 15)
    private let start = ContinuousClock.now
    private let seen = Seen()

    private final class Seen {
        var view = LeaseView(identity: "a")

        func mayTake(_ lease: Lease, at time: ContinuousClock.Instant, _ timing: LeaseTiming) -> Bool {
            view.mayTake(lease, at: time, timing)
        }
    }

    private func lease(_ version: Int, _ holder: String?, seconds: Int? = 15) throws -> Lease {
        var spec: [String: JSONValue] = [:]
        if let holder { spec["holderIdentity"] = .string(holder) }
        if let seconds { spec["leaseDurationSeconds"] = .integer(seconds) }
        return try Lease(["metadata": ["resourceVersion": .string("\(version)")], "spec": .object(spec)])
    }

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `another one's is free once it did not change for as long as it says, whatever its times say`()
        throws
    {
        let foreign = try lease(1, "b", seconds: 10)
        #expect(!seen.mayTake(foreign, at: start, timing))
        #expect(!seen.mayTake(foreign, at: after(9.99), timing))
        #expect(seen.mayTake(foreign, at: after(10), timing))
        #expect(!seen.mayTake(try lease(2, "b", seconds: 10), at: after(10.1), timing))
        #expect(!seen.mayTake(try lease(2, "b", seconds: 10), at: after(20), timing))
        #expect(seen.mayTake(try lease(2, "b", seconds: 10), at: after(20.1), timing))
    }

    @Test func `one that does not say for how long is given the own duration`() throws {
        let foreign = try lease(1, "b", seconds: nil)
        #expect(!seen.mayTake(foreign, at: start, timing))
        #expect(!seen.mayTake(foreign, at: after(14.9), timing))
        #expect(seen.mayTake(foreign, at: after(15), timing))
    }

    @Test func `one that was given up, or is its own, is free at once`() throws {
        #expect(seen.mayTake(try lease(1, nil, seconds: 1), at: start, timing))
        #expect(seen.mayTake(try lease(2, "", seconds: 1), at: start, timing))
        #expect(seen.view.held == nil)
        #expect(seen.mayTake(try lease(3, "a"), at: start, timing))
        #expect(seen.view.held?.resourceVersion == "3")
        seen.view.missedChange()
        #expect(seen.view.held == nil)
    }

    @Test func `one that somebody deletes while its holder may still write is not made anew before its end`()
        throws
    {
        #expect(seen.view.mayMake(at: start, timing))
        #expect(!seen.mayTake(try lease(1, "b"), at: start, timing))
        #expect(!seen.view.mayMake(at: after(14.9), timing))
        #expect(seen.view.mayMake(at: after(15), timing))
        seen.view.saw(try lease(2, "a"), at: after(16))
        #expect(seen.view.mayMake(at: after(16), timing))
    }

    @Test(arguments: [1, 3, 15, 600])
    func `a leader has stopped before a standby may take over`(seconds: Int) {
        let timing = LeaseTiming(seconds: seconds)
        let term = timing.term(begun: start)
        #expect(start + timing.period < term.writesBeginBefore)
        #expect(term.writesBeginBefore + timing.period < term.writesEndBefore)
        #expect(term.writesEndBefore < start + timing.duration)
        #expect(timing.requestLimit * 2 <= term.writesBeginBefore - start)
    }
}
