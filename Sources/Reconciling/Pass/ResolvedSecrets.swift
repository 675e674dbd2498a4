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
    /// - Parameters:
    ///   - narrowing: says for which services; a pass over others must not look at what came of theirs.
    ///   - standIn: Makes up a secret for a reference that is missing; only ever for a sandbox. Nil to leave it
    ///     unavailable.
    package init(
        of desired: DesiredState,
        _ narrowing: Narrowing = Narrowing(),
        with resolver: SecretResolver,
        standIn: ((SecretReference) -> Secret)? = nil
    ) {
        let services = desired.services.filter { narrowing.includes($0.slug) }
        for reference in Set(services.compactMap { $0.provider?.secret }) {
            if narrowing.withoutSecrets {
                availability[reference] = .leftOut
                continue
            }
            do throws(SecretError) {
                availability[reference] = .available(try resolver.resolve(reference))
            } catch {
                if case .missing = error.reason, let standIn {
                    availability[reference] = .available(standIn(reference))
                    standIns.append(reference)
                } else {
                    availability[reference] = .unavailable(reason: error.description)
                }
            }
        }
        standIns.sort { $0.description < $1.description }
    }
}
