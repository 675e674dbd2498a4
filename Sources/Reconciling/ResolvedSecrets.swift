package import DesiredState
package import Planning
package import SecretSources
package import Secrets

/// What came of every secret that the services refer to.
package struct ResolvedSecrets: Sendable {
    package private(set) var availability: [SecretReference: SecretAvailability] = [:]
    /// The references that were missing and got a stand-in, in the order of their text.
    package private(set) var standIns: [SecretReference] = []

    /// Resolves each reference once.
    ///
    /// - Parameter standIn: Makes up a secret for a reference that is missing; only ever for a sandbox. Nil to leave
    ///   it unavailable.
    package init(of desired: DesiredState, with resolver: SecretResolver, standIn: (() -> Secret)? = nil) {
        for reference in Set(desired.services.compactMap { $0.provider?.secret }) {
            do throws(SecretError) {
                availability[reference] = .available(try resolver.resolve(reference))
            } catch {
                if case .missing = error.reason, let standIn {
                    availability[reference] = .available(standIn())
                    standIns.append(reference)
                } else {
                    availability[reference] = .unavailable(reason: error.description)
                }
            }
        }
        standIns.sort { $0.description < $1.description }
    }
}
