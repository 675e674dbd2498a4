import CurlTransport
import FoundationEssentials

extension KubernetesConfiguration {
    /// Where the kubelet mounts token, authority and namespace
    /// (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
    package static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"
    /// The variable with another folder of that kind, as of a projected volume.
    package static let serviceAccountVariable = "RECONCILE_SERVICE_ACCOUNT"

    /// What a pod is given; nil outside of a cluster.
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
                    + "(automountServiceAccountToken is not to be false)"
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

/// Whether there is a file that may be read.
func isFile(_ path: String) -> Bool { FileManager.default.isReadableFile(atPath: path) }
