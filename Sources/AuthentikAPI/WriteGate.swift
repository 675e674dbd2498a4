import Synchronization

/// Lets writes through until it is closed, and tells when the last one that it let through is over.
///
/// A process that is about to end, or that does not lead any more, closes it: no new write begins, retries included, and
/// the ones in flight can be waited for.
package final class WriteGate: Sendable {
    private struct State {
        var closed: WritesStopped?
        var inFlight = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Why no write may begin; nil while they may.
    package var closed: WritesStopped? { state.withLock { $0.closed } }

    /// From now on no write begins; the first reason counts.
    ///
    /// - Parameter reason: a clause, as `the program is ending`.
    package func close(_ reason: String) {
        state.withLock { $0.closed = $0.closed ?? WritesStopped(reason: reason) }
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

    /// Does a write, unless the gate is closed.
    ///
    /// - Throws: ``WritesStopped``, or what the write throws.
    package func pass<Result>(_ write: () async throws -> Result) async throws -> Result {
        try state.withLock { state in
            if let closed = state.closed { throw closed }
            state.inFlight += 1
        }
        defer { leave() }
        return try await write()
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

/// A write was not sent, because none may begin any more.
package struct WritesStopped: Error, Sendable, CustomStringConvertible {
    /// A clause.
    package var reason: String

    package var description: String { reason }
}
