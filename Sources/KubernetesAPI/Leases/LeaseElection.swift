package import Base
import FoundationEssentials
import Synchronization

/// Takes part in the election of a leader, by holding a Lease.
///
/// The Lease is replaced only as it was last read (its uid and resourceVersion are sent along), so that of several
/// candidates one gets it. What each may do when, see ``LeaseTiming``.
///
/// People edit and delete Leases, and the holder does not know before its next renewal. So nobody leads by a Lease that
/// was not seen to stay as it is for a whole term: by then no other one leads, whatever the Lease said meanwhile. The
/// exceptions are a Lease that is still as this process wrote it, and one that its holder gave up, which it notes on it.
///
/// | the Lease | a process that leads | any other |
/// |---|---|---|
/// | is as this process wrote it | renews it | renews it, and leads again |
/// | names this process, and somebody changed something else of it | renews it | stands by |
/// | was given up by its holder, in order | – | takes it |
/// | names another one, or nobody | stops at once, stands by | stands by |
/// | is another one of the same name, whoever it names | stops at once, stands by | stands by |
/// | cannot be read after it was found changed | stops at once | – |
/// | is not there | stops at once, makes it for nobody | makes it for nobody |
/// | was none of the first three, and did not change for a whole term | – | takes it |
package final class LeaseElection: Sendable {
    /// What became of one attempt.
    package enum Report: Sendable {
        case leads(WriteTerm)
        case standsBy(holder: String)
        /// No replica leads; this process takes the Lease once it has not changed for this long.
        case waits(Duration)
        /// The Lease cannot be reached; who led goes on leading until its term ends.
        case failed(KubernetesError)
        /// Its term ended before it could renew the Lease.
        case expired
        /// Somebody changed its Lease, and how cannot be seen.
        case lost
    }

    package let name: ObjectName
    /// The identity of this process, unique for all time.
    package let identity: String
    package let timing: LeaseTiming
    private let client: KubernetesClient
    private let view: Mutex<LeaseView>

    package init(_ name: ObjectName, identity: String, timing: LeaseTiming, client: KubernetesClient) {
        self.name = name
        self.identity = identity
        self.timing = timing
        self.client = client
        view = Mutex(LeaseView(identity: identity, timing: timing))
    }

    /// Works until the task is cancelled.
    ///
    /// - Parameter report: called after each attempt, before the next one.
    package func run(_ report: @Sendable (Report) async -> Void) async {
        var term: WriteTerm?
        while !Task.isCancelled {
            var wait = timing.period
            do {
                let outcome = try await attempt(until: term?.beginBefore)
                if case .leads(let new) = outcome { term = new } else { term = nil }
                await report(outcome)
            } catch let error as KubernetesError {
                wait = max(wait, min(error.retryAfter ?? .zero, timing.duration))
                if term != nil, view.withLock({ $0.held == nil }) {
                    term = nil
                    await report(.lost)
                }
                await report(.failed(error))
            } catch {
                return
            }
            // Standbys of one age would all look at the same moment.
            var next = ContinuousClock.now + wait * Double.random(in: 0.8...1)
            if let end = term?.beginBefore { next = min(next, end) }
            do { try await Task.sleep(until: next, clock: .continuous) } catch { return }
            if let end = term?.beginBefore, ContinuousClock.now >= end {
                term = nil
                // What was begun in it may still happen: it ends by itself, and is not given up early.
                view.withLock { $0.lost() }
                await report(.expired)
            }
        }
    }

    /// Gives the Lease up, if it is held, so that another one need not wait for its end.
    ///
    /// Only for when nothing is being written any more, and no attempt is under way.
    package func resign(within time: Duration) async {
        guard let lease = view.withLock({ $0.held }) else { return }
        // Whatever becomes of it, the Lease ends by itself.
        _ = try? await client.updateLease(name, lease.released(at: .now), within: time)
    }

    // MARK: - An attempt

    /// - Parameter end: until when this process leads; nil if it does not.
    private func attempt(until end: ContinuousClock.Instant?) async throws -> Report {
        let term = timing.term(begun: .now)
        if let lease = view.withLock({ $0.held }), try await take(lease, until: end) { return .leads(term) }
        var lease = try await look(until: end)
        if view.withLock({ $0.mayTake(lease, at: .now, leadingUntil: end) }) {
            if try await take(lease, until: end) { return .leads(term) }
            // Somebody else was first.
            lease = try await look(until: end)
            view.withLock { [lease] in $0.saw(lease, at: .now) }
        }
        guard let holder = lease.holder, holder != identity else {
            return .waits(view.withLock { [lease] in $0.patience(with: lease) })
        }
        return .standsBy(holder: holder)
    }

    /// - Returns: whether it is held now; false if somebody changed it meanwhile.
    private func take(_ lease: Lease, until end: ContinuousClock.Instant?) async throws -> Bool {
        let json = lease.held(by: identity, seconds: timing.seconds, at: .now)
        do {
            let new = try await client.updateLease(name, json, within: timeLimit(end))
            return view.withLock { $0.wrote(new, over: lease, at: .now) }
        } catch let error as KubernetesError where error.kind == .conflict || error.kind == .notFound {
            view.withLock { $0.lost() }
            return false
        }
    }

    /// Reads the Lease, and makes it if it is not there.
    private func look(until end: ContinuousClock.Instant?) async throws -> Lease {
        if let lease = try await client.lease(name, within: timeLimit(end)) { return lease }
        do {
            return try await client.createLease(
                name,
                Lease.vacant(name, seconds: timing.seconds),
                within: timeLimit(end)
            )
        } catch let error as KubernetesError where error.kind == .conflict {
            // Somebody else was first.
            guard let lease = try await client.lease(name, within: timeLimit(end)) else { throw error }
            return lease
        }
    }

    private func timeLimit(_ end: ContinuousClock.Instant?) -> Duration {
        guard let end else { return timing.requestLimit }
        return max(min(timing.requestLimit, end - .now), .milliseconds(1))
    }
}

/// What a leader may do when, and how often a Lease is looked at; all of it follows from its duration.
///
/// Time is counted by each process's own clock, which goes on while the machine sleeps, and never compared with that of
/// another: of what a Lease says only the duration counts. A leader counts from before it sent its renewal, a standby
/// from after it saw it, so that for a standby the Lease always ends later.
///
/// | after a renewal was sent | with 15 s | the leader | a standby |
/// |---|---|---|---|
/// | 2/15 | 2 s | renews it again | looks at it |
/// | 10/15 | 10 s | begins no write any more | |
/// | 14/15 | 14 s | has ended every write | |
/// | 15/15 | 15 s | | may take it |
package struct LeaseTiming: Sendable, Equatable {
    /// The duration in whole seconds, as in a Lease.
    package var seconds: Int

    package init(seconds: Int = 15) {
        self.seconds = seconds
    }

    package var duration: Duration { .seconds(seconds) }
    /// Between two renewals, and between two looks.
    var period: Duration { duration * 2 / 15 }
    /// How long one request may take, so that another one can follow in time.
    var requestLimit: Duration { duration / 3 }

    /// The term that a renewal gives.
    ///
    /// - Parameter begun: before it was sent.
    func term(begun: ContinuousClock.Instant) -> WriteTerm {
        WriteTerm(beginBefore: begun + duration * 10 / 15, endBefore: begun + duration * 14 / 15)
    }
}
