import Synchronization

/// What a ``CannedServer`` saw, and who waits for it to see more.
final class ServerLog: Sendable {
    struct Entries {
        var requests: [RecordedRequest] = []
        var connectionCount = 0
        var openConnections = 0
        var mostOpenConnections = 0
        /// Closed by the other side.
        var disconnections = 0
    }

    private struct Waiter {
        var condition: @Sendable (Entries) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var entries = Entries()
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    var requests: [RecordedRequest] { state.withLock { $0.entries.requests } }
    var connectionCount: Int { state.withLock { $0.entries.connectionCount } }
    var mostOpenConnections: Int { state.withLock { $0.entries.mostOpenConnections } }

    func change(_ body: (inout Entries) -> Void) {
        let ready = state.withLock { state in
            body(&state.entries)
            let entries = state.entries
            let ready = state.waiters.filter { $0.condition(entries) }
            state.waiters.removeAll { $0.condition(entries) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    func wait(for condition: @escaping @Sendable (Entries) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if condition(state.entries) { return true }
                state.waiters.append(Waiter(condition: condition, continuation: continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
