import Synchronization

/// The Kubernetes that the file means, found when the first thing needs it.
///
/// A file that names no Kubernetes Secret, restarts no workload and publishes nothing needs no Kubernetes, and gets no error about
/// one.
package final class KubernetesAccess: Sendable {
    /// How long each part of a pass may take, with all its attempts.
    ///
    /// A part is a Secret that is read, an object that is looked at or published, a workload that is restarted. One that
    /// takes longer fails by itself, so that all else is done.
    package let limit: Duration
    private let find: @Sendable () throws -> KubernetesConfiguration?
    private let found: Mutex<KubernetesClient?>

    /// - Parameters:
    ///   - limit: how long each part of a pass may take.
    ///   - find: Looks for the API; nil if there is none. Asked again until it finds one.
    package init(
        limit: Duration = .seconds(10),
        _ find: @escaping @Sendable () throws -> KubernetesConfiguration?
    ) {
        self.limit = limit
        self.find = find
        found = Mutex(nil)
    }

    /// The Kubernetes that a client asks.
    package init(_ client: KubernetesClient, limit: Duration = .seconds(10)) {
        self.limit = limit
        find = { client.configuration }
        found = Mutex(client)
    }

    /// - Throws: ``KubernetesConfigurationError``, or ``TransportError`` if libcurl cannot be set up.
    package func client() throws -> KubernetesClient {
        try found.withLock { found in
            if let found { return found }
            guard let configuration = try find() else {
                throw KubernetesConfigurationError.notFound
            }
            let new = try KubernetesClient(configuration: configuration)
            found = new
            return new
        }
    }
}
