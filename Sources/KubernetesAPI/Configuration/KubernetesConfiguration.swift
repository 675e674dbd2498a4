package import CurlTransport
import FoundationEssentials
package import Secrets

/// The address of a Kubernetes API, its certificate authorities, and the credentials for it.
package struct KubernetesConfiguration: Sendable {
    /// `https://host:port`, perhaps with a path; without a slash at the end.
    package var server: String
    /// The namespace of the pod, or of the kubeconfig's context.
    package var namespace: String
    package var credentials: KubernetesCredentials
    package var transport: TransportConfiguration
    /// The source of the configuration, for messages: `the service account of this pod`, `kubeconfig
    /// /root/.kube/config`.
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
        // API servers and the proxies in front of them close connections after any number of requests.
        self.transport.idleLimit = .zero
        self.origin = origin
    }
}

extension KubernetesConfiguration {
    /// Finds the API like other clients.
    ///
    /// | first that applies | what is used |
    /// |---|---|
    /// | `KUBECONFIG` is set | its files |
    /// | `KUBERNETES_SERVICE_HOST` and `_PORT` are set | the service account of the pod |
    /// | `~/.kube/config` exists | that file |
    ///
    /// - Parameter serviceAccount: the folder with the service account; by default the one in
    ///   ``serviceAccountVariable``, or else the one that the kubelet mounts.
    /// - Returns: nil if none applies.
    /// - Throws: ``KubernetesConfigurationError`` if the one that applies cannot be used.
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

/// How a request authenticates, apart from a client certificate.
package enum KubernetesCredentials: Sendable {
    /// None: the client certificate authenticates, or the server requires no credentials.
    case none
    case token(Secret)
    /// A file whose token is replaced before it expires, as by the kubelet; read again for each request.
    case tokenFile(String)
}

/// Why a configuration of the Kubernetes API cannot be used.
package struct KubernetesConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// States the place, the problem and what to do; never a token or a key.
    package var description: String

    /// ``KubernetesConfiguration/find(environment:serviceAccount:)`` has found nothing.
    package static let notFound = KubernetesConfigurationError(
        "no Kubernetes API is configured: found neither KUBECONFIG, nor a pod's service account, nor ~/.kube/config"
    )

    package init(_ description: String) {
        self.description = description
    }
}

extension KubernetesConfiguration {
    /// Where the kubelet mounts the token, certificate authority and namespace
    /// (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
    package static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"
    /// The environment variable for another such folder, such as a projected volume.
    package static let serviceAccountVariable = "RECONCILE_SERVICE_ACCOUNT"

    /// The configuration of a pod; nil outside a cluster.
    ///
    /// - Throws: ``KubernetesConfigurationError`` if no service account is mounted.
    package static func inCluster(
        environment: [String: String],
        serviceAccount directory: String = serviceAccountDirectory
    ) throws(KubernetesConfigurationError) -> KubernetesConfiguration? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else { return nil }
        for name in ["token", "ca.crt"] where !isFile("\(directory)/\(name)") {
            throw KubernetesConfigurationError(
                "\(directory)/\(name) cannot be read: the pod needs its service account's token "
                    + "(automountServiceAccountToken must not be false)"
            )
        }
        let address = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        var configuration = KubernetesConfiguration(
            server: "https://\(address):\(port)",
            credentials: .tokenFile("\(directory)/token"),
            origin: "the service account of this pod"
        )
        configuration.transport.authoritiesFile = "\(directory)/ca.crt"
        if let bytes = try? Data(contentsOf: URL(filePath: "\(directory)/namespace")) {
            let namespace = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
            if !namespace.isEmpty { configuration.namespace = namespace }
        }
        return configuration
    }
}

/// Whether a file exists and is readable.
func isFile(_ path: String) -> Bool { FileManager.default.isReadableFile(atPath: path) }
