package import Secrets

/// What came of resolving a secret reference.
package enum SecretAvailability: Sendable, Equatable {
    case available(Secret)
    /// The reason names the reference, never the value.
    case unavailable(reason: String)
    /// It is not there yet, and somebody is about to make it; the reason names the reference.
    case waiting(reason: String)
    /// It was not asked for: a plan without secrets neither compares nor sets it.
    case leftOut
}
