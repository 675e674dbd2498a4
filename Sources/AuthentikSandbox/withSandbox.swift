/// Runs `body` beside a sandbox on a free loopback port, and stops it afterwards.
///
/// - Parameters:
///   - release: the release that it is.
///   - token: the superuser's API token.
///   - log: called once per request, after it was answered.
///   - body: gets the sandbox and its address, such as `http://127.0.0.1:49152`.
package func withSandbox<Result: Sendable>(
    _ release: Sandbox.Release = .december2025,
    token: String = "sandbox-token",
    log: (@Sendable (RequestLogEntry) -> Void)? = nil,
    _ body: @Sendable (Sandbox, _ baseURL: String) async throws -> Result
) async throws -> Result {
    try await withSandbox(configuration: .init(release: release, token: token, log: log), body)
}

/// Runs `body` beside a sandbox of a configuration, and stops it afterwards.
///
/// - Parameter body: gets the sandbox and its address, such as `http://127.0.0.1:49152`.
package func withSandbox<Result: Sendable>(
    configuration: Sandbox.Configuration,
    _ body: @Sendable (Sandbox, _ baseURL: String) async throws -> Result
) async throws -> Result {
    let sandbox = Sandbox(configuration: configuration)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        group.addTask {
            defer { continuation.finish() }
            try await sandbox.run { continuation.yield($0) }
        }
        guard let port = await ports.first(where: { _ in true }) else {
            try await group.waitForAll()
            throw CancellationError()
        }
        let result = try await body(sandbox, "http://127.0.0.1:\(port)")
        group.cancelAll()
        return result
    }
}
