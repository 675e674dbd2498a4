import FoundationEssentials
import Synchronization

/// Takes part in the election of a leader, by holding a Lease.
///
/// The Lease is replaced only as it was last read (its resourceVersion is sent along), so that of several candidates one
/// gets it. What each may do when, see ``LeaseTiming``.
///
/// | the Lease | this process |
/// |---|---|
/// | is held by it | renews it |
/// | is not there, and was not seen held lately | makes it |
/// | was given up | takes it |
/// | is held by another, and changed within its duration | stands by |
/// | is held by another, and did not | takes it |
package final class LeaseElection: Sendable {
    /// What became of one attempt.
    package enum Report: Sendable {
        case leads(LeaseTerm)
        /// Nil if the holder is not known.
        case standsBy(holder: String?)
        /// The Lease cannot be reached; who led goes on leading until its term ends.
        case failed(KubernetesError)
        /// Its term ended before it could renew the Lease.
        case expired
    }

    package let name: ObjectName
    /// Who this process is; no other process, of whatever time, has the same.
    package let identity: String
    package let timing: LeaseTiming
    private let client: KubernetesClient
    private let view: Mutex<LeaseView>

    package init(_ name: ObjectName, identity: String, timing: LeaseTiming, client: KubernetesClient) {
        self.name = name
        self.identity = identity
        self.timing = timing
        self.client = client
        view = Mutex(LeaseView(identity: identity))
    }

    /// Works until the task is cancelled.
    ///
    /// - Parameter report: told of each attempt, before the next one.
    package func run(_ report: @Sendable (Report) async -> Void) async {
        var term: LeaseTerm?
        while !Task.isCancelled {
            let begun = ContinuousClock.now
            var wait = timing.period
            do {
                switch try await attempt(until: term?.writesBeginBefore) {
                case .mine:
                    let new = timing.term(begun: begun)
                    term = new
                    await report(.leads(new))
                case .others(let holder):
                    term = nil
                    await report(.standsBy(holder: holder))
                }
            } catch let error as KubernetesError {
                wait = max(wait, min(error.retryAfter ?? .zero, timing.duration))
                await report(.failed(error))
            } catch {
                return
            }
            // Standbys of one age would all look at the same moment.
            var next = ContinuousClock.now + wait * Double.random(in: 0.8...1)
            if let end = term?.writesBeginBefore { next = min(next, end) }
            do { try await Task.sleep(until: next, clock: .continuous) } catch { return }
            if let end = term?.writesBeginBefore, ContinuousClock.now >= end {
                term = nil
                // What was begun in it may still happen: it ends by itself, and is not given up early.
                view.withLock { $0.missedChange() }
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

    private enum Outcome {
        case mine
        case others(holder: String?)
    }

    /// - Parameter end: when the attempt is of no use any more.
    private func attempt(until end: ContinuousClock.Instant?) async throws -> Outcome {
        if let lease = view.withLock({ $0.held }), try await take(lease, until: end) { return .mine }
        guard let lease = try await client.lease(name, within: timeLimit(end)) else {
            guard view.withLock({ $0.mayMake(at: .now, timing) }) else { return .others(holder: nil) }
            return try await make(until: end)
        }
        guard view.withLock({ $0.mayTake(lease, at: .now, timing) }) else {
            return .others(holder: lease.holder)
        }
        return try await take(lease, until: end) ? .mine : .others(holder: lease.holder)
    }

    /// - Returns: whether it is held now; false if somebody changed it meanwhile.
    private func take(_ lease: Lease, until end: ContinuousClock.Instant?) async throws -> Bool {
        let json = lease.held(by: identity, seconds: timing.seconds, at: .now)
        return try await holds { try await client.updateLease(name, json, within: timeLimit(end)) }
    }

    private func make(until end: ContinuousClock.Instant?) async throws -> Outcome {
        let json = Lease.new(name, holder: identity, seconds: timing.seconds, at: .now)
        return try await holds { try await client.createLease(name, json, within: timeLimit(end)) }
            ? .mine : .others(holder: nil)
    }

    private func holds(_ write: () async throws -> Lease) async throws -> Bool {
        do {
            let lease = try await write()
            view.withLock { $0.saw(lease, at: .now) }
            return lease.holder == identity
        } catch let error as KubernetesError where error.kind == .conflict || error.kind == .notFound {
            view.withLock { $0.missedChange() }
            return false
        }
    }

    private func timeLimit(_ end: ContinuousClock.Instant?) -> Duration {
        guard let end else { return timing.requestLimit }
        return max(min(timing.requestLimit, end - .now), .milliseconds(1))
    }
}
