/// Why a configuration of the Kubernetes API cannot be used.
package struct KubernetesConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Says where, what is wrong, and what to do; never a token or a key.
    package var description: String

    /// What ``KubernetesConfiguration/find(environment:serviceAccount:)`` looks for is nowhere.
    package static let notFound = KubernetesConfigurationError(
        "no Kubernetes API is known here: neither KUBECONFIG, nor a pod's service account, nor ~/.kube/config"
    )

    package init(_ description: String) {
        self.description = description
    }
}
