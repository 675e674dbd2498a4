package import Base
import Secrets

/// Follows one Secret: lists it, watches it, and starts over according to ``WatchPolicy``.
package struct SecretWatcher: Sendable {
    package let object: ObjectName
    package var policy = WatchPolicy()
    /// Called for each failure, with the delay before the next attempt.
    package var onRetry: (@Sendable (KubernetesError, Duration) -> Void)?
    /// Waits; can be replaced in tests.
    package var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    private let client: KubernetesClient

    package init(_ object: ObjectName, client: KubernetesClient) {
        self.object = object
        var client = client
        // The watcher does its own retries.
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

    /// Runs until the task is cancelled.
    ///
    /// - Parameters:
    ///   - known: the last known version, which is not reported; nil if it was never read.
    ///   - onChange: called for each change of the Secret, and if permission to read it is missing.
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

    /// One list, if necessary, and one watch; returns the time to wait before the next.
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
                // Reading it may still be allowed.
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
        // A forbidden watch does not mean that reading is forbidden.
        case .forbidden where !hasListed, .unauthorized: await see(.failure(error), &progress, onChange)
        default: break
        }
        return policy.delay(after: error, attempt: progress.failures, jitter: .random(in: 0...1))
    }
}

/// How a ``SecretWatcher`` continues.
///
/// | what happened | continues with | after |
/// |---|---|---|
/// | the server ended the watch normally | a watch from there | the first step of the backoff |
/// | no answer, cut off, 429, 5xx | a watch from there; the third time in a row, a list | backoff, or `Retry-After` |
/// | 410: the resourceVersion has expired | a list | backoff |
/// | 403: may not list or watch | a read of the Secret | ``pollingInterval`` |
/// | 401, anything else | a list | backoff |
package struct WatchPolicy: Sendable {
    package var backoff = Backoff()
    /// The time between two reads if watching is not allowed.
    package var pollingInterval: Duration = .seconds(30)
    /// The time after which the server should end a watch, plus or minus a quarter; it also limits how long it goes
    /// unnoticed that a server, or a proxy in front of it, whose TCP stack still answers has stopped sending events.
    package var watchTime: Duration = .seconds(120)

    package init() {}

    /// Whether the watch cannot continue from where it was.
    ///
    /// - Parameter attempt: the number of consecutive failed attempts, at least 1.
    func startsOver(after error: KubernetesError, attempt: Int) -> Bool {
        switch error.kind {
        // A server that was restored from a backup does not know the resourceVersion yet, and answers 504.
        case .unreachable, .throttled, .unavailable: attempt >= 3
        case .unauthorized, .forbidden, .notFound, .conflict, .gone, .invalid, .undecodable: true
        }
    }

    /// - Parameter jitter: a random number from 0 to 1.
    func delay(after error: KubernetesError, attempt: Int, jitter: Double) -> Duration {
        error.kind == .forbidden
            ? pollingInterval
            : backoff.delay(attempt: attempt, retryAfter: error.retryAfter, jitter: jitter)
    }
}
