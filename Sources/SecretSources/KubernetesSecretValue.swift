package import KubernetesAPI
package import Secrets

/// What came of looking for a client secret in a key of a Kubernetes Secret.
package enum KubernetesSecretValue: Sendable, Equatable {
    /// It is there. `outdated` says why it comes from an earlier look, if it does: the API does not answer just now.
    case available(Secret, version: KnownSecret, outdated: KubernetesError?)
    /// The Secret or its key is not there yet, or is empty; somebody may still bring it. A clause.
    case waiting(reason: String)
    /// There is something that cannot be a client secret. A clause.
    case unusable(reason: String)
    /// The API does not let it be read, or does not answer.
    case unreadable(KubernetesError)
}
