import Base
import FoundationEssentials
import JSON
import Testing

@testable import KubernetesAPI

/// What one replica may conclude of what it saw of a Lease.
@Suite(.timeLimit(.minutes(60))) struct LeaseViewTests {
    private let timing = LeaseTiming(seconds: 15)
    private let start = ContinuousClock.now
    private let seen = Seen()

    private final class Seen {
        var view = LeaseView(identity: "a", timing: LeaseTiming(seconds: 15))
    }

    private func lease(
        _ version: Int,
        _ holder: String?,
        uid: String = "u",
        seconds: Int? = 15,
        transitions: Int = 1,
        note: String? = nil
    ) throws -> Lease {
        var spec: [String: JSONValue] = ["leaseTransitions": .integer(transitions)]
        if let holder { spec["holderIdentity"] = .string(holder) }
        if let seconds { spec["leaseDurationSeconds"] = .integer(seconds) }
        var metadata: [String: JSONValue] = ["uid": .string(uid), "resourceVersion": .string("\(version)")]
        if let note { metadata["annotations"] = ["reconcile/given-up": .string(note)] }
        return try Lease(["metadata": .object(metadata), "spec": .object(spec)])
    }

    private func note(_ holder: String = "b", uid: String = "u", transitions: Int = 1) -> String {
        #"{"holder":"\#(holder)","transitions":\#(transitions),"uid":"\#(uid)"}"#
    }

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func mayTake(_ lease: Lease, after seconds: Double, leadingUntil end: Double? = nil) -> Bool {
        seen.view.mayTake(lease, at: after(seconds), leadingUntil: end.map(after))
    }

    /// As after a renewal.
    private func holds(_ lease: Lease, after seconds: Double) -> Bool {
        seen.view.wrote(lease, over: lease, at: after(seconds))
    }

    @Test func `one that names another, nobody or itself is free once it did not change for a whole term`() throws {
        for (version, holder) in [(1, "b"), (2, ""), (3, nil), (4, "a")] {
            let begin = Double(version) * 100
            let foreign = try lease(version, holder)
            #expect(!mayTake(foreign, after: begin))
            #expect(!mayTake(foreign, after: begin + 14.9))
            #expect(mayTake(foreign, after: begin + 15))
        }
        #expect(!mayTake(try lease(5, "b"), after: 415.1))
    }

    @Test(arguments: [(nil, 15.0), (1, 15), (15, 15), (40, 40), (86_400, 600)])
    func `a term is what the Lease says, within what is sensible`(seconds: Int?, term: Double) throws {
        let foreign = try lease(1, "b", seconds: seconds)
        #expect(!mayTake(foreign, after: 0))
        #expect(!mayTake(foreign, after: term - 0.1))
        #expect(mayTake(foreign, after: term))
    }

    @Test func `one that was given up in order is free at once`() throws {
        #expect(mayTake(try lease(1, nil, seconds: 1, note: note()), after: 0))
        #expect(!mayTake(try lease(2, "b", transitions: 2), after: 1))
        #expect(mayTake(try lease(3, "", transitions: 2, note: note(transitions: 2)), after: 2))
        #expect(seen.view.held == nil)
    }

    @Test func `a note of another time, or of another Lease, or by nobody, gives nothing up`() throws {
        let notes = [
            note(transitions: 0), note(transitions: 2), note(uid: "other"), note(""), "", "yes", "{}", "[1]",
            #"{"holder":"b","transitions":"1","uid":"u"}"#,
        ]
        for (version, text) in notes.enumerated() {
            #expect(!mayTake(try lease(version, nil, note: text), after: Double(version)), "\(text)")
        }
        // Of one that is held.
        #expect(!mayTake(try lease(50, "b", note: note()), after: 50))
        // Of what was put back as it was long before.
        #expect(!mayTake(try lease(51, "c", transitions: 4), after: 51))
        #expect(!mayTake(try lease(52, nil, transitions: 1, note: note()), after: 52))
    }

    @Test func `a leader goes on where something else of its Lease was changed, and within its term only`() throws {
        #expect(holds(try lease(1, "a"), after: 0))
        seen.view.lost()
        #expect(mayTake(try lease(2, "a", seconds: 1, transitions: 0), after: 5, leadingUntil: 10))
        #expect(!mayTake(try lease(3, "a"), after: 10, leadingUntil: 10))
        #expect(!mayTake(try lease(4, "a"), after: 11))
    }

    @Test func `a leader stops where its Lease names another or nobody, or is another one`() throws {
        for other in [
            try lease(2, "b"), try lease(2, nil), try lease(2, ""), try lease(2, "a", uid: "new"),
            try lease(1, "a", uid: "new"),
        ] {
            seen.view = LeaseView(identity: "a", timing: timing)
            #expect(holds(try lease(1, "a"), after: 0))
            seen.view.lost()
            #expect(!mayTake(other, after: 2, leadingUntil: 10))
            #expect(seen.view.held == nil)
            #expect(!mayTake(other, after: 16.9))
            #expect(mayTake(other, after: 17))
        }
    }

    @Test func `a leader whose term ended leads again if nobody changed its Lease`() throws {
        #expect(holds(try lease(1, "a"), after: 0))
        seen.view.lost()
        #expect(seen.view.held == nil)
        #expect(mayTake(try lease(1, "a"), after: 12))
    }

    @Test func `a renewal that was answered by another Lease, or one for another, holds nothing`() throws {
        let own = try lease(1, "a")
        #expect(holds(own, after: 0))
        #expect(!seen.view.wrote(try lease(2, "a", uid: "new"), over: own, at: after(1)))
        #expect(seen.view.held == nil)
        #expect(!mayTake(try lease(2, "a", uid: "new"), after: 2, leadingUntil: 10))
        #expect(holds(own, after: 3))
        #expect(!seen.view.wrote(try lease(2, "b"), over: own, at: after(4)))
        #expect(seen.view.held == nil)
    }

    @Test func `what is given up says so until somebody takes it, and other notes stay`() throws {
        var metadata: [String: JSONValue] = ["uid": "u", "resourceVersion": "7"]
        metadata["annotations"] = ["team": "identity"]
        let held = try Lease([
            "metadata": .object(metadata), "spec": ["holderIdentity": "b", "leaseTransitions": 4],
        ])
        #expect(!held.isGivenUp)
        let released = try Lease(held.released(at: .now))
        #expect(released.isGivenUp)
        #expect(released.holder == nil)
        let taken = try Lease(released.held(by: "a", seconds: 15, at: .now))
        #expect(!taken.isGivenUp)
        #expect(taken.transitions == 5)
        #expect(taken.held(by: "a", seconds: 15, at: .now)["metadata"]?["annotations"] == ["team": "identity"])
        // By an older version of this program, which leaves the note where it is, and has its holder taken out by hand.
        var old = try #require(released.held(by: "old", seconds: 15, at: .now).object)
        old["metadata"] = held.released(at: .now)["metadata"]
        var spec = try #require(old["spec"]?.object)
        spec["holderIdentity"] = ""
        old["spec"] = .object(spec)
        #expect(try !Lease(.object(old)).isGivenUp)
    }

    @Test func `the number of its holders stays one that Kubernetes takes`() throws {
        let lease = try lease(1, "b", transitions: Int(Int32.max))
        #expect(lease.held(by: "a", seconds: 15, at: .now)["spec"]?["leaseTransitions"] == 0)
    }

    @Test(arguments: [1, 3, 15, 600])
    func `a leader has stopped before a standby may take over`(seconds: Int) {
        let timing = LeaseTiming(seconds: seconds)
        let term = timing.term(begun: start)
        #expect(start + timing.period < term.beginBefore)
        #expect(term.beginBefore + timing.period < term.endBefore)
        #expect(term.endBefore < start + timing.duration)
        #expect(timing.requestLimit * 2 <= term.beginBefore - start)
    }
}
