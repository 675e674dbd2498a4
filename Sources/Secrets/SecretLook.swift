/// The result of looking up a client secret, from any source.
///
/// | | its source | what follows |
/// |---|---|---|
/// | present | holds a client secret | it is used |
/// | waiting | holds nothing yet, but is expected to | the service waits |
/// | missing | holds nothing | the service is blocked |
/// | unusable | contains a value that cannot be a client secret | the service is blocked |
/// | unreadable | denies reading, or does not answer | the service is blocked |
/// | left out | was not read: a plan without secrets neither compares nor sets it | everything else is compared |
///
/// A reason is a clause that names the reference and never the value: `the secret (env GRAFANA) is not set`.
package enum SecretLook: Sendable, Equatable {
    /// `version` is that of the Kubernetes Secret; nil for another source, or if it was generated.
    case present(Secret, version: SecretVersion? = nil)
    case waiting(reason: String)
    case missing(reason: String)
    case unusable(reason: String)
    case unreadable(reason: String)
    case leftOut
}

extension SecretLook {
    /// Why there is none; nil if there is one, or if it was not looked up.
    package var reason: String? {
        switch self {
        case .present, .leftOut: nil
        case .waiting(let reason), .missing(let reason), .unusable(let reason), .unreadable(let reason): reason
        }
    }

    /// Whether both have the same value, or lack one for the same reason; their sources do not matter.
    package func means(_ other: SecretLook) -> Bool {
        guard case .present(let value, _) = self, case .present(let otherValue, _) = other else {
            return self == other
        }
        return value == otherValue
    }
}

/// A version of a Kubernetes Secret.
package struct SecretVersion: Sendable, Hashable {
    /// Distinguishes the Secret from earlier and later ones of the same name.
    package var uid: String
    /// Changes with every change of the Secret, including changes of other keys.
    package var resourceVersion: String

    package init(uid: String, resourceVersion: String) {
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}

extension SecretVersion {
    /// Whether both are of the same Secret and this one is certainly older: resourceVersions grow as decimal numbers
    /// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
    package func isOlder(than other: SecretVersion) -> Bool {
        guard uid == other.uid, let mine = UInt64(resourceVersion), let others = UInt64(other.resourceVersion) else {
            return false
        }
        return mine < others
    }
}
