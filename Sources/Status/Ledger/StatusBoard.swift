import Synchronization

/// Holds the status, which the loop writes and everything else reads.
///
/// A change is made to the ledger first and published when it is complete, so readers only wait for the exchange of two
/// values, not for the end of a pass over thousands of services.
package final class StatusBoard: Sendable {
    private struct Shown {
        var document: StatusDocument
        var revision = 0
    }

    private let ledger: Mutex<StatusLedger>
    private let shown: Mutex<Shown>
    private let changed: AsyncStream<Void>.Continuation
    /// Yields after changes, once for several simultaneous ones; for one reader.
    package let changes: AsyncStream<Void>

    package init(_ ledger: StatusLedger) {
        shown = Mutex(Shown(document: ledger.document))
        self.ledger = Mutex(ledger)
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The current status, and a number that grows with each change.
    package var current: (document: StatusDocument, revision: Int) {
        shown.withLock { ($0.document, $0.revision) }
    }

    package var revision: Int { shown.withLock { $0.revision } }

    package func update<Result>(_ change: (inout StatusLedger) -> sending Result) -> sending Result {
        defer { changed.yield() }
        return ledger.withLock { ledger in
            let result = change(&ledger)
            var document = ledger.document
            shown.withLock { shown in
                swap(&shown.document, &document)
                shown.revision += 1
            }
            // The previous document is released here, outside of the readers' lock.
            return result
        }
    }
}
