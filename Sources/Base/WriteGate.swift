import Synchronization

/// Lets writes through while this process may write, and reports when the last of them has ended.
///
/// The permission is changed with ``set(_:)`` and checked immediately before bytes are sent, on any thread. A term also
/// ends by itself, so that a suspended process writes nothing when it continues. While the gate is closed no new write
/// begins, including retries; those in flight can be waited for.
package final class WriteGate: Sendable {
    private struct State {
        var permission = WritePermission.unlimited
        var inFlight = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Why no write may begin now; nil if writes may.
    package var closed: WritesStopped? { state.withLock { $0.permission.stopped(at: .now) } }

    /// Sets whether writes may begin from now on.
    package func set(_ permission: WritePermission) { state.withLock { $0.permission = permission } }

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

    /// Performs a write, unless writes may not begin.
    ///
    /// - Parameter write: called with the term within which it must be sent; nil if there is none.
    /// - Throws: ``WritesStopped``, or what the write throws.
    package func pass<Result>(_ write: (WriteTerm?) async throws -> Result) async throws -> Result {
        let term = try state.withLock { state in
            if let reason = state.permission.stopped(at: .now) { throw reason }
            state.inFlight += 1
            return state.permission.term
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

/// Whether writes may begin.
package enum WritePermission: Sendable, Equatable {
    /// Without a time limit.
    case unlimited
    case during(WriteTerm)
    /// Not now, with the reason as a clause, such as `another replica leads`.
    case none(why: String)

    /// Nil if there is no time limit.
    fileprivate var term: WriteTerm? {
        guard case .during(let term) = self else { return nil }
        return term
    }

    /// Why no write may begin at a given time; nil if it may.
    package func stopped(at time: ContinuousClock.Instant) -> WritesStopped? {
        switch self {
        case .unlimited: nil
        case .during(let term):
            time < term.beginBefore ? nil : WritesStopped(reason: "its lease was not renewed in time")
        case .none(let why): WritesStopped(reason: why)
        }
    }
}

/// The time within which writes are allowed: the term of a leader's Lease, until it is renewed.
package struct WriteTerm: Sendable, Equatable {
    /// No write is sent from this time on.
    package var beginBefore: ContinuousClock.Instant
    /// Writes in flight are abandoned at this time.
    package var endBefore: ContinuousClock.Instant

    package init(beginBefore: ContinuousClock.Instant, endBefore: ContinuousClock.Instant) {
        self.beginBefore = beginBefore
        self.endBefore = endBefore
    }
}

/// A write was not sent, because writes may no longer begin.
package struct WritesStopped: Error, Sendable, Equatable, CustomStringConvertible {
    /// A clause.
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package var description: String { reason }
}
