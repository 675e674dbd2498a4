extension KubernetesClient {
    /// Does something that may take several requests, and gives it up when its time is over: what waits for it need not
    /// wait for every attempt of every request.
    ///
    /// - Parameter limit: for all of it.
    /// - Throws: what `body` throws; ``KubernetesError``, of the kind `unreachable`, if the time is over.
    package func within<Result: Sendable>(
        _ limit: Duration,
        _ body: @escaping @Sendable (KubernetesClient) async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body(self) }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            if let result = try await group.next() ?? nil { return result }
            throw KubernetesError(
                kind: .unreachable,
                message: "the Kubernetes API did not answer within \(limit.formatted)",
                request: configuration.server
            )
        }
    }
}

extension Duration {
    /// `10 s`, or, of less than a second, `50 ms`.
    fileprivate var formatted: String {
        let (seconds, attoseconds) = components
        return seconds > 0 ? "\(seconds) s" : "\(attoseconds / 1_000_000_000_000_000) ms"
    }
}
