package import DesiredState
package import Planning

/// What came of every secret that the services refer to; see ``SecretResolution``.
package struct ResolvedSecrets: Sendable {
    package internal(set) var availability: [SecretReference: SecretAvailability] = [:]
    /// The references that were missing and got a stand-in, in the order of their text.
    package internal(set) var standIns: [SecretReference] = []
    /// Those of the unavailable ones for which there is something, which cannot be a client secret.
    package internal(set) var unusable: Set<SecretReference> = []
}
