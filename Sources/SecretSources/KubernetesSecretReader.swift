import DesiredState
package import KubernetesAPI
package import Secrets

/// Reads client secrets from Kubernetes Secrets, and follows their changes.
///
/// It caches the last read of each Secret: for several keys, for passes in quick succession, and for times when the API
/// does not answer.
package actor KubernetesSecretReader {
    /// The Kubernetes access, which also has the time limit of a read.
    package nonisolated let kubernetes: KubernetesAccess
    /// How long a read stays valid.
    private let maximumAge: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    private struct Look {
        var observation: KubernetesSecret.Observation
        var time: ContinuousClock.Instant
    }

    private var looks: [ObjectName: Look] = [:]
    /// What watches have reported, or began with: a read by anybody else reports nothing.
    private var reported: [ObjectName: KubernetesSecret.Observation] = [:]

    /// - Parameter maximumAge: how long a Secret is not read again.
    package init(
        _ kubernetes: KubernetesAccess,
        maximumAge: Duration = .seconds(5),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.kubernetes = kubernetes
        self.maximumAge = maximumAge
        self.now = now
    }

    /// Looks up keys of one Secret, which is read once, whatever the result.
    ///
    /// - Throws: `CancellationError`, or an error that explains why Kubernetes cannot be accessed.
    package func looks(for keys: Set<String>, of object: ObjectName) async throws -> [String: SecretLook] {
        let observation = try await observation(of: object)
        return Dictionary(uniqueKeysWithValues: keys.map { ($0, look(for: $0, of: object, observation)) })
    }

    /// - Returns: the current state, or the last known one while the API does not answer.
    private func observation(of object: ObjectName) async throws -> KubernetesSecret.Observation {
        if let look = looks[object], now() - look.time < maximumAge { return look.observation }
        let client = try kubernetes.client()
        do {
            let secret = try await client.within(kubernetes.limit) { try await $0.secret(object) }
            remember(.success(secret), of: object)
            return .success(secret)
        } catch let error as KubernetesError {
            guard error.isTransient, let last = looks[object]?.observation, case .success(_?) = last else {
                return .failure(error)
            }
            return last
        }
    }

    private func look(for key: String, of object: ObjectName, _ observation: KubernetesSecret.Observation) -> SecretLook
    {
        let reference = SecretReference.kubernetes(namespace: object.namespace, name: object.name, key: key)
        switch observation {
        case .failure(let error): return .unreadable(reason: "\(reference.subject) cannot be read: \(error)")
        case .success(nil): return .missing(reason: "\(reference.subject) does not exist")
        case .success(let secret?):
            guard let bytes = secret.data[key] else { return .missing(reason: "\(reference.subject) has no such key") }
            return SecretLook(bytes.exposed, of: reference, version: secret.version)
        }
    }

    /// Follows Secrets until the task is cancelled; returns at once if Kubernetes cannot be accessed.
    ///
    /// - Parameters:
    ///   - policy: how to continue after failures.
    ///   - onRetry: called for each failure, with the delay before the next attempt.
    ///   - onChange: called when a Secret has changed since the last call, or since it was read before the first watch of
    ///     it; also if ``looks(for:of:)`` has shown the change to somebody since.
    package func watch(
        _ objects: Set<ObjectName>,
        policy: WatchPolicy = WatchPolicy(),
        onRetry: (@Sendable (ObjectName, KubernetesError, Duration) -> Void)? = nil,
        onChange: @escaping @Sendable (ObjectName) async -> Void
    ) async {
        guard let client = try? kubernetes.client() else { return }
        await withTaskGroup { group in
            for object in objects {
                var watcher = SecretWatcher(object, client: client)
                watcher.policy = policy
                if let onRetry { watcher.onRetry = { onRetry(object, $0, $1) } }
                let known = reported[object] ?? looks[object]?.observation
                reported[object] = known
                group.addTask { [watcher] in
                    await watcher.run(from: known) { observation in
                        if await self.report(observation, of: object) { await onChange(object) }
                    }
                }
            }
        }
    }

    /// Whether what a watch shows is new.
    private func report(_ observation: KubernetesSecret.Observation, of object: ObjectName) -> Bool {
        guard remember(observation, of: object) else { return false }
        defer { reported[object] = observation }
        return !observation.showsTheSame(as: reported[object])
    }

    /// - Returns: false if a newer version is known, since a watch may lag behind a read.
    @discardableResult
    private func remember(_ observation: KubernetesSecret.Observation, of object: ObjectName) -> Bool {
        if case .success(let new?) = observation, case .success(let old?) = looks[object]?.observation,
            new.version.isOlder(than: old.version)
        {
            return false
        }
        looks[object] = Look(observation: observation, time: now())
        return true
    }
}
