import Synchronization

/// Access to Kubernetes, configured when it is first needed.
///
/// A file that names no Kubernetes Secret, restarts no workload and publishes nothing does not need Kubernetes, and so
/// gets no error about it.
package final class KubernetesAccess: Sendable {
    /// The time limit of each part of a pass, including all attempts.
    ///
    /// A part is a Secret that is read, an object that is read or published, or a workload that is restarted. A part
    /// that takes longer fails separately, so that everything else is done.
    package let limit: Duration
    private let find: @Sendable () throws -> KubernetesConfiguration?
    private let found: Mutex<KubernetesClient?>

    /// - Parameters:
    ///   - limit: the time limit of each part of a pass.
    ///   - find: looks for the API; nil if there is none. Called again until it finds one.
    package init(
        limit: Duration = .seconds(10),
        _ find: @escaping @Sendable () throws -> KubernetesConfiguration?
    ) {
        self.limit = limit
        self.find = find
        found = Mutex(nil)
    }

    /// Uses the Kubernetes API of a client.
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
