import AuthentikAPI
import DesiredState

/// Whose everything is: which of Authentik's objects are each service's own, decided for the whole file at once, and
/// before anything else is.
///
/// ``Claim`` tells which application is a service's, ``ProviderMatcher`` which provider, ``DeletionRules`` what is deleted.
struct Matching {
    /// What may be deleted.
    let deletions: DeletionRules
    /// Applications of this owner's that no service declares.
    let orphans: [(application: Application, mark: OwnershipMark)]
    /// Applications that no service declares, whose marks cannot be read.
    let unreadable: [(application: Application, remains: OwnershipMark.Remains)]
    /// The names that each service's provider is to get and another one has, by the service's slug.
    let takenNames: [String: [TakenName]]
    /// The providers that services take from applications which let go of them, by pk, with the slugs of the plans that
    /// see to it.
    let letGo: [Int: String]
    private let claims: [String: Claim]
    private let providers: [String: ProviderMatcher.Match]
    private let declaredNames: ProviderMatcher.DeclaredNames

    /// - Parameters:
    ///   - isResolved: whether all that a service's provider names is known, by the service's slug.
    ///   - isHeld: whether the brake holds deletions back.
    ///   - isTakenOver: whether a service may have a provider, or a new one for an application that is there; see
    ///     ``AdoptionPolicy``.
    init(
        _ desired: DesiredState,
        _ observation: Observation,
        isResolved: (String) -> Bool,
        isHeld: Bool,
        isTakenOver: @escaping (ProviderMatcher.Claimant, ProviderMatcher.Match, DeletionRules) -> Bool
    ) {
        let declared = Set(desired.services.map(\.slug))
        let all = declared.union(desired.services.flatMap(\.renamedFrom))
        orphans = observation.orphans(claimed: all)
        unreadable = observation.unclaimedUnreadable(claimed: all)
        let claims = Dictionary(
            desired.services.map { ($0.slug, observation.claim(of: $0, declared: declared)) },
            uniquingKeysWith: { first, _ in first }
        )
        let rules = DeletionRules(desired, observation, orphans: orphans, isHeld: isHeld)
        let matcher = ProviderMatcher(
            desired,
            observation,
            claims: claims,
            orphans: orphans,
            isResolved: isResolved,
            deletions: rules,
            isTakenOver: isTakenOver
        )
        let matches = matcher.owns()
        self.claims = claims
        providers = matches.mapValues(\.match)
        takenNames = matches.mapValues(\.takenNames)
        letGo = Dictionary(
            matches.values.compactMap { match in match.taken.flatMap { taken in taken.from.map { (taken.pk, $0) } } },
            uniquingKeysWith: { first, _ in first }
        )
        var deletions = rules
        deletions.taken = Set(matches.values.compactMap(\.taken?.pk))
        self.deletions = deletions
        declaredNames = matcher.declaredNames
    }

    func claim(of service: Service) -> Claim { claims[service.slug] ?? Claim() }

    /// - Returns: nil for a service that wants none, or is stuck before that is asked.
    func provider(of service: Service) -> ProviderMatcher.Match? { providers[service.slug] }

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
