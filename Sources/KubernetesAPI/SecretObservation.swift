/// What a look at a Secret showed.
package enum SecretObservation: Sendable, Equatable {
    case present(KubernetesSecret)
    case absent
    /// It may not be read, and that will stay so until somebody changes it.
    case unreadable(KubernetesError)

    package init(_ secret: KubernetesSecret?) {
        self = secret.map(Self.present) ?? .absent
    }

    package var known: KnownSecret {
        switch self {
        case .present(let secret): .present(uid: secret.uid, resourceVersion: secret.resourceVersion)
        case .absent: .absent
        case .unreadable(let error): .unreadable(error.kind)
        }
    }
}
