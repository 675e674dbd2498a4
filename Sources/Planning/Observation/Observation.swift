package import AuthentikAPI
import Base
package import DesiredState
package import JSON
package import Kinds

/// What Authentik and Kubernetes hold, in tables by kind; built once per pass and used by every phase of planning.
///
/// | the mark on an application | application was read | the application is |
/// |---|---|---|
/// | this owner's | yes | owned |
/// | unreadable, and does not name another owner | yes | unreadable |
/// | this owner's, or names no owner; readable or not | no | out of sight |
/// | any other | | foreign |
///
/// A provider named by any mark, of any owner and even if unreadable, is considered taken.
///
/// A class, since every phase and every service's draft uses it.
final class Observation: Sendable {
    /// Flows, keys and scope mappings.
    let names: NameIndex
    /// Access to applications; nil if it was not read.
    let access: AccessIndex?
    /// The Kubernetes objects to which services publish; those that were not read are left out.
    let published: [PublishedObjectName: PublishedObservation]
    /// The results of probing client secrets that Authentik does not show.
    let secretProofs: [HiddenSecret: SecretProof]
    /// The applications that this owner marked, with their marks, ordered by slug.
    let owned: [OwnedApplication]
    /// The applications with unreadable marks that may be this owner's, ordered by slug.
    let unreadable: [(application: Application, remains: OwnershipMark.Remains)]
    let owner: String
    private let applications: [Application]
    /// Of all kinds.
    private let providers: [OAuth2Provider]
    private let marks: [ObservedMark]
    // Indices into these lists.
    private let applicationsBySlug: [String: Int]
    private let providersByPK: [Int: Int]
    private let providersByName: [ExactText: Int]
    private let providersByClientID: [ExactText: Int]
    private let marksByApplication: [String: Int]
    /// From whatever can be made out of a mark, even if it is unreadable.
    private let markedByProvider: [Int: [String]]
    private let ownedPKs: Set<String>
    /// Including applications with damaged marks.
    private let ownedByMarkedSlug: [String: Int]
    /// The slugs in this owner's marks, including damaged ones, whose applications were not read.
    private let unseenMarkedSlugs: Set<String>

    /// - Parameters:
    ///   - owner: whose marks make an application owned.
    ///   - declaredGroups: the groups that are created if missing.
    ///   - scopeMappings: as they are once the plan is carried out; nil to use the observed ones.
    ///   - services: the declared services.
    init(
        _ observed: ObservedState,
        owner: String,
        declaredGroups: [String] = [],
        scopeMappings: [PlannedScopeMapping]? = nil,
        services: [Service] = []
    ) {
        func table<Key: Hashable, Value>(_ values: [Value], by key: (Value) -> Key) -> [Key: Int] {
            var table = [Key: Int](minimumCapacity: values.count)
            for index in values.indices.reversed() { table[key(values[index])] = index }
            return table
        }
        self.owner = owner
        names = NameIndex(observed, scopeMappings: scopeMappings, services: services)
        access = observed.access.map { AccessIndex($0, groups: observed.groups, declaredGroups: declaredGroups) }
        published = observed.published
        secretProofs = observed.secretProofs
        applications = observed.applications
        providers = observed.providers
        marks = observed.marks
        applicationsBySlug = table(observed.applications, by: \.slug)
        providersByPK = table(observed.providers, by: \.pk)
        providersByName = table(observed.providers, by: \.name.exact)
        providersByClientID = table(observed.providers, by: \.clientID.exact)
        marksByApplication = table(observed.marks, by: \.application)

        let applicationsByPK = table(observed.applications, by: \.pk)
        var markedByProvider = [Int: [String]](minimumCapacity: observed.marks.count)
        var owned: [OwnedApplication] = []
        var unreadable: [(application: Application, remains: OwnershipMark.Remains)] = []
        var unseen: Set<String> = []
        // Where a mark was copied, the application that has the slug is meant, else the first.
        var ownedByMarkedSlug: [String: Int] = [:]
        var unreadableBySlug: [String: Int] = [:]
        // Sorted by slug, so everything derived from them is too.
        let slugs = observed.applications.map(\.slug)
        let marked = marksByApplication.map { pk, mark in (slug: applicationsByPK[pk].map { slugs[$0] } ?? "", mark) }
        for (slug, index) in marked.sorted(by: { $0.slug < $1.slug }) {
            let application = observed.marks[index].application
            for provider in observed.marks[index].remains.allProviders {
                markedByProvider[provider, default: []].append(application)
            }
            guard observed.marks[index].remains.mayBelong(to: owner) else { continue }
            guard let place = applicationsByPK[application] else {
                if let slug = observed.marks[index].remains.slug { unseen.insert(slug) }
                continue
            }
            switch observed.marks[index].reading {
            case .mark(let mark):
                owned.append(OwnedApplication(application: observed.applications[place], mark: mark))
                if mark.slug == slug || ownedByMarkedSlug[mark.slug] == nil { ownedByMarkedSlug[mark.slug] = place }
            case .unreadable(let remains):
                unreadable.append((observed.applications[place], remains))
                if let slug = remains.slug, unreadableBySlug[slug] == nil { unreadableBySlug[slug] = place }
            case .newer: break
            }
        }
        self.markedByProvider = markedByProvider
        self.owned = owned
        self.unreadable = unreadable
        unseenMarkedSlugs = unseen
        ownedPKs = Set(owned.map(\.application.pk))
        self.ownedByMarkedSlug = ownedByMarkedSlug.merging(unreadableBySlug) { owned, _ in owned }
    }

    func application(slug: String) -> Application? { applicationsBySlug[slug].map { applications[$0] } }
    /// - Returns: nil also for a possible proxy provider, which never belongs to a service.
    func provider(pk: Int) -> OAuth2Provider? {
        guard let index = providersByPK[pk], providers[index].kind != .undetermined else { return nil }
        return providers[index]
    }

    /// - Returns: also a possible proxy provider.
    func providerOfAnyKind(pk: Int) -> OAuth2Provider? { providersByPK[pk].map { providers[$0] } }
    /// - Returns: nil if it does not exist.
    func kind(ofProvider pk: Int) -> OAuth2Provider.ProviderType? { providersByPK[pk].map { providers[$0].kind } }

    /// - Parameter pk: one that is left out.
    /// - Returns: possibly a proxy provider: names and client ids are unique across all types.
    func provider(name: String, besides pk: Int? = nil) -> OAuth2Provider? { provider(providersByName[name.exact], pk) }
    func provider(clientID: String, besides pk: Int? = nil) -> OAuth2Provider? {
        provider(providersByClientID[clientID.exact], pk)
    }

    private func provider(_ index: Int?, _ excluded: Int?) -> OAuth2Provider? {
        guard let index, providers[index].pk != excluded else { return nil }
        return providers[index]
    }

    func mark(of application: Application) -> ObservedMark? { marksByApplication[application.pk].map { marks[$0] } }

    /// The application of a service whose slug somebody changed, found by the owner's mark, even if that is damaged.
    func renamedApplication(of slug: String, declared: Set<String>) -> Application? {
        guard let index = ownedByMarkedSlug[slug], !declared.contains(applications[index].slug) else { return nil }
        return applications[index]
    }

    /// Whether this owner's mark for a service is on an application that was not read.
    ///
    /// A mark is deleted with its application, so that application exists under another slug, which an account that is
    /// not a superuser may have no way to find out.
    func isMarkedOutOfSight(_ slug: String) -> Bool { unseenMarkedSlugs.contains(slug) }

    /// This owner's applications that no service claims.
    ///
    /// - Parameter claimed: the slugs that services have, or had.
    func orphans(claimed: Set<String>) -> [OwnedApplication] {
        owned.filter { !claimed.contains($0.mark.slug) && !claimed.contains($0.application.slug) }
    }

    /// The unclaimed applications with unreadable marks.
    ///
    /// - Parameter claimed: the slugs that services have, or had.
    func unclaimedUnreadable(
        claimed: Set<String>
    ) -> [(application: Application, remains: OwnershipMark.Remains)] {
        unreadable.filter { application, remains in
            !claimed.contains(application.slug) && !(remains.slug.map(claimed.contains) ?? false)
        }
    }

    /// Whether this owner marked an application that was read.
    func isOwned(application pk: String) -> Bool { ownedPKs.contains(pk) }

    /// The other owner whose mark, on another application, names a provider.
    ///
    /// Marks of a newer version and damaged marks count as well.
    func foreignOwner(of provider: OAuth2Provider, besides application: Application) -> String? {
        applicationsMarked(provider: provider.pk).sorted().lazy.compactMap { pk -> String? in
            guard pk != application.pk, !self.isOwned(application: pk),
                let mark = self.marksByApplication[pk], let other = self.marks[mark].remains.owner, other != self.owner
            else { return nil }
            return other
        }.first
    }

    /// The pks of the applications whose marks, of any owner, name a provider.
    func applicationsMarked(provider pk: Int) -> [String] { markedByProvider[pk] ?? [] }
}

/// An application that this owner marked, with its mark.
///
/// A class, since it is large and in several tables.
final class OwnedApplication: Sendable {
    let application: Application
    let mark: OwnershipMark

    init(application: Application, mark: OwnershipMark) {
        self.application = application
        self.mark = mark
    }
}

/// What one pass observed in Authentik.
package struct ObservedState: Sendable, Equatable {
    package var release: Release
    /// All applications; for an account that may not list them all, those that can affect a plan.
    package var applications: [Application]
    package var providers: [OAuth2Provider]
    /// The ownership marks of all owners.
    package var marks: [ObservedMark]
    package var flows: [Flow]
    package var keys: [CertificateKeyPair]
    package var scopeMappings: [ScopeMapping]
    /// Also empty if no service of the file has forward-auth, so that they were not read.
    package var outposts: [Outpost] = []
    /// Also empty if the file names none, so that they were not read.
    package var sources: [Source] = []
    /// Also empty if the file names none, so that they were not read.
    package var groups: [Group] = []
    /// Access to applications; nil if no service of the file declares it, so that it was not read.
    package var access: ObservedAccess?
    /// The Kubernetes objects to which services publish; those that were not read are left out.
    package var published: [PublishedObjectName: PublishedObservation] = [:]
    /// The results of probing client secrets that Authentik does not show.
    package var secretProofs: [HiddenSecret: SecretProof] = [:]

    package init(
        release: Release,
        applications: [Application] = [],
        providers: [OAuth2Provider] = [],
        marks: [ObservedMark] = [],
        flows: [Flow] = [],
        keys: [CertificateKeyPair] = [],
        scopeMappings: [ScopeMapping] = []
    ) {
        self.release = release
        self.applications = applications
        self.providers = providers
        self.marks = marks
        self.flows = flows
        self.keys = keys
        self.scopeMappings = scopeMappings
    }
}

/// An ownership mark of any owner, carried by an entitlement in Authentik; parsed once, when it is observed.
package struct ObservedMark: Sendable, Equatable {
    /// The pk of the entitlement.
    package var pk: String
    /// The pk of the application that it marks.
    package var application: String
    package var reading: OwnershipMark.Reading
    /// What can be made out of it, even if it is unreadable.
    package var remains: OwnershipMark.Remains

    package init(pk: String, application: String, attributes: JSONValue) {
        self.pk = pk
        self.application = application
        remains = OwnershipMark.Remains(attributes)
        reading = OwnershipMark.read(attributes, remains)
        // Of a mark that can be read the reading has all that matters; of ten thousand the rest would take ten megabytes.
        if case .mark = reading { remains.dropContents() }
    }

    /// - Returns: nil for an entitlement of any other name, which is used for something else.
    package init?(_ entitlement: ApplicationEntitlement) {
        guard entitlement.name == OwnershipMark.entitlementName else { return nil }
        self.init(pk: entitlement.pk, application: entitlement.application, attributes: entitlement.attributes)
    }
}
