import AuthentikAPI
import DesiredState
import Kinds
import Planning
import SecretSources
import Secrets

/// Checks whether the account is shown client secrets, and if not, whether they can be compared nevertheless.
///
/// Since 2026.2.7, 2026.5.7 and 2026.8.2, only accounts that may change a provider see its secret. Passes then compare it
/// by a request that changes nothing, which must be able to reach Authentik.
struct HiddenSecretCheckup: Sendable {
    var client: AuthentikClient
    var desired: DesiredState
    var resolved: ResolvedSecrets

    private static let subject = "client secrets"

    /// Empty if nothing is hidden, or providers cannot be read, which the check of permissions reports.
    ///
    /// - Throws: `CancellationError`.
    func findings() async throws -> [Finding] {
        guard let (hidden, credentials) = try await hidden() else { return [] }
        let what =
            "Authentik does not show \(hidden) of them to this account (needs the permission \(HiddenSecret.permission))"
        guard let credentials else {
            return [Finding(Self.subject, .skipped, "\(what); none could be compared to see whether that works")]
        }
        guard case .unknown(let reason) = try await client.prove(credentials) else {
            let message = "\(what); they are compared by a request to /application/o/revoke/, which changes nothing"
            return [Finding(Self.subject, .ok, message)]
        }
        return [
            Finding(
                Self.subject,
                .warning,
                "\(what), and the request to /application/o/revoke/ that would compare them gave no clear answer: \(reason)",
                advice: "let this program reach /application/o/revoke/ at \(client.address), or grant the permission; "
                    + "until then a changed secret is not noticed"
            )
        ]
    }

    /// - Returns: how many declared secrets are hidden, and what one of them can be probed with; nil if none is.
    private func hidden() async throws -> (Int, ClientCredentials?)? {
        let confidential = desired.services.compactMap(\.provider).filter { $0.secret != nil }
        guard !confidential.isEmpty else { return nil }
        let providers: [OAuth2Provider]
        do {
            providers = try await client.providers()
        } catch is AuthentikError {
            return nil
        }
        let hidden = Set(providers.filter { $0.clientSecret == nil && $0.applicationSlug != nil }.map(\.clientID))
        let declared = confidential.filter { hidden.contains($0.clientID) }
        guard !declared.isEmpty else { return nil }
        let credentials = declared.lazy.compactMap { provider -> ClientCredentials? in
            guard ClientCredentials.canCarry(clientID: provider.clientID), let reference = provider.secret,
                case .present(let secret, _)? = resolved.looks[reference]
            else { return nil }
            return ClientCredentials(id: provider.clientID, secret: secret)
        }
        return (declared.count, credentials.first)
    }
}
