import AuthentikAPI
import Base
import DesiredState

/// Finds what Authentik holds by the names and pks that a plan asks for.
struct ObservedIndex {
    private let applicationsBySlug: [String: Application]
    private let applicationsByPK: [String: Application]
    /// Of whatever kind.
    private let providersByPK: [Int: OAuth2Provider]
    private let providersByName: [ExactText: OAuth2Provider]
    private let providersByClientID: [ExactText: OAuth2Provider]
    private let marksByApplication: [String: MarkedEntitlement]
    private let markedByProvider: [Int: Set<String>]
    /// The applications that this owner marked, with their marks, ordered by slug.
    let owned: [(application: Application, mark: OwnershipMark)]
    /// The applications whose marks cannot be read, and may be this owner's, ordered by slug.
    let unreadable: [(application: Application, remains: OwnershipMark.Remains)]
    private let owner: String
    private let ownedPKs: Set<String>
    /// Also by what is left of a mark that cannot be read.
    private let ownedByMarkedSlug: [String: Application]
    /// The slugs in this owner's marks, and in what is left of marks, whose applications were not seen.
    private let unseenMarkedSlugs: Set<String>

    /// A mark and the entitlement that carries it.
    struct MarkedEntitlement {
        var pk: String
        var reading: OwnershipMark.Reading
        /// What can be made out of it, however it reads.
        var remains: OwnershipMark.Remains
    }

    init(_ observed: ObservedState, owner: String) {
        func index<Key: Hashable, Value>(_ values: [Value], by key: (Value) -> Key) -> [Key: Value] {
            Dictionary(values.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
        }
        applicationsBySlug = index(observed.applications, by: \.slug)
        applicationsByPK = index(observed.applications, by: \.pk)
        providersByPK = index(observed.providers, by: \.pk)
        providersByName = index(observed.providers, by: \.name.exact)
        providersByClientID = index(observed.providers, by: \.clientID.exact)
        marksByApplication = index(
            observed.marks.filter { $0.name == OwnershipMark.entitlementName },
            by: \.application
        )
        .mapValues { entitlement in
            MarkedEntitlement(
                pk: entitlement.pk,
                reading: OwnershipMark.read(entitlement.attributes),
                remains: OwnershipMark.Remains(entitlement.attributes)
            )
        }
        var owned: [(application: Application, mark: OwnershipMark)] = []
        var unreadable: [(application: Application, remains: OwnershipMark.Remains)] = []
        var unseen: Set<String> = []
        var markedByProvider: [Int: Set<String>] = [:]
        for (pk, entitlement) in marksByApplication {
            let remains = entitlement.remains
            if let provider = remains.provider { markedByProvider[provider, default: []].insert(pk) }
            guard remains.mayBelong(to: owner) else { continue }
            switch (entitlement.reading, applicationsByPK[pk]) {
            case (.mark(let mark), let application?): owned.append((application, mark))
            case (.unreadable, let application?): unreadable.append((application, remains))
            case (.newer, _?): break
            case (_, nil): if let slug = remains.slug { unseen.insert(slug) }
            }
        }
        self.markedByProvider = markedByProvider
        self.owner = owner
        ownedPKs = Set(owned.map(\.application.pk))
        self.owned = owned.sorted { $0.application.slug < $1.application.slug }
        self.unreadable = unreadable.sorted { $0.application.slug < $1.application.slug }
        // Where a mark was copied, the application that has the slug is meant, else the first.
        var bySlug: [String: Application] = [:]
        for (application, mark) in self.owned where bySlug[mark.slug] == nil || application.slug == mark.slug {
            bySlug[mark.slug] = application
        }
        for (application, remains) in self.unreadable {
            if let slug = remains.slug, bySlug[slug] == nil { bySlug[slug] = application }
        }
        ownedByMarkedSlug = bySlug
        unseenMarkedSlugs = unseen
    }

    func application(slug: String) -> Application? { applicationsBySlug[slug] }
    /// - Returns: nil also for what is, or may be, a proxy provider, which is nobody's own.
    func provider(pk: Int) -> OAuth2Provider? { providersByPK[pk].flatMap { $0.kind == .oauth2 ? $0 : nil } }
    /// - Returns: what is, or may be, a proxy provider, too.
    func providerOfAnyKind(pk: Int) -> OAuth2Provider? { providersByPK[pk] }

    /// - Returns: a proxy provider too: names and client ids are unique across all types.
    func provider(name: String) -> OAuth2Provider? { providersByName[name.exact] }
    func provider(clientID: String) -> OAuth2Provider? { providersByClientID[clientID.exact] }
    func mark(of application: Application) -> MarkedEntitlement? { marksByApplication[application.pk] }

    /// The application of a service that somebody gave another slug; the owner's mark, or what is left of it, still
    /// tells.
    func renamedApplication(of slug: String, declared: Set<String>) -> Application? {
        guard let application = ownedByMarkedSlug[slug], !declared.contains(application.slug) else { return nil }
        return application
    }

    /// Whether this owner's mark for a service is on an application that was not seen.
    ///
    /// A mark falls with its application, so there is one: under another slug, which an account that is no superuser
    /// may have no way to learn.
    func isMarkedOutOfSight(_ slug: String) -> Bool { unseenMarkedSlugs.contains(slug) }

    /// This owner's applications that no service claims.
    ///
    /// - Parameter claimed: the slugs that services have, or had.
    func orphans(claimed: Set<String>) -> [(application: Application, mark: OwnershipMark)] {
        owned.filter { !claimed.contains($0.mark.slug) && !claimed.contains($0.application.slug) }
    }

    /// The applications that no service claims, and whose marks cannot be read.
    ///
    /// - Parameter claimed: the slugs that services have, or had.
    func unclaimedUnreadable(
        claimed: Set<String>
    ) -> [(application: Application, remains: OwnershipMark.Remains)] {
        unreadable.filter { application, remains in
            !claimed.contains(application.slug) && !(remains.slug.map(claimed.contains) ?? false)
        }
    }

    /// Whether this owner marked an application that was seen.
    func isOwned(application pk: String) -> Bool { ownedPKs.contains(pk) }

    /// The owner whose mark, on another application, names a provider, if it is not this one.
    ///
    /// A mark of a newer version, or what is left of one that cannot be read, counts, too.
    func foreignOwner(of provider: OAuth2Provider, besides application: Application) -> String? {
        applicationsMarked(provider: provider.pk).sorted().lazy.compactMap { pk -> String? in
            guard pk != application.pk, !isOwned(application: pk),
                let other = marksByApplication[pk]?.remains.owner, other != owner
            else { return nil }
            return other
        }.first
    }

    /// The applications, by pk, whose marks name a provider; whoever's marks they are.
    func applicationsMarked(provider pk: Int) -> Set<String> { markedByProvider[pk] ?? [] }

    /// The providers that applications do not have any more once plans are carried out, with the slugs of the plans.
    func providersFreed(by plans: [ServicePlan]) -> [Int: String] {
        var freed: [Int: String] = [:]
        for plan in plans {
            for slug in plan.steps.compactMap(\.effect.unlinkedApplication) {
                guard let provider = application(slug: slug)?.provider.flatMap(provider(pk:)) else { continue }
                freed[provider.pk] = plan.slug
            }
        }
        return freed
    }
}
