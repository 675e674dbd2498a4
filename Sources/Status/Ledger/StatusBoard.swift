import Synchronization

/// Where the loop writes the status and everything else reads it.
package final class StatusBoard: Sendable {
    private struct State {
        var ledger: StatusLedger
        var revision = 0
    }

    private let state: Mutex<State>
    private let changed: AsyncStream<Void>.Continuation
    /// Yields after changes, once for several simultaneous ones; for one reader.
    package let changes: AsyncStream<Void>

    package init(_ ledger: StatusLedger) {
        state = Mutex(State(ledger: ledger))
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The current status, and a number that grows with each change.
    package var current: (document: StatusDocument, revision: Int) {
        state.withLock { ($0.ledger.document, $0.revision) }
    }

    package var revision: Int { state.withLock { $0.revision } }

    package func update<Result>(_ change: (inout StatusLedger) -> sending Result) -> sending Result {
        defer { changed.yield() }
        return state.withLock { state in
            state.revision += 1
            return change(&state.ledger)
        }
    }
}
