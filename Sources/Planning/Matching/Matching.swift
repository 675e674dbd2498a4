import AuthentikAPI
import DesiredState

/// Whose everything is: which of Authentik's objects are each service's own, decided for the whole file at once, and
/// before anything else is.
///
/// ``Claim`` tells which application is a service's, ``ProviderMatcher`` which provider, ``DeletionRules`` what is deleted.
struct Matching {
    /// What may be deleted.
    let deletions: DeletionRules
    /// The names that each service's provider is to get and another one has, by the service's slug.
    let takenNames: [String: [TakenName]]
    /// The providers that services take from applications which let go of them, by pk, with the slugs of the plans that
    /// see to it.
    let letGo: [Int: String]
    private let owns: [ProviderMatcher.Own?]
    private let declaredNames: ProviderMatcher.DeclaredNames

    /// - Parameters:
    ///   - orphans: this owner's applications that no service declares.
    ///   - isHeld: whether the brake holds deletions back.
    ///   - isTakenOver: whether a service may have a provider, or a new one for an application that is there; see
    ///     ``AdoptionPolicy``.
    init(
        _ desired: DesiredState,
        _ declarations: [Declaration],
        orphans: [(application: Application, mark: OwnershipMark)],
        _ observation: Observation,
        isHeld: Bool,
        isTakenOver: @escaping (Declaration, ProviderMatcher.Match, DeletionRules) -> Bool
    ) {
        var deletions = DeletionRules(desired, observation, orphans: orphans, isHeld: isHeld)
        let matcher = ProviderMatcher(
            declarations,
            orphans: orphans,
            observation,
            deletions: deletions,
            isTakenOver: isTakenOver
        )
        let owns = matcher.owns()
        self.owns = owns
        deletions.taken = Set(owns.compactMap { $0?.taken?.pk })
        self.deletions = deletions
        takenNames = Dictionary(
            declarations.indices.compactMap { index in
                guard let own = owns[index], !own.takenNames.isEmpty else { return nil }
                return (declarations[index].service.slug, own.takenNames)
            },
            uniquingKeysWith: { first, _ in first }
        )
        letGo = Dictionary(
            owns.compactMap { own in own?.taken.flatMap { taken in taken.from.map { (taken.pk, $0) } } },
            uniquingKeysWith: { first, _ in first }
        )
        declaredNames = matcher.declaredNames
    }

    /// The provider of a service, by its place in the file.
    ///
    /// - Returns: nil if it asks for none.
    func provider(at index: Int) -> ProviderMatcher.Match? { owns[index]?.match }

    /// What could be the provider of a service that is to be absent and whose application is gone.
    ///
    /// With the application its mark is gone, so only the name and the client id still tell. None is what an application
    /// has, a mark names, or another service declares.
    func leftovers(of service: Service) -> [OAuth2Provider] {
        let observation = deletions.observation
        let names = [service.slug] + service.renamedFrom + service.formerProviderNames
        let candidates = names.flatMap { [observation.provider(name: $0), observation.provider(clientID: $0)] }
        var seen: Set<Int> = []
        return candidates.compactMap(\.self).filter { provider in
            provider.kind == .oauth2 && !provider.isLinked && !deletions.taken.contains(provider.pk)
                && observation.applicationsMarked(provider: provider.pk).isEmpty && !declaredNames.contain(provider)
                && seen.insert(provider.pk).inserted
        }
    }
}

/// A name or client id that a service's provider is to get, and that another provider has now.
///
/// Both are unique, so Authentik would refuse it.
struct TakenName {
    struct Key: Hashable {
        /// The provider that has it.
        var provider: Int
        var field: ProviderField
    }

    let field: ProviderField
    let value: String
    let holder: OAuth2Provider

    var key: Key { Key(provider: holder.pk, field: field) }

    /// In a clause.
    var description: String {
        let what = field == .name ? "name" : "client id"
        let owner = (holder.applicationSlug ?? holder.backchannelApplicationSlug).map { " of the application '\($0)'" }
        return "the \(what) '\(value)' is taken by the provider '\(holder.name)'\(owner ?? "")"
    }
}
