package import Secrets

/// What came of resolving a secret reference.
package enum SecretAvailability: Sendable, Equatable {
    case available(Secret)
    /// The reason names the reference, never the value.
    case unavailable(reason: String)
    /// It was not asked for: a plan without secrets neither compares nor sets it.
    case leftOut
}
