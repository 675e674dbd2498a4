/// What came of looking a client secret up, wherever it is kept.
///
/// | | its source | what follows |
/// |---|---|---|
/// | present | holds a client secret | it is used |
/// | waiting | holds nothing yet; somebody is about to bring it | the service waits |
/// | missing | holds nothing | the service is blocked |
/// | unusable | contains a value that cannot be a client secret | the service is blocked |
/// | unreadable | does not let it be read, or does not answer | the service is blocked |
/// | left out | was not asked: a plan without secrets neither compares nor sets it | all else is compared |
///
/// A reason is a clause that names the reference and never the value: `the secret (env GRAFANA) is not set`.
package enum SecretLook: Sendable, Equatable {
    /// `version` is that of the Kubernetes Secret it is from; nil if it has another source, or was generated.
    case present(Secret, version: SecretVersion? = nil)
    case waiting(reason: String)
    case missing(reason: String)
    case unusable(reason: String)
    case unreadable(reason: String)
    case leftOut
}

extension SecretLook {
    /// Why there is none; nil if there is one, or none was looked for.
    package var reason: String? {
        switch self {
        case .present, .leftOut: nil
        case .waiting(let reason), .missing(let reason), .unusable(let reason), .unreadable(let reason): reason
        }
    }

    /// Whether it comes to the same value, or lack of one; where that is from does not matter.
    package func means(_ other: SecretLook) -> Bool {
        guard case .present(let value, _) = self, case .present(let otherValue, _) = other else {
            return self == other
        }
        return value == otherValue
    }
}

/// Which Secret of Kubernetes something came from, and at which of its changes.
package struct SecretVersion: Sendable, Hashable {
    /// Distinguishes the Secret from earlier and later ones of the same name.
    package var uid: String
    /// Changes with every change of the Secret, also of another key.
    package var resourceVersion: String

    package init(uid: String, resourceVersion: String) {
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}

extension SecretVersion {
    /// Whether both are of one Secret and this one is certainly the earlier: resourceVersions grow as decimal numbers
    /// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
    package func isOlder(than other: SecretVersion) -> Bool {
        guard uid == other.uid, let mine = UInt64(resourceVersion), let others = UInt64(other.resourceVersion) else {
            return false
        }
        return mine < others
    }
}
