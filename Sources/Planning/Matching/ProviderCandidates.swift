import AuthentikAPI
import Base
import DesiredState
import Kinds

extension Observation {
    /// The providers, of any kind, that have the name or the client id of a declared one.
    func providers(named login: Login) -> [OAuth2Provider] {
        [provider(name: login.name), login.clientID.flatMap { provider(clientID: $0) }].compactMap(\.self)
    }

    /// The latest provider of a kind that a service had before its login was changed, if only the service has it.
    func formerProvider(of type: OAuth2Provider.ProviderType, _ claim: Claim) -> OAuth2Provider? {
        guard let mark = claim.mark, let application = claim.application else { return nil }
        return mark.formerProviders.compactMap(provider(pk:)).last { former in
            former.kind == type && former.backchannelApplicationSlug == nil
                && [nil, application.slug].contains(former.applicationSlug)
                && applicationsMarked(provider: former.pk).allSatisfy { $0 == application.pk }
        }
    }

    /// Whether a provider is named by the mark of another application that stays: another owner's, or another
    /// service's.
    ///
    /// - Parameter claimed: this owner's applications, by pk, that services with a provider have.
    func isSpokenFor(
        _ provider: OAuth2Provider,
        besides application: Application?,
        claimed: Set<String>
    ) -> Bool {
        applicationsMarked(provider: provider.pk).contains { pk in
            pk != application?.pk && (!isOwned(application: pk) || claimed.contains(pk))
        }
    }
}

extension Declaration {
    /// Whether it changes the name or client id of its own provider; what Authentik does not keep is not sent.
    func changes(_ field: FieldSpec, of own: OAuth2Provider, _ release: Release) -> Bool {
        guard let login else { return false }
        let (before, after): (FieldValue, FieldValue) =
            field.name == OAuth2Provider.Row.name.name
            ? (.text(own.name), .text(login.name))
            : (.text(own.clientID), .text(login.clientID ?? own.clientID))
        guard !after.means(before) else { return false }
        let change = FieldChange(object: .provider, field: field.attribute, before: before, after: after)
        return claim.mark?.unkept?.values(of: change, release) == nil
    }
}
