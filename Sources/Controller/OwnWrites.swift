import Synchronization

/// The ids of the requests with which this process wrote, so that it does not take its own writes for somebody else's.
final class OwnWrites: Sendable {
    /// So many are remembered, far more than can lie between two looks at the audit log.
    private static let memory = 4096

    private let ids = Mutex<[String]>([])

    func note(_ requestID: String) {
        ids.withLock { ids in
            if ids.count >= Self.memory { ids.removeFirst(Self.memory / 2) }
            ids.append(requestID)
        }
    }

    /// All of them.
    var all: Set<String> { ids.withLock { Set($0) } }
}
