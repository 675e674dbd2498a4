package import KubernetesAPI
import Synchronization

/// The Kubernetes that references mean, found when the first of them needs it.
///
/// Who names no Kubernetes Secret needs no Kubernetes, and gets no error about one.
package final class KubernetesSecrets: Sendable {
    private struct Found {
        var client: KubernetesClient
        var reader: KubernetesSecretReader
    }

    /// How long each part of a pass may take, with all its attempts.
    ///
    /// A part is a Secret that is read, an object that is looked at or published, a workload that is restarted. One that
    /// takes longer fails by itself, so that all else is done.
    package let limit: Duration
    private let find: @Sendable () throws -> KubernetesConfiguration?
    private let found = Mutex<Found?>(nil)

    /// - Parameters:
    ///   - limit: how long each part of a pass may take.
    ///   - find: Looks for the API; nil if there is none. Asked again until it finds one.
    package init(
        limit: Duration = .seconds(10),
        _ find: @escaping @Sendable () throws -> KubernetesConfiguration?
    ) {
        self.limit = limit
        self.find = find
    }

    /// The reader of Secrets.
    ///
    /// - Throws: ``KubernetesConfigurationError``.
    package func reader() throws -> KubernetesSecretReader { try look().reader }

    /// A client of the API that the reader reads from.
    ///
    /// - Throws: ``KubernetesConfigurationError``.
    package func client() throws -> KubernetesClient { try look().client }

    private func look() throws -> Found {
        try found.withLock { found in
            if let found { return found }
            guard let configuration = try find() else {
                throw KubernetesConfigurationError.notFound
            }
            let client = try KubernetesClient(configuration: configuration)
            let new = Found(client: client, reader: KubernetesSecretReader(client: client, limit: limit))
            found = new
            return new
        }
    }
}
