/// Why a configuration of the Kubernetes API cannot be used.
package struct KubernetesConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Says where, what is wrong, and what to do; never a token or a key.
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
