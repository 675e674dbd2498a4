import Synchronization

extension KubernetesStandIn {
    /// All requests since the start or the last ``resetRequests()``, in the order they were answered.
    ///
    /// A watch is in it as soon as it is open.
    package var requests: [RequestRecord] { state.withLock { $0.journal } }

    package func resetRequests() {
        state.withLock { $0.journal = [] }
    }

    /// How many watches are open.
    package var openWatches: Int { state.withLock { $0.cluster.watchers.count } }

    /// Waits until so many watches are open.
    package func waitForWatches(_ count: Int = 1) async throws {
        try await wait { $0.openWatches == count }
    }

    /// Waits until something is so; a test's time limit ends it.
    package func wait(until condition: (KubernetesStandIn) -> Bool) async throws {
        // It asks again and again, so that it can be cancelled at any time.
        while !condition(self) { try await Task.sleep(for: .milliseconds(2)) }
    }
}
