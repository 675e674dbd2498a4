import Synchronization

/// Lets writes through while this process may write, and tells when the last one that it let through is over.
///
/// A process that is about to end ``close(_:)``s it for good. One that leads by a lease ``allow(_:)``s each term anew, and
/// ``suspend(_:)``s it where the lease is lost; a term also ends by itself, so that a process that was stopped for a
/// while writes nothing when it goes on. No new write begins, retries included; the ones in flight can be waited for.
package final class WriteGate: Sendable {
    private struct State {
        var closed: WritesStopped?
        /// Why writes wait; nil if they do not.
        var suspended: WritesStopped?
        /// Nil if they may go on for ever.
        var term: WriteTerm?
        var inFlight = 0
        var waiting: [CheckedContinuation<Void, Never>] = []

        func stopped(at time: ContinuousClock.Instant) -> WritesStopped? {
            if let reason = closed ?? suspended { return reason }
            guard let term, time >= term.beginBefore else { return nil }
            return WritesStopped(reason: "its lease was not renewed in time")
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Why no write may begin now; nil while they may.
    package var closed: WritesStopped? { state.withLock { $0.stopped(at: .now) } }

    /// From now on no write begins; the first reason counts.
    ///
    /// - Parameter reason: a clause, as `the program is ending`.
    package func close(_ reason: String) {
        state.withLock { $0.closed = $0.closed ?? WritesStopped(reason: reason) }
    }

    /// No write begins until the next term.
    ///
    /// - Parameter reason: a clause, as `another replica leads`.
    package func suspend(_ reason: String) {
        state.withLock { state in
            state.suspended = WritesStopped(reason: reason)
            state.term = nil
        }
    }

    /// From now on writes may begin, until the term ends.
    package func allow(_ term: WriteTerm) {
        state.withLock { state in
            state.suspended = nil
            state.term = term
        }
    }

    /// Returns once no write is in flight.
    package func drain() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.inFlight > 0 { state.waiting.append(continuation) }
                return state.inFlight == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    /// Does a write, unless none may begin.
    ///
    /// - Parameter write: given the term that it has to keep to; nil if there is none.
    /// - Throws: ``WritesStopped``, or what the write throws.
    package func pass<Result>(_ write: (WriteTerm?) async throws -> Result) async throws -> Result {
        let term = try state.withLock { state in
            if let reason = state.stopped(at: .now) { throw reason }
            state.inFlight += 1
            return state.term
        }
        defer { leave() }
        return try await write(term)
    }

    private func leave() {
        let waiting = state.withLock { state in
            state.inFlight -= 1
            guard state.inFlight == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// For how long writes are allowed: what a leader's Lease gives it, until it renews it.
package struct WriteTerm: Sendable, Equatable {
    /// Nothing is sent from then on.
    package var beginBefore: ContinuousClock.Instant
    /// What was sent is given up then.
    package var endBefore: ContinuousClock.Instant

    package init(beginBefore: ContinuousClock.Instant, endBefore: ContinuousClock.Instant) {
        self.beginBefore = beginBefore
        self.endBefore = endBefore
    }
}

/// A write was not sent, because none may begin any more.
package struct WritesStopped: Error, Sendable, CustomStringConvertible {
    /// A clause.
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package var description: String { reason }
}
