package import KubernetesAPI
import Synchronization

/// The Kubernetes that references mean, found when the first of them needs it.
///
/// Who names no Kubernetes Secret needs no Kubernetes, and gets no error about one.
package final class KubernetesSecrets: Sendable {
    private let find: @Sendable () throws -> KubernetesConfiguration?
    private let found = Mutex<KubernetesSecretReader?>(nil)

    /// - Parameter find: Looks for the API; nil if there is none. Asked again until it finds one.
    package init(_ find: @escaping @Sendable () throws -> KubernetesConfiguration?) {
        self.find = find
    }

    /// The reader of Secrets.
    ///
    /// - Throws: ``KubernetesConfigurationError``.
    package func reader() throws -> KubernetesSecretReader {
        try found.withLock { found in
            if let found { return found }
            guard let configuration = try find() else {
                throw KubernetesConfigurationError(
                    "no Kubernetes API is known here: neither KUBECONFIG, nor a pod's service account, nor ~/.kube/config"
                )
            }
            let reader = KubernetesSecretReader(client: try KubernetesClient(configuration: configuration))
            found = reader
            return reader
        }
    }
}
