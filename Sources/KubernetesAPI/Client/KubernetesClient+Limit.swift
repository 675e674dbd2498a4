extension KubernetesClient {
    /// Limits the time of something that may take several requests, so that callers need not wait for all attempts of
    /// every request.
    ///
    /// No more run at the same time than there are connections; see ``PartTurns``.
    ///
    /// - Parameter limit: for all of it, from when it starts to run.
    /// - Throws: what `body` throws; ``KubernetesError``, of the kind `unreachable`, if the time is over.
    package func within<Value: Sendable>(
        _ limit: Duration,
        _ body: @escaping @Sendable (KubernetesClient) async throws -> Value
    ) async throws -> Value {
        await turns.enter()
        guard await !turns.isSilent(within: limit) else {
            await turns.leave(isAnswered: nil)
            throw silence(limit)
        }
        let outcome: Result<Value?, any Error>
        do {
            outcome = .success(try await limited(limit, body))
        } catch {
            outcome = .failure(error)
        }
        switch outcome {
        case .success(.some(let value)):
            await turns.leave(isAnswered: true)
            return value
        case .success(.none):
            await turns.leave(isAnswered: false)
            throw silence(limit)
        case .failure(let error):
            await turns.leave(isAnswered: (error as? KubernetesError)?.status == nil ? nil : true)
            throw error
        }
    }

    /// - Returns: nil if the time is over.
    private func limited<Value: Sendable>(
        _ limit: Duration,
        _ body: @escaping @Sendable (KubernetesClient) async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body(self) }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func silence(_ limit: Duration) -> KubernetesError {
        KubernetesError(
            kind: .unreachable,
            message: "the Kubernetes API did not answer within \(limit.formatted)",
            request: configuration.server
        )
    }
}

extension Duration {
    /// `10 s`, or `50 ms` if it is less than a second.
    fileprivate var formatted: String {
        let (seconds, attoseconds) = components
        return seconds > 0 ? "\(seconds) s" : "\(attoseconds / 1_000_000_000_000_000) ms"
    }
}
