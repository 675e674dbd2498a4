package import KubernetesAPI
import Secrets

/// Reads client secrets from Kubernetes Secrets, and follows their changes.
///
/// It remembers the last look at each Secret: for several keys, for passes that come in quick succession, and for
/// while the API does not answer.
package actor KubernetesSecretReader {
    private let client: KubernetesClient
    /// How long a look may take, with all its attempts.
    private let limit: Duration
    /// How long a look holds.
    private let maximumAge: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    private struct Look {
        var observation: SecretObservation
        var time: ContinuousClock.Instant
    }

    private var looks: [ObjectName: Look] = [:]

    /// - Parameters:
    ///   - limit: How long a look at a Secret may take, with all its attempts.
    ///   - maximumAge: For how long after a look at a Secret the next one is spared.
    package init(
        client: KubernetesClient,
        limit: Duration = .seconds(10),
        maximumAge: Duration = .seconds(5),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.client = client
        self.limit = limit
        self.maximumAge = maximumAge
        self.now = now
    }

    /// Looks for a client secret.
    ///
    /// - Throws: `CancellationError`.
    package func value(namespace: String, name: String, key: String) async throws -> KubernetesSecretValue {
        let sight = try await look(at: ObjectName(namespace: namespace, name: name))
        return value(sight.observation, key, outdated: sight.outdated)
    }

    /// Looks for several keys of one Secret, which is read once, whatever comes of it.
    ///
    /// - Throws: `CancellationError`.
    package func values(of object: ObjectName, keys: Set<String>) async throws -> [String: KubernetesSecretValue] {
        let sight = try await look(at: object)
        return Dictionary(
            uniqueKeysWithValues: keys.map { ($0, value(sight.observation, $0, outdated: sight.outdated)) }
        )
    }

    /// - Returns: what is there; as it was, with the reason, while the API does not answer.
    private func look(
        at object: ObjectName
    ) async throws -> (observation: SecretObservation, outdated: KubernetesError?) {
        if let look = looks[object], now() - look.time < maximumAge { return (look.observation, nil) }
        do {
            let secret = try await client.within(limit) { try await $0.secret(object) }
            let observation = SecretObservation(secret)
            _ = remember(observation, of: object)
            return (observation, nil)
        } catch let error as KubernetesError {
            guard error.isTransient, let last = looks[object]?.observation, case .present = last else {
                return (.unreadable(error), nil)
            }
            return (last, error)
        }
    }

    /// Follows Secrets until the task is cancelled.
    ///
    /// - Parameters:
    ///   - policy: How to go on after failures.
    ///   - onRetry: Told of each failure, and of the wait before the next attempt.
    ///   - onChange: Told that a Secret is not as it was at the last look at it; ``value(namespace:name:key:)`` knows.
    package func watch(
        _ objects: Set<ObjectName>,
        policy: WatchPolicy = WatchPolicy(),
        onRetry: (@Sendable (ObjectName, KubernetesError, Duration) -> Void)? = nil,
        onChange: @escaping @Sendable (ObjectName) async -> Void
    ) async {
        await withTaskGroup { group in
            for object in objects {
                var watcher = SecretWatcher(object, client: client)
                watcher.policy = policy
                if let onRetry { watcher.onRetry = { onRetry(object, $0, $1) } }
                let known = looks[object]?.observation.known ?? .nothing
                group.addTask { [watcher] in
                    await watcher.run(from: known) { observation in
                        if await self.remember(observation, of: object) { await onChange(object) }
                    }
                }
            }
        }
    }

    /// Whether it is news; a watch may lag behind a read.
    private func remember(_ observation: SecretObservation, of object: ObjectName) -> Bool {
        let last = looks[object]?.observation
        if let last, observation.isOlder(than: last) { return false }
        looks[object] = Look(observation: observation, time: now())
        return last?.known != observation.known
    }

    private func value(
        _ observation: SecretObservation,
        _ key: String,
        outdated: KubernetesError? = nil
    ) -> KubernetesSecretValue {
        switch observation {
        case .unreadable(let error): return .unreadable(error)
        case .absent: return .waiting(reason: "does not exist")
        case .present(let secret):
            guard let bytes = secret.data[key] else { return .waiting(reason: "has no such key") }
            do throws(SecretError.Reason) {
                return .available(try clientSecret(bytes.exposed), version: observation.known, outdated: outdated)
            } catch {
                switch error {
                case .missing(let clause): return .waiting(reason: clause)
                case .unusable(let clause): return .unusable(reason: clause)
                }
            }
        }
    }
}

extension SecretObservation {
    /// Whether both are of one Secret and this one is certainly the earlier: resourceVersions grow as decimal numbers
    /// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
    fileprivate func isOlder(than other: SecretObservation) -> Bool {
        guard case .present(let mine) = self, case .present(let others) = other, mine.uid == others.uid,
            let version = UInt64(mine.resourceVersion), let otherVersion = UInt64(others.resourceVersion)
        else { return false }
        return version < otherVersion
    }
}
