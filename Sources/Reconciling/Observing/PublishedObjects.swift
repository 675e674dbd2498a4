import DesiredState
import KubernetesAPI
import Planning
import SecretSources

/// Looks at what services are told of their providers.
struct PublishedObjects: Sendable {
    /// Nil if none may be asked.
    let kubernetes: KubernetesAccess?

    /// Looks at each object once, side by side; at none where Kubernetes may not be asked.
    ///
    /// - Parameter narrowing: says for which services.
    func observe(
        for desired: DesiredState,
        _ narrowing: Narrowing
    ) async -> [PublishedObjectName: PublishedObservation] {
        guard let kubernetes, !narrowing.withoutSecrets else { return [:] }
        let services = desired.services.filter { $0.state == .present && narrowing.includes($0.slug) }
        let names = Set(services.compactMap { $0.provider?.publication?.object })
        guard !names.isEmpty else { return [:] }
        let client: KubernetesClient
        do {
            client = try kubernetes.client()
        } catch {
            return Dictionary(uniqueKeysWithValues: names.map { ($0, .unreadable(reason: "\(error)")) })
        }
        return await withTaskGroup { group in
            for name in names { group.addTask { (name, await observe(name, client, within: kubernetes.limit)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func observe(
        _ name: PublishedObjectName,
        _ client: KubernetesClient,
        within limit: Duration
    ) async -> PublishedObservation {
        do {
            let object = try await client.within(limit) { try await $0.object(name.resource, name.object) }
            return .seen(object ?? KubernetesObject())
        } catch {
            return .unreadable(reason: "\(error)")
        }
    }
}
