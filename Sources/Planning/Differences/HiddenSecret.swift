import AuthentikAPI
import DesiredState
import Kinds
package import Secrets

/// A client secret that Authentik does not show to this account, and the one that is declared.
///
/// Since 2026.2.7, 2026.5.7 and 2026.8.2, only accounts that may change the provider see it. The two are compared by a
/// probe that the plan requests:
///
/// | result of the probe | comparison | |
/// |---|---|---|
/// | right | same | |
/// | wrong | differs | the declared one is set |
/// | nothing, or there was none | not shown | it is left as it is, and the plan says so |
package struct HiddenSecret: Sendable, Hashable {
    /// The provider's pk.
    package var provider: Int
    /// The client id that the provider has now.
    package var clientID: String
    package var declared: Secret
    /// Why no probe can compare the secrets: a clause; nil if one can.
    package var obstacle: String?

    package init(provider: Int, clientID: String, declared: Secret) {
        self.provider = provider
        self.clientID = clientID
        self.declared = declared
    }

    /// The permission that an account needs to see it.
    package static let permission = Endpoint.providers.permissions(for: "PATCH").joined(separator: " and ")

    /// The remark about a secret that was not compared.
    fileprivate func remark(_ proof: SecretProof?) -> String {
        let remark =
            "its secret could not be compared: Authentik does not show it to this account (needs the permission "
            + "\(Self.permission))"
        if let obstacle { return "\(remark), and no probe can tell: \(obstacle)" }
        guard case .unknown(let reason) = proof else { return remark }
        return "\(remark), and the probe at /application/o/revoke/ gave no clear answer: \(reason)"
    }
}

extension ResolvedProvider {
    /// Its secret, if Authentik does not show the provider's; nil also for a public client, and if secrets are left out
    /// of the plan.
    func hiddenSecret(of provider: OAuth2Provider) -> HiddenSecret? {
        guard provider.clientSecret == nil, let secret else { return nil }
        var hidden = HiddenSecret(provider: provider.pk, clientID: provider.clientID, declared: secret)
        if provider.clientType == ClientType.public.rawValue {
            hidden.obstacle = "it is a public client"
        } else if provider.applicationSlug == nil {
            hidden.obstacle = "it is not linked to an application"
        } else if !ClientCredentials.canCarry(clientID: provider.clientID) {
            hidden.obstacle = "its client id contains a colon"
        }
        return hidden
    }
}

extension ServicePlan {
    /// Notes a secret that was not compared.
    mutating func tell(_ hidden: HiddenSecret, _ proof: SecretProof?) {
        switch proof {
        case .right, .wrong: break
        case .unknown, nil:
            hiddenSecret = hidden
            if decision == .inSync { reason = "as declared, except for its secret, which was not compared" }
            notes.append(hidden.remark(proof))
        }
    }
}
