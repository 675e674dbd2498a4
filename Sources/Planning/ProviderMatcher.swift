import AuthentikAPI
import Base
import DesiredState
import Kinds

/// Finds the provider that is a service's own.
///
/// | first that applies | its own provider |
/// |---|---|
/// | the mark names a provider that exists | that one; a conflict if another application has it, or it may be a proxy provider |
/// | the linked provider has the declared name or client id | that one |
/// | a provider of the declared name is linked to nothing | that one |
/// | a provider of the declared client id is linked to nothing | that one |
/// | an application without a mark is linked to an OAuth2 provider that no other service declares | that one |
/// | an application without a mark is linked to a provider of another type | a conflict |
/// | a provider of the declared name or client id is a proxy provider, or may be one | a conflict |
/// | otherwise | none yet |
///
/// Two different ones by rows two to four are a conflict. Never taken is what another application has, and does not let
/// go of in this very pass, and what the mark of another owner's or another service's application names.
struct ProviderMatcher {
    enum Match {
        case found(OAuth2Provider, isLinked: Bool)
        case none
        case conflict(String)
    }

    private let index: ObservedIndex
    private let declaredNames: Set<ExactText>
    private let declaredClientIDs: Set<ExactText>
    /// This owner's applications, by pk, that services with a provider have.
    private let claimed: Set<String>
    /// Providers that their applications let go of in this pass; see ``WriteOrder``.
    let freed: Set<Int>
    /// Unlinked providers that a service before this one takes.
    private(set) var taken: Set<Int> = []

    /// - Parameter freed: the pks of the providers that their applications let go of in this pass.
    init(index: ObservedIndex, services: [Service], freed: Set<Int>) {
        self.index = index
        let slugs = Set(services.filter(\.wantsProvider).flatMap { [$0.slug] + $0.renamedFrom })
        claimed = Set(
            index.owned.filter { slugs.contains($0.application.slug) || slugs.contains($0.mark.slug) }
                .map(\.application.pk)
        )
        self.freed = freed
        declaredNames = Set(services.compactMap { $0.provider?.name.exact })
        declaredClientIDs = Set(services.compactMap { $0.provider?.clientID.exact })
    }

    mutating func match(_ declared: Provider, application: Application?, mark: OwnershipMark?) -> Match {
        let linked = application?.provider.flatMap(index.provider(pk:))
        if let own = mark?.provider.flatMap(index.providerOfAnyKind(pk:)), own.kind == .undetermined {
            return .conflict("its provider '\(own.name)' \(own.proxyRemark)")
        }
        if let own = mark?.provider.flatMap(index.provider(pk:)) {
            if own.pk == linked?.pk { return .found(own, isLinked: true) }
            if let other = user(of: own) {
                return .conflict("its provider '\(own.name)' is linked to the application '\(other)'; unlink it there")
            }
            if taken.contains(own.pk) {
                return .conflict(
                    "its provider '\(own.name)' is another service's too, by the marks; correct one of them"
                )
            }
            return take(own)
        }

        var candidates: [OAuth2Provider] = []
        if let linked,
            linked.name.exact == declared.name.exact || linked.clientID.exact == declared.clientID.exact
        {
            if let application, let conflict = foreignMark(on: linked, of: application) { return conflict }
            candidates.append(linked)
        }
        for candidate in [index.provider(name: declared.name), index.provider(clientID: declared.clientID)] {
            if let candidate, candidate.kind != .oauth2, candidate.pk != application?.provider {
                return .conflict("the provider '\(candidate.name)' \(candidate.proxyRemark); rename it")
            }
            guard let candidate, candidate.kind == .oauth2, user(of: candidate) == nil,
                !isSpokenFor(candidate, application),
                !taken.contains(candidate.pk),
                !candidates.contains(where: { $0.pk == candidate.pk })
            else { continue }
            candidates.append(candidate)
        }
        if candidates.count > 1 {
            let list = candidates.map { "'\($0.name)' (pk \($0.pk), client id '\($0.clientID)')" }
            return .conflict("several providers could be its own: \(list.joined(separator: ", ")); keep one of them")
        }
        if let only = candidates.first {
            return only.pk == linked?.pk ? .found(only, isLinked: true) : take(only)
        }
        if mark == nil, let application, application.provider != nil {
            return matchForeign(linked, of: application)
        }
        return .none
    }

    private func foreignMark(on linked: OAuth2Provider, of application: Application) -> Match? {
        guard let owner = index.foreignOwner(of: linked, besides: application) else { return nil }
        return .conflict(
            "the application has the provider '\(linked.name)', which is marked as the owner '\(owner)''s; unlink it"
        )
    }

    /// What to do with the provider that an application without a mark came with.
    private func matchForeign(_ linked: OAuth2Provider?, of application: Application) -> Match {
        guard let linked else {
            let other = application.provider.flatMap(index.providerOfAnyKind(pk:))
            if let other, other.kind == .undetermined {
                return .conflict("the application's provider '\(other.name)' \(other.proxyRemark)")
            }
            let type = application.providerSummary?.typeName ?? "provider of another type"
            let name = application.providerSummary?.name ?? "?"
            return .conflict("the application has the \(type) '\(name)'; unlink it to have an OAuth2 provider made")
        }
        if let conflict = foreignMark(on: linked, of: application) { return conflict }
        let isDeclaredElsewhere =
            isSpokenFor(linked, application) || declaredNames.contains(linked.name.exact)
            || declaredClientIDs.contains(linked.clientID.exact)
        return isDeclaredElsewhere ? .none : .found(linked, isLinked: true)
    }

    /// The application that has a provider, and keeps it.
    private func user(of provider: OAuth2Provider) -> String? {
        (freed.contains(provider.pk) ? nil : provider.applicationSlug) ?? provider.backchannelApplicationSlug
    }

    /// Whether the mark of another application that stays names a provider: another owner's, or another service's.
    private func isSpokenFor(_ provider: OAuth2Provider, _ application: Application?) -> Bool {
        index.applicationsMarked(provider: provider.pk).contains { pk in
            pk != application?.pk && (!index.isOwned(application: pk) || claimed.contains(pk))
        }
    }

    /// What could be the provider of a service that is to be absent and whose application is gone.
    ///
    /// With the application its mark is gone, so only the name and the client id still tell. None is what an application
    /// has, a mark names, or another service declares.
    ///
    /// - Parameter names: what their name or client id can be.
    func leftovers(named names: [String]) -> [OAuth2Provider] {
        let candidates = names.flatMap { [index.provider(name: $0), index.provider(clientID: $0)] }.compactMap(\.self)
        var seen: Set<Int> = []
        return candidates.filter { provider in
            provider.kind == .oauth2 && !provider.isLinked && !taken.contains(provider.pk)
                && index.applicationsMarked(provider: provider.pk).isEmpty
                && !declaredNames.contains(provider.name.exact)
                && !declaredClientIDs.contains(provider.clientID.exact)
                && seen.insert(provider.pk).inserted
        }
    }

    /// Takes back that a service takes a provider.
    mutating func leave(_ provider: OAuth2Provider) { taken.remove(provider.pk) }

    private mutating func take(_ provider: OAuth2Provider) -> Match {
        taken.insert(provider.pk)
        return .found(provider, isLinked: false)
    }

    /// The providers that have a name or client id that a service's own is to get.
    func holders(of declared: Provider, _ match: Match) -> [TakenName] {
        var own: Int?
        if case .found(let provider, _) = match { own = provider.pk }
        return [
            (OAuth2Provider.Row.name, declared.name, index.provider(name: declared.name)),
            (OAuth2Provider.Row.clientID, declared.clientID, index.provider(clientID: declared.clientID)),
        ].compactMap { field, value, holder in
            guard let holder, holder.pk != own else { return nil }
            return TakenName(field: field, value: value, holder: holder)
        }
    }
}
