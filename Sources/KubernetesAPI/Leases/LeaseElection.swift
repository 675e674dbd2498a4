package import Base
import FoundationEssentials
import Synchronization

/// Takes part in a leader election by holding a Lease.
///
/// The Lease is only replaced if it is unchanged since it was read (its uid and resourceVersion are sent), so only one
/// of several candidates gets it. See ``LeaseTiming`` for what a replica may do when.
///
/// Users can edit and delete Leases, and the holder only notices at its next renewal. So nobody leads by a Lease that
/// was not seen unchanged for a whole term: by then no other replica leads, whatever the Lease said meanwhile. The
/// exceptions are a Lease that is still as this process wrote it, and one that was released by its holder, which
/// annotates it accordingly.
///
/// | the Lease | the leader | any other replica |
/// |---|---|---|
/// | is as this process wrote it | renews it | renews it, and leads again |
/// | names this process, but somebody changed another field | renews it | stands by |
/// | was released by its holder | – | takes it |
/// | names another holder, or none | stops at once, stands by | stands by |
/// | is another one of the same name, with any holder | stops at once, stands by | stands by |
/// | was found changed, and then cannot be read | stops at once | – |
/// | does not exist | stops at once, creates it without a holder | creates it without a holder |
/// | is none of the first three, but did not change for a whole term | – | takes it |
package final class LeaseElection: Sendable {
    /// The result of one attempt.
    package enum Report: Sendable {
        case leads(WriteTerm)
        case standsBy(holder: String)
        /// No replica leads; this process takes the Lease once it has not changed for this long.
        case waits(Duration)
        /// The Lease cannot be reached; the leader goes on leading until its term ends.
        case failed(KubernetesError)
        /// Its term ended before it could renew the Lease.
        case expired
        /// Somebody changed its Lease, and the change cannot be read.
        case lost
    }

    package let name: ObjectName
    /// The identity of this process, globally unique.
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

    /// Takes part until the task is cancelled.
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
            // Standbys started at the same time would all check at the same moment.
            var next = ContinuousClock.now + wait * Double.random(in: 0.8...1)
            if let end = term?.beginBefore { next = min(next, end) }
            do { try await Task.sleep(until: next, clock: .continuous) } catch { return }
            if let end = term?.beginBefore, ContinuousClock.now >= end {
                term = nil
                // Writes begun in the term may still happen: it expires by itself and is not released early.
                view.withLock { $0.lost() }
                await report(.expired)
            }
        }
    }

    /// Releases the Lease if it is held, so that the next leader need not wait for its end.
    ///
    /// Only to be called when nothing is being written any more and no attempt is in progress.
    package func resign(within time: Duration) async {
        guard let lease = view.withLock({ $0.held }) else { return }
        let end = ContinuousClock.now + time
        do {
            _ = try await client.updateLease(name, lease.released(at: .now), within: time)
        } catch let error as KubernetesError where error.kind == .conflict {
            // A renewal that was cut off may have been stored.
            guard let stored = try? await client.lease(name, within: end - .now), stored.holder == identity else {
                return
            }
            _ = try? await client.updateLease(name, stored.released(at: .now), within: end - .now)
        } catch {
            // The Lease expires by itself.
        }
    }

    // MARK: - An attempt

    /// - Parameter end: the end of this process's term; nil if it does not lead.
    private func attempt(until end: ContinuousClock.Instant?) async throws -> Report {
        let term = timing.term(begun: .now)
        if let lease = view.withLock({ $0.held }), try await take(lease, until: end) { return .leads(term) }
        var lease = try await look(until: end)
        if view.withLock({ $0.mayTake(lease, at: .now, leadingUntil: end) }) {
            if try await take(lease, until: end) { return .leads(term) }
            // Another replica was first.
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

    /// Reads the Lease, and creates it if it does not exist.
    private func look(until end: ContinuousClock.Instant?) async throws -> Lease {
        if let lease = try await client.lease(name, within: timeLimit(end)) { return lease }
        do {
            return try await client.createLease(
                name,
                Lease.vacant(name, seconds: timing.seconds),
                within: timeLimit(end)
            )
        } catch let error as KubernetesError where error.kind == .conflict {
            // Another replica was first.
            guard let lease = try await client.lease(name, within: timeLimit(end)) else { throw error }
            return lease
        }
    }

    private func timeLimit(_ end: ContinuousClock.Instant?) -> Duration {
        guard let end else { return timing.requestLimit }
        return max(min(timing.requestLimit, end - .now), .milliseconds(1))
    }
}

/// What a leader may do when, and how often a Lease is read; everything is derived from its duration.
///
/// Each process uses its own clock, which also runs while the machine is suspended, and never compares it with that of
/// another: the duration is the only time used from a Lease. A leader counts from before it sent its renewal, a standby
/// from after it saw it, so for a standby the Lease always ends later.
///
/// | after a renewal was sent | with 15 s | the leader | a standby |
/// |---|---|---|---|
/// | 2/15 | 2 s | renews it again | reads it |
/// | 10/15 | 10 s | begins no more writes | |
/// | 14/15 | 14 s | has ended every write | |
/// | 15/15 | 15 s | | may take it |
package struct LeaseTiming: Sendable, Equatable {
    /// The duration in whole seconds, as in a Lease.
    package var seconds: Int

    package init(seconds: Int = 15) {
        self.seconds = seconds
    }

    package var duration: Duration { .seconds(seconds) }
    /// The time between two renewals, and between two reads.
    var period: Duration { duration * 2 / 15 }
    /// The time limit of one request, so that another one can follow in time.
    var requestLimit: Duration { duration / 3 }

    /// The term gained by a renewal.
    ///
    /// - Parameter begun: the time before it was sent.
    func term(begun: ContinuousClock.Instant) -> WriteTerm {
        WriteTerm(beginBefore: begun + duration * 10 / 15, endBefore: begun + duration * 14 / 15)
    }
}
