package import Secrets

/// What came of resolving a secret reference.
package enum SecretAvailability: Sendable, Equatable {
    /// `version` is that of the Kubernetes Secret it is from; nil if it is from elsewhere, or made up.
    case available(Secret, version: SecretVersion? = nil)
    /// The reason names the reference, never the value.
    case unavailable(reason: String)
    /// It is not there yet, and somebody is about to make it; the reason names the reference.
    case waiting(reason: String)
    /// It was not asked for: a plan without secrets neither compares nor sets it.
    case leftOut
}

extension SecretAvailability {
    /// Whether it comes to the same value, or lack of one; where that is from does not matter.
    package func means(_ other: SecretAvailability) -> Bool {
        guard case .available(let value, _) = self, case .available(let otherValue, _) = other else {
            return self == other
        }
        return value == otherValue
    }
}
