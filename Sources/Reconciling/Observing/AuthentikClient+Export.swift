package import AuthentikAPI
import DesiredState
package import Kinds
package import Planning

extension AuthentikClient {
    /// Looks at everything that an export needs, in a handful of list requests however much there is.
    ///
    /// - Throws: ``PassFailure`` if any of it cannot be seen, or the account is no superuser: its list of applications
    ///   would be filtered by policy, and nothing would tell what is missing.
    package func observeForExport() async throws -> (
        observed: ObservedState, bindings: [PolicyBinding], entitlements: [ApplicationEntitlement]
    ) {
        do {
            let account = try await account()
            guard account.isSuperuser else {
                throw PassFailure(
                    .refused,
                    "an export needs the token of a superuser: Authentik shows the account '\(account.username)' only the "
                        + "applications that it may open itself, so the file would lack the others without a trace"
                )
            }
            async let bindings = policyBindings()
            async let entitlements = self.entitlements()
            let observed = try await observe(for: DesiredState(owner: "", services: []))
            return (observed, try await bindings, try await entitlements)
        } catch let error as AuthentikError {
            throw PassFailure(error)
        }
    }
}
