package import Base
import Secrets

/// Follows one Secret: lists it, watches it, and begins anew as ``WatchPolicy`` says.
package struct SecretWatcher: Sendable {
    package let object: ObjectName
    package var policy = WatchPolicy()
    /// Called for each failure, with the delay before the next attempt.
    package var onRetry: (@Sendable (KubernetesError, Duration) -> Void)?
    /// Waits; tests need not.
    package var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    private let client: KubernetesClient

    package init(_ object: ObjectName, client: KubernetesClient) {
        self.object = object
        var client = client
        // The watcher's own attempts are enough.
        client.maximumAttempts = 1
        self.client = client
    }

    private struct Progress {
        var known: KubernetesSecret.Observation?
        /// The version to continue from; nil to list first.
        var resourceVersion: String?
        /// Failures in a row.
        var failures = 0
    }

    /// Works until the task is cancelled.
    ///
    /// - Parameters:
    ///   - known: The last known version, which is not reported; nil if it was never read.
    ///   - onChange: Called for each change of the Secret, and when permission to read it is lacking.
    package func run(
        from known: KubernetesSecret.Observation? = nil,
        onChange: @Sendable (KubernetesSecret.Observation) async -> Void
    ) async {
        var progress = Progress(known: known)
        while !Task.isCancelled {
            do {
                try await pause(try await step(&progress, onChange))
            } catch let error as KubernetesError {
                let delay = await recover(from: error, &progress, onChange)
                onRetry?(error, delay)
                do { try await pause(delay) } catch { return }
            } catch {
                return
            }
        }
    }

    /// One list, if need be, and one watch; returns the time to wait before the next.
    private func step(
        _ progress: inout Progress,
        _ onChange: @Sendable (KubernetesSecret.Observation) async -> Void
    ) async throws -> Duration {
        if progress.resourceVersion == nil {
            do {
                let list = try await client.list(object)
                await see(.success(list.secret), &progress, onChange)
                progress.resourceVersion = list.resourceVersion
            } catch let error as KubernetesError where error.kind == .forbidden {
                // To read it may be allowed all the same.
                await see(.success(try await client.secret(object)), &progress, onChange)
                onRetry?(error, policy.pollingInterval)
                return policy.pollingInterval
            }
        }
        try await watch(&progress, onChange)
        return policy.backoff.delay(attempt: 1, jitter: .random(in: 0...1))
    }

    private func watch(
        _ progress: inout Progress,
        _ onChange: @Sendable (KubernetesSecret.Observation) async -> Void
    ) async throws {
        let time = policy.watchTime * Double.random(in: 0.75...1.25)
        let events = try await client.watch(object, from: progress.resourceVersion ?? "", time: time)
        for try await event in events {
            switch event {
            case .present(let secret):
                progress.resourceVersion = secret.version.resourceVersion
                await see(.success(secret), &progress, onChange)
            case .deleted(let resourceVersion):
                progress.resourceVersion = resourceVersion
                await see(.success(nil), &progress, onChange)
            case .bookmark(let resourceVersion): progress.resourceVersion = resourceVersion
            case .failed, .unknown: continue
            }
            progress.failures = 0
        }
        progress.failures = 0
    }

    private func see(
        _ observation: KubernetesSecret.Observation,
        _ progress: inout Progress,
        _ onChange: @Sendable (KubernetesSecret.Observation) async -> Void
    ) async {
        guard !observation.showsTheSame(as: progress.known) else { return }
        progress.known = observation
        await onChange(observation)
    }

    private func recover(
        from error: KubernetesError,
        _ progress: inout Progress,
        _ onChange: @Sendable (KubernetesSecret.Observation) async -> Void
    ) async -> Duration {
        progress.failures += 1
        let hasListed = progress.resourceVersion != nil
        if policy.startsOver(after: error, attempt: progress.failures) { progress.resourceVersion = nil }
        switch error.kind {
        // A watch that is refused says nothing of reading.
        case .forbidden where !hasListed, .unauthorized: await see(.failure(error), &progress, onChange)
        default: break
        }
        return policy.delay(after: error, attempt: progress.failures, jitter: .random(in: 0...1))
    }
}

/// How a ``SecretWatcher`` goes on after what happens to it.
///
/// | what happened | goes on with | after |
/// |---|---|---|
/// | the server ended the watch in order | a watch from there | the first step of the backoff |
/// | no answer, cut off, 429, 5xx | a watch from there; the third time in a row, a list | backoff, or `Retry-After` |
/// | 410: the resourceVersion is forgotten | a list | backoff |
/// | 403: may not list or watch | a look at the Secret | ``pollingInterval`` |
/// | 401, anything else | a list | backoff |
package struct WatchPolicy: Sendable {
    package var backoff = Backoff()
    /// Between two looks where watching is not allowed.
    package var pollingInterval: Duration = .seconds(30)
    /// After how long the server is to end a watch, a quarter more or less; it also bounds how long it goes unnoticed
    /// that a server, or a proxy before it, whose TCP still answers says nothing any more.
    package var watchTime: Duration = .seconds(120)

    package init() {}

    /// Whether the watch cannot go on from where it was.
    ///
    /// - Parameter attempt: How many attempts have failed in a row, at least 1.
    func startsOver(after error: KubernetesError, attempt: Int) -> Bool {
        switch error.kind {
        // A server that was restored from a backup does not know the resourceVersion yet, and says 504.
        case .unreachable, .throttled, .unavailable: attempt >= 3
        case .unauthorized, .forbidden, .notFound, .conflict, .gone, .invalid, .undecodable: true
        }
    }

    /// - Parameter jitter: A random number from 0 to 1.
    func delay(after error: KubernetesError, attempt: Int, jitter: Double) -> Duration {
        error.kind == .forbidden
            ? pollingInterval
            : backoff.delay(attempt: attempt, retryAfter: error.retryAfter, jitter: jitter)
    }
}
