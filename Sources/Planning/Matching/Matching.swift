import AuthentikAPI
import DesiredState
import Kinds

/// The owners of everything: which of Authentik's objects belong to which service, decided for the whole file at once
/// and before anything else.
///
/// ``Claim`` determines the application of a service, ``ProviderMatcher`` its provider, ``DeletionRules`` what is
/// deleted.
struct Matching {
    /// What may be deleted.
    let deletions: DeletionRules
    /// By the service's slug: the names that its provider should get and that another provider has.
    let takenNames: [String: [TakenName]]
    /// The providers that services take from applications which give them up: by pk, the slugs of the plans that unlink
    /// them.
    let released: [Int: String]
    private let owns: [ProviderMatcher.Own?]
    private let declaredNames: ProviderMatcher.DeclaredNames

    /// - Parameters:
    ///   - orphans: this owner's applications that no service declares.
    ///   - isHeld: whether the deletion limit blocks deletions.
    ///   - isTakenOver: whether a service may have a provider, or a new one for an existing application; see
    ///     ``AdoptionPolicy``.
    init(
        _ desired: DesiredState,
        _ declarations: [Declaration],
        orphans: [OwnedApplication],
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
        released = Dictionary(
            owns.compactMap { own in own?.taken.flatMap { taken in taken.from.map { (taken.pk, $0) } } },
            uniquingKeysWith: { first, _ in first }
        )
        declaredNames = matcher.declaredNames
    }

    /// The provider of a service, by its index in the file.
    ///
    /// - Returns: nil if it needs none.
    func provider(at index: Int) -> ProviderMatcher.Match? { owns[index]?.match }

    /// What could be the provider of a service that should be absent and whose application is gone.
    ///
    /// The mark was deleted with the application, so only the name and the client id identify it. Providers that an
    /// application has, a mark names, or another service declares are left out.
    func leftovers(of service: Service) -> [OAuth2Provider] {
        let observation = deletions.observation
        let names = [service.slug] + service.renamedFrom + service.formerProviderNames
        let candidates = names.flatMap { [observation.provider(name: $0), observation.provider(clientID: $0)] }
        var seen: Set<Int> = []
        return candidates.compactMap(\.self).filter { provider in
            provider.kind != .undetermined && !provider.isLinked && !deletions.taken.contains(provider.pk)
                && observation.applicationsMarked(provider: provider.pk).isEmpty && !declaredNames.contain(provider)
                && seen.insert(provider.pk).inserted
        }
    }
}

/// A name or client id that a service's provider should get and that another provider has now.
///
/// Both are unique, so Authentik would refuse it.
struct TakenName {
    struct Key: Hashable {
        /// The provider that has it.
        var provider: Int
        /// Its attribute.
        var field: String
    }

    let field: FieldSpec
    let value: String
    let holder: OAuth2Provider

    var key: Key { Key(provider: holder.pk, field: field.attribute) }

    /// As part of a clause.
    var description: String {
        let what = field.name == OAuth2Provider.Row.name.name ? "name" : "client id"
        let owner = (holder.applicationSlug ?? holder.backchannelApplicationSlug).map { " of the application '\($0)'" }
        return "the \(what) '\(value)' is taken by the provider '\(holder.name)'\(owner ?? "")"
    }
}

/// The application of a service.
///
/// | first that applies | its application |
/// |---|---|
/// | one has its slug, and another one a former slug | a conflict |
/// | one has a former slug | that one |
/// | one has its slug | that one |
/// | one whose slug no service has is marked with its slug or a former one, even if the mark is damaged | that one |
/// | otherwise | none |
///
/// It is a conflict if the mark on it is not this owner's, or cannot be read, or if there is a mark for this service on
/// an application that was not seen.
struct Claim {
    /// Nil if there is none.
    var application: Application?
    /// The entitlement that carries the application's mark.
    var entitlement: ObservedMark?
    /// The application's mark, if it is this owner's.
    var mark: OwnershipMark?
    /// Why the service is left alone, as a clause; nil if it is not.
    var conflict: String?
}

extension Observation {
    /// Looks for a service's application.
    ///
    /// - Parameter declared: the slugs of all services.
    func claim(of service: Service, declared: Set<String>) -> Claim {
        var claim = Claim()
        let slugs = [service.slug] + service.renamedFrom
        let current = application(slug: service.slug)
        if let former = service.renamedFrom.lazy.compactMap(application(slug:)).first {
            guard current == nil else {
                claim.conflict =
                    "both it and '\(former.slug)', which it was renamed from, exist; delete one, or remove renamedFrom"
                return claim
            }
            claim.application = former
        } else {
            claim.application =
                current ?? slugs.lazy.compactMap { self.renamedApplication(of: $0, declared: declared) }.first
        }
        guard let application = claim.application else {
            if slugs.contains(where: isMarkedOutOfSight) {
                claim.conflict =
                    "its application has another slug now, which this account cannot see; rename it back"
            }
            return claim
        }
        claim.entitlement = mark(of: application)
        switch claim.entitlement?.reading {
        case .mark(let mark) where mark.owner == owner: claim.mark = mark
        case .mark(let mark):
            claim.conflict =
                "belongs to the owner '\(mark.owner)'; remove it from one of the two files, or have that owner run "
                + "'reconcile release'"
        case .newer(let version, let owner): claim.conflict = OwnershipMark.newer(version, owner)
        case .unreadable(let remains): claim.conflict = remains.reason
        case nil: break
        }
        return claim
    }
}

/// A declared service, and what is known about it before anything is decided.
///
/// A class, since it is large, and every phase uses it.
final class Declaration: Sendable {
    let service: Service
    let claim: Claim
    /// The result of looking up everything that its provider names; nil if it wants no provider.
    let resolution: Resolution?

    init(service: Service, claim: Claim, resolution: Resolution?) {
        self.service = service
        self.claim = claim
        self.resolution = resolution
    }

    /// The login for which it needs a provider; nil if it wants none, or is stuck already.
    var login: Login? { claim.conflict == nil && service.state == .present ? service.login : nil }
    var wantsProvider: Bool { claim.conflict == nil && service.wantsProvider }
    var isResolved: Bool { if case .resolved? = resolution { true } else { false } }
}

extension Service {
    /// Whether it should be present, with a provider.
    var wantsProvider: Bool { state == .present && login != nil }
}
