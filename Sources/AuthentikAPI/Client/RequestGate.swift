import Synchronization

/// Limits the concurrent requests to a ``ConcurrencyWindow``, in the order of their arrival.
///
/// A place is held for one exchange only, so no request that holds one waits for another.
final class RequestGate: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Int, any Error>
    }

    private struct State {
        var window: ConcurrencyWindow
        var underWay = 0
        var nextID: UInt64 = 0
        /// The waiting requests, from `first` on; the oldest first.
        var waiters: [Waiter] = []
        var first = 0
        /// Requests that were cancelled before they began to wait.
        var cancelled: Set<UInt64> = []

        /// Admits waiting requests while there is room.
        mutating func admit() -> [(CheckedContinuation<Int, any Error>, epoch: Int)] {
            var admitted: [(CheckedContinuation<Int, any Error>, epoch: Int)] = []
            while underWay < window.limit, first < waiters.count {
                underWay += 1
                admitted.append((waiters[first].continuation, window.epoch))
                first += 1
            }
            if first == waiters.count { (waiters, first) = ([], 0) }
            return admitted
        }
    }

    private let state: Mutex<State>
    let maximum: Int

    init(maximum: Int) {
        let window = ConcurrencyWindow(maximum: maximum)
        self.maximum = window.maximum
        state = Mutex(State(window: window))
    }

    /// The lowest limit so far; nil if it was never below the maximum.
    var lowered: Int? { state.withLock { $0.window.lowest < $0.window.maximum ? $0.window.lowest : nil } }

    /// The number of waiting requests.
    var waiting: Int { state.withLock { $0.waiters.count - $0.first } }

    /// Sends a request when there is room for it.
    ///
    /// - Parameters:
    ///   - kind: see ``ConcurrencyWindow/take(_:kind:epoch:)``.
    ///   - judge: the signal that an error gives; nil for none.
    ///   - onLower: called with the new limit if the answer lowers it.
    /// - Throws: what `send` does, or `CancellationError`.
    func pass<Answer>(
        kind: String,
        judge: (any Error) -> Bool,
        onLower: ((Int) -> Void)?,
        _ send: () async throws -> Answer
    ) async throws -> Answer {
        let epoch = try await enter()
        let start = ContinuousClock.now
        do {
            let answer = try await send()
            leave(.given(after: .now - start), kind, epoch, onLower)
            return answer
        } catch {
            leave(judge(error) ? .refused : nil, kind, epoch, onLower)
            throw error
        }
    }

    /// - Returns: the window's epoch.
    private func enter() async throws -> Int {
        try Task.checkCancellation()
        let (id, epoch): (UInt64, Int?) = state.withLock { state in
            state.nextID += 1
            guard state.underWay < state.window.limit, state.waiters.isEmpty else { return (state.nextID, nil) }
            state.underWay += 1
            return (state.nextID, state.window.epoch)
        }
        if let epoch { return epoch }
        // A task that is cancelled at the moment it is admitted stays admitted.
        defer { state.withLock { _ = $0.cancelled.remove(id) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isCancelled, admitted) = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return (true, state.admit()) }
                    state.waiters.append(Waiter(id: id, continuation: continuation))
                    return (false, state.admit())
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
                for (waiter, epoch) in admitted { waiter.resume(returning: epoch) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters[state.first...].firstIndex(where: { $0.id == id }) else {
                    // It is not waiting yet, or no longer.
                    state.cancelled.insert(id)
                    return nil
                }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func leave(_ answer: ConcurrencyWindow.Answer?, _ kind: String, _ epoch: Int, _ onLower: ((Int) -> Void)?) {
        let (lowered, admitted) = state.withLock { state in
            let before = state.window.limit
            if let answer { state.window.take(answer, kind: kind, epoch: epoch) }
            state.underWay -= 1
            let after = state.window.limit
            return (after < before ? after : nil, state.admit())
        }
        for (waiter, epoch) in admitted { waiter.resume(returning: epoch) }
        if let lowered { onLower?(lowered) }
    }
}
