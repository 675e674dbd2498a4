import AuthentikAPI
import Base
import DesiredState

/// What Authentik and Kubernetes hold, in tables by kind; made once a pass, and asked by every phase of planning.
///
/// | the mark on an application | that was seen | the application is |
/// |---|---|---|
/// | this owner's | yes | owned |
/// | cannot be read, and says of nobody else that it is theirs | yes | unreadable |
/// | this owner's, or says of nobody that it is theirs; whether it can be read or not | no | out of sight |
/// | any other | | foreign |
///
/// Whoever's a mark is, and however it reads: the provider that it names is spoken for.
struct Observation {
    /// Flows, keys and scope mappings.
    let names: NameIndex
    /// What Kubernetes holds where services are told of their providers; what was not looked at is left out.
    let published: [PublishedObjectName: PublishedObservation]
    /// The applications that this owner marked, with their marks, ordered by slug.
    let owned: [(application: Application, mark: OwnershipMark)]
    /// The applications whose marks cannot be read, and may be this owner's, ordered by slug.
    let unreadable: [(application: Application, remains: OwnershipMark.Remains)]
    let owner: String
    private let applicationsBySlug: [String: Application]
    /// Of whatever kind.
    private let providersByPK: [Int: OAuth2Provider]
    private let providersByName: [ExactText: OAuth2Provider]
    private let providersByClientID: [ExactText: OAuth2Provider]
    private let marksByApplication: [String: ObservedMark]
    /// By what can be made out of a mark, however it reads.
    private let markedByProvider: [Int: Set<String>]
    private let ownedPKs: Set<String>
    /// Also by what is left of a mark that cannot be read.
    private let ownedByMarkedSlug: [String: Application]
    /// The slugs in this owner's marks, and in what is left of marks, whose applications were not seen.
    private let unseenMarkedSlugs: Set<String>

    /// - Parameter owner: whose marks make an application owned.
    init(_ observed: ObservedState, owner: String) {
        func table<Key: Hashable, Value>(_ values: [Value], by key: (Value) -> Key) -> [Key: Value] {
            Dictionary(values.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
        }
        self.owner = owner
        names = NameIndex(observed)
        published = observed.published
        applicationsBySlug = table(observed.applications, by: \.slug)
        providersByPK = table(observed.providers, by: \.pk)
        providersByName = table(observed.providers, by: \.name.exact)
        providersByClientID = table(observed.providers, by: \.clientID.exact)
        marksByApplication = table(observed.marks, by: \.application)
        markedByProvider = Dictionary(
            marksByApplication.values.compactMap { mark in mark.remains.provider.map { ($0, [mark.application]) } },
            uniquingKeysWith: { $0.union($1) }
        )

        let applicationsByPK = table(observed.applications, by: \.pk)
        let ours = marksByApplication.values.filter { $0.remains.mayBelong(to: owner) }
        owned = ours.compactMap { mark -> (Application, OwnershipMark)? in
            guard case .mark(let reading) = mark.reading else { return nil }
            return applicationsByPK[mark.application].map { ($0, reading) }
        }.sorted { $0.0.slug < $1.0.slug }
        unreadable = ours.compactMap { mark -> (Application, OwnershipMark.Remains)? in
            guard case .unreadable(let remains) = mark.reading else { return nil }
            return applicationsByPK[mark.application].map { ($0, remains) }
        }.sorted { $0.0.slug < $1.0.slug }
        unseenMarkedSlugs = Set(ours.filter { applicationsByPK[$0.application] == nil }.compactMap(\.remains.slug))
        ownedPKs = Set(owned.map(\.application.pk))
        // Where a mark was copied, the application that has the slug is meant, else the first.
        ownedByMarkedSlug = Dictionary(
            owned.map { ($0.mark.slug, $0.application) }
                + unreadable.compactMap { application, remains in remains.slug.map { ($0, application) } },
            uniquingKeysWith: { first, _ in first }
        ).merging(
            owned.filter { $0.application.slug == $0.mark.slug }.map { ($0.mark.slug, $0.application) },
            uniquingKeysWith: { $1 }
        )
    }

    func application(slug: String) -> Application? { applicationsBySlug[slug] }
    /// - Returns: nil also for what is, or may be, a proxy provider, which is nobody's own.
    func provider(pk: Int) -> OAuth2Provider? { providersByPK[pk].flatMap { $0.kind == .oauth2 ? $0 : nil } }
    /// - Returns: what is, or may be, a proxy provider, too.
    func providerOfAnyKind(pk: Int) -> OAuth2Provider? { providersByPK[pk] }

    /// - Returns: a proxy provider too: names and client ids are unique across all types.
    func provider(name: String) -> OAuth2Provider? { providersByName[name.exact] }
    func provider(clientID: String) -> OAuth2Provider? { providersByClientID[clientID.exact] }
    func mark(of application: Application) -> ObservedMark? { marksByApplication[application.pk] }

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
}
