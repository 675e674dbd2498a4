import Synchronization

/// Whether the server is there: it can be stopped, and started again on the same port.
final class Presence: Sendable {
    private struct State {
        var isWanted = true
        var isThere = false
        /// Why it will not be there.
        var failure: (any Error)?
    }

    private let state = Mutex(State())

    /// Serves whenever it is wanted, until the task is cancelled.
    func run(_ makeServer: () throws -> StandInServer) async {
        do {
            let server = try makeServer()
            while true {
                try await waitUntil { $0.isWanted }
                try await serve(server)
            }
        } catch {
            state.withLock { $0.failure = error }
        }
    }

    /// Serves until it is no longer wanted.
    private func serve(_ server: StandInServer) async throws {
        defer { state.withLock { $0.isThere = false } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.run { self.state.withLock { $0.isThere = true } }
            }
            group.addTask { try await self.waitUntil { !$0.isWanted } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Wants it there or away, and waits until it is.
    func change(isWanted: Bool) async throws {
        state.withLock { $0.isWanted = isWanted }
        try await waitUntil { $0.isThere == isWanted }
    }

    /// Waits until it is there for the first time.
    func waitUntilThere() async throws { try await waitUntil { $0.isThere } }

    /// It asks again and again: who waits may be cancelled at any time, and nothing here is in a hurry.
    private func waitUntil(_ condition: (State) -> Bool) async throws {
        while true {
            let (isSo, failure) = state.withLock { (condition($0), $0.failure) }
            if let failure { throw failure }
            if isSo { return }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
