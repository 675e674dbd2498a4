import Synchronization

/// Keeps a sandbox's state in a file, soon after each change and at the end.
///
/// Saving takes turns with rest of the same length, so that a thousand writes are not a thousand files; what a `kill -9`
/// can lose is what was written since the last turn began.
struct StateKeeper: Sendable {
    private static let shortestRest: Duration = .milliseconds(50)

    let path: String
    private let changes: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(path: String) {
        self.path = path
        (changes, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The state is another one now.
    func noteChange() { signal.yield() }

    /// Saves after changes until the task is cancelled.
    ///
    /// - Parameter state: what there is to save now.
    /// - Throws: ``SandboxError`` if the file cannot be written.
    func keep(_ state: @Sendable () -> SandboxState) async throws {
        for await _ in changes {
            let duration = try ContinuousClock().measure { try state().write(to: path) }
            try? await Task.sleep(for: max(duration, Self.shortestRest))
        }
    }
}
