package import CurlTransport

/// Where a Kubernetes API is, whom to trust, and who asks.
package struct KubernetesConfiguration: Sendable {
    /// `https://host:port`, perhaps with a path; without a slash at the end.
    package var server: String
    /// Where this program runs, or what the context of a kubeconfig says.
    package var namespace: String
    package var credentials: KubernetesCredentials
    package var transport: TransportConfiguration
    /// Where all this was found, for messages: `the service account of this pod`, `kubeconfig /root/.kube/config`.
    package var origin: String

    package init(
        server: String,
        namespace: String = "default",
        credentials: KubernetesCredentials,
        transport: TransportConfiguration = TransportConfiguration(),
        origin: String = "settings"
    ) {
        self.server = server
        self.namespace = namespace
        self.credentials = credentials
        self.transport = transport
        self.origin = origin
    }
}

extension KubernetesConfiguration {
    /// Finds the API as its other clients do.
    ///
    /// | first that applies | what is used |
    /// |---|---|
    /// | `KUBECONFIG` is set | its files |
    /// | `KUBERNETES_SERVICE_HOST` and `_PORT` are set | the service account of the pod |
    /// | `~/.kube/config` exists | that file |
    ///
    /// - Parameter serviceAccount: The folder with the service account; unless given, the one that
    ///   ``serviceAccountVariable`` names, or else the one that the kubelet mounts.
    /// - Returns: Nil if none applies.
    /// - Throws: ``KubernetesConfigurationError`` if what applies cannot be used.
    package static func find(
        environment: [String: String],
        serviceAccount: String? = nil
    ) throws(KubernetesConfigurationError) -> KubernetesConfiguration? {
        let variable = environment["KUBECONFIG"] ?? ""
        if !variable.isEmpty {
            return try kubeconfig(variable.split(separator: ":").map(String.init))
        }
        let named = environment[serviceAccountVariable].flatMap { $0.isEmpty ? nil : $0 }
        let folder = serviceAccount ?? named ?? serviceAccountDirectory
        if let configuration = try inCluster(environment: environment, serviceAccount: folder) {
            return configuration
        }
        guard let home = environment["HOME"], !home.isEmpty, isFile("\(home)/.kube/config") else { return nil }
        return try kubeconfig(["\(home)/.kube/config"])
    }
}
