import Synchronization

/// How many requests were sent, each attempt counted.
package struct RequestCounts: Sendable, Equatable {
    package var reads = 0
    package var writes = 0

    package var total: Int { reads + writes }

    package init() {}
}

/// Counts requests of everybody who shares it.
final class RequestCounter: Sendable {
    private let state = Mutex(RequestCounts())

    var counts: RequestCounts { state.withLock { $0 } }

    func count(_ method: String) {
        state.withLock {
            if method == "GET" { $0.reads += 1 } else { $0.writes += 1 }
        }
    }
}
