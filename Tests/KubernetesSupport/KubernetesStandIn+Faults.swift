import JSON
import Synchronization

extension KubernetesStandIn {
    /// Answers the next requests with 429.
    ///
    /// - Parameter retryAfter: seconds.
    package func throttle(next count: Int, retryAfter: Int = 1) {
        state.withLock { state in
            state.faults.tooMany = count
            state.faults.retryAfter = retryAfter
        }
    }

    /// Answers requests with a failure, all until ``recover()`` or only the next.
    package func fail(next count: Int = .max, status: Int = 500) {
        let failure =
            status == 503
            ? StatusFailure(503, "ServiceUnavailable", "the server is currently unable to handle the request")
            : StatusFailure(status, "InternalError", "Internal error occurred: etcdserver: request timed out")
        state.withLock { state in
            state.faults.failing = count
            state.faults.failure = failure
        }
    }

    /// Refuses the next watch, whatever version it starts from: the changes since are gone.
    package func expireNextWatch(_ expiry: WatchExpiry) {
        state.withLock { $0.faults.expiry = expiry }
    }

    /// Forgets the changes up to now, so that a watch from an older version is refused by a line of its stream.
    package func compact() {
        state.withLock { $0.cluster.compact() }
    }

    /// Breaks the connections of all open watches.
    ///
    /// - Parameter isMidLine: whether half a line is sent before.
    package func cutWatches(isMidLine: Bool = false) {
        state.withLock { state in
            state.cluster.cutWatches(after: isMidLine ? [UInt8](#"{"type":"MODIFIED","object":{"ki"#.utf8) : [])
        }
    }

    /// Lets watches say nothing from now on: neither changes nor bookmarks nor their end.
    package func holdWatches() {
        state.withLock { $0.cluster.isHoldingWatches = true }
    }

    /// Lets watches say what they held back, and go on.
    package func releaseWatches() {
        state.withLock { $0.cluster.isHoldingWatches = false }
    }

    /// Sends a bookmark to the watches that allow it; a live server does about once a minute.
    package func sendBookmarks() {
        state.withLock { state in
            for number in state.cluster.watchers.keys { state.cluster.sendBookmark(to: number) }
        }
    }

    /// How long each answer takes longer.
    package func setLatency(_ latency: Duration) {
        state.withLock { $0.faults.latency = latency }
    }

    /// Takes back all faults but ``holdWatches()`` and ``goAway()``.
    package func recover() {
        state.withLock { $0.faults = Faults() }
    }

    /// Stops listening: open connections break and new ones are refused.
    package func goAway() async throws {
        try await presence.change(isWanted: false)
    }

    /// Listens again, on the same port and with the same objects.
    package func comeBack() async throws {
        try await presence.change(isWanted: true)
    }
}
