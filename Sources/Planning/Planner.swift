import AuthentikAPI
package import DesiredState
package import Secrets

/// Decides what a pass does: values in, plan out; the same input gives the same plan.
///
/// The decision on a declared service, the first row that applies:
///
/// | application | its mark | its provider | decision |
/// |---|---|---|---|
/// | there under the slug and a former one | any | any | conflict |
/// | any | another owner's, of a newer version, or not to be read | any | conflict |
/// | out of sight | ours | any | conflict |
/// | to be absent, missing | – | one of its name or client id is there and nobody's | conflict |
/// | to be absent, missing | – | any other, or none | in sync |
/// | to be absent, there | none | any | conflict |
/// | to be absent, there | ours | may be a proxy provider | conflict |
/// | to be absent, there | ours | any | delete |
/// | any | any | two candidates, or its own is another application's or marked by another owner | conflict |
/// | linked to a provider of another type | none | no candidate | conflict |
/// | any | any | a proxy provider, or what may be one, has its name or client id, or is its own | conflict |
/// | any | any | its secret, flow, key or scope cannot be resolved | blocked; waiting, if the secret is on its way |
/// | any | any | has to get a name or client id that another provider keeps, see ``WriteOrder`` | conflict |
/// | missing | – | not wanted, or missing | create |
/// | missing | – | there, linked to nothing | link, as far as ``AdoptionPolicy`` lets it; else conflict |
/// | there | none | any | adopt, as far as ``AdoptionPolicy`` lets it; else conflict |
/// | there | ours | wanted and missing | recreate |
/// | there | ours | wanted, there, and not linked to it | link |
/// | there | ours | not wanted any more, and pruned | update, and the provider is deleted |
/// | there | ours | any field, or the mark itself, differs | update |
/// | there | ours | as declared | in sync |
///
/// An application that carries this owner's mark and is declared by no service, neither by its slug nor by a former one,
/// is an orphan: reported and left alone, or, with `prune`, deleted. One with a mark that cannot be read, and that no
/// service declares, is a conflict, unless the mark says that it is another owner's. ``ProviderMatcher`` tells which provider is a
/// service's own, ``DeletionRules`` which are deleted, and ``Brake`` when nothing is.
package struct Planner {
    private let desired: DesiredState
    private let secrets: [SecretReference: SecretLook]
    private let names: NameIndex
    private let index: ObservedIndex
    private let declaredSlugs: Set<String>
    private let orphans: [(application: Application, mark: OwnershipMark)]
    /// Applications that no service declares, whose marks cannot be read.
    private let unreadable: [(application: Application, remains: OwnershipMark.Remains)]
    /// This owner's applications, by pk, that are to be deleted.
    private let unwanted: Set<String>
    /// The same, by slug.
    private let unwantedBySlug: [String: String]
    /// The same, and those that are to have no provider.
    private let withoutProvider: Set<String>
    private var matcher: ProviderMatcher
    private let isHeld: Bool
    /// Where Authentik is, without a slash at the end.
    private let address: String
    private let published: [PublishedObjectName: PublishedObservation]
    /// Names that services are to get and other providers have, by slug.
    private var taken: [String: [TakenName]] = [:]

    /// Plans a whole pass.
    ///
    /// - Parameters:
    ///   - secrets: what came of each reference in `desired`; one that is missing counts as unavailable.
    ///   - address: where Authentik is, for URLs that are published unless the file says another.
    ///   - allowedDeletions: how many services this one pass may delete from, whatever the file says; nil for what
    ///     the file says, else the default.
    package static func plan(
        _ desired: DesiredState,
        secrets: [SecretReference: SecretLook],
        observed: ObservedState,
        address: String = "",
        allowedDeletions: Int? = nil
    ) -> Plan {
        func plan(isHeld: Bool, freed: [Int: String] = [:]) -> (services: [ServicePlan], owned: Int) {
            var planner = Planner(desired, secrets, observed, address, isHeld: isHeld, freed: Set(freed.keys))
            // Those that can take a provider come first: what they take is not deleted.
            var services = desired.services.filter(\.wantsProvider).map { planner.plan($0) }
            services += desired.services.filter { !$0.wantsProvider }.map { planner.plan($0) }
            services += planner.planOrphans() + planner.planUnreadable()
            services = WriteOrder.apply(to: services.sorted { $0.slug < $1.slug }, taken: planner.taken, freed: freed)
            // What one service lets go of can be another one's own; the second pass would find it so.
            let nowFreed = freed.merging(planner.index.providersFreed(by: services)) { first, _ in first }
            if nowFreed.count > freed.count { return plan(isHeld: isHeld, freed: nowFreed) }
            return (services, planner.index.owned.count)
        }

        let free = plan(isHeld: false)
        let brake = Brake(
            deletions: free.services.count { $0.deletion != nil },
            allowed: allowedDeletions,
            desired: desired,
            owned: free.owned
        )
        guard let brake else { return Plan(services: free.services) }
        return Plan(services: plan(isHeld: true).services, brake: brake)
    }

    private init(
        _ desired: DesiredState,
        _ secrets: [SecretReference: SecretLook],
        _ observed: ObservedState,
        _ address: String,
        isHeld: Bool,
        freed: Set<Int>
    ) {
        self.desired = desired
        self.secrets = secrets
        self.isHeld = isHeld
        self.address = address
        published = observed.published
        names = NameIndex(observed)
        index = ObservedIndex(observed, owner: desired.owner)
        declaredSlugs = Set(desired.services.map(\.slug))
        let claimed = declaredSlugs.union(desired.services.flatMap(\.renamedFrom))
        orphans = index.orphans(claimed: claimed)
        unreadable = index.unclaimedUnreadable(claimed: claimed)
        let absent = Set(desired.services.filter { $0.state == .absent }.map(\.slug))
        unwanted = Set((desired.prune ? orphans : []).map(\.application.pk))
            .union(index.owned.map(\.application).filter { absent.contains($0.slug) }.map(\.pk))
        let unwanted = unwanted
        unwantedBySlug = Dictionary(
            index.owned.map(\.application).filter { unwanted.contains($0.pk) }.map { ($0.slug, $0.pk) },
            uniquingKeysWith: { first, _ in first }
        )
        let bookmarks = Set(desired.services.filter { $0.provider == nil }.flatMap { [$0.slug] + $0.renamedFrom })
        withoutProvider = unwanted.union(
            index.owned.filter { bookmarks.contains($0.application.slug) || bookmarks.contains($0.mark.slug) }
                .map(\.application.pk)
        )
        matcher = ProviderMatcher(index: index, services: desired.services, freed: freed)
    }

    private var deletions: DeletionRules {
        DeletionRules(
            index: index,
            isPruning: desired.prune,
            isHeld: isHeld,
            withoutProvider: withoutProvider,
            unwanted: unwantedBySlug,
            taken: matcher.taken
        )
    }

    private mutating func plan(_ service: Service) -> ServicePlan {
        let found = application(of: service)
        var draft = ServiceDraft(
            service: service,
            owner: desired.owner,
            release: names.release,
            deletions: deletions
        )
        let application: Application?
        switch found {
        case .one(let one): application = one
        case .both(let former):
            return draft.stuck(
                .conflict,
                "both it and '\(former)', which it was renamed from, are there; delete one, or take renamedFrom out"
            )
        }
        let entitlement = application.flatMap(index.mark)
        draft.application = application
        draft.entitlement = entitlement

        switch entitlement?.reading {
        case .newer(let version, let owner):
            return draft.stuck(.conflict, OwnershipMark.newer(version, owner))
        case .mark(let mark) where mark.owner != desired.owner:
            return draft.stuck(
                .conflict,
                "belongs to the owner '\(mark.owner)'; take it out of one of the two files, or have that owner run "
                    + "'reconcile release'"
            )
        case .mark(let mark):
            draft.mark = mark
        case .unreadable(let remains):
            return draft.stuck(.conflict, remains.reason)
        case nil:
            break
        }

        if application == nil, ([service.slug] + service.renamedFrom).contains(where: index.isMarkedOutOfSight) {
            return draft.stuck(
                .conflict,
                "its application is there under another slug, which this account cannot see; rename it back"
            )
        }
        if service.state == .absent { return planAbsence(draft) }
        guard let provider = service.provider else { return draft.planBookmark(index) }
        let match = matcher.match(provider, application: application, mark: draft.mark)
        if case .conflict(let reason) = match { return draft.stuck(.conflict, reason) }
        draft.secretVersion = secretVersion(of: provider)
        switch resolve(provider) {
        case .failure(let error): return draft.stuck(error.isWaiting ? .waiting : .blocked, error.description)
        case .success(let resolved):
            taken[service.slug] = matcher.holders(of: provider, match)
            let plan = publishing(draft.plan(resolved, match, names, index), draft, resolved, match)
            guard plan.decision == .conflict, case .found(let own, isLinked: false) = match else { return plan }
            // What it may not take over can still be deleted with the application that had it.
            matcher.leave(own)
            let isDeleted = !index.applicationsMarked(provider: own.pk)
                .isDisjoint(with: desired.prune ? withoutProvider : unwanted)
            guard isDeleted || matcher.freed.contains(own.pk) else { return plan }
            taken[service.slug] = matcher.holders(of: provider, .none)
            return publishing(draft.plan(resolved, .none, names, index), draft, resolved, .none)
        }
    }

    private enum Found {
        case one(Application?)
        /// There is one of a former slug beside the present one.
        case both(former: String)
    }

    /// The application of a service: by its slug, by a former one, or by the mark where somebody gave it another slug.
    private func application(of service: Service) -> Found {
        let current = index.application(slug: service.slug)
        for former in service.renamedFrom {
            guard let application = index.application(slug: former) else { continue }
            return current == nil ? .one(application) : .both(former: former)
        }
        if let current { return .one(current) }
        let renamed = ([service.slug] + service.renamedFrom).lazy
            .compactMap { index.renamedApplication(of: $0, declared: declaredSlugs) }
        return .one(renamed.first)
    }

    private func planAbsence(_ draft: ServiceDraft) -> ServicePlan {
        guard let application = draft.application else {
            let leftovers = matcher.leftovers(
                named: [draft.service.slug] + draft.service.renamedFrom + draft.service.formerProviderNames
            )
            guard !leftovers.isEmpty else { return draft.stuck(.inSync, "absent, as declared") }
            let list = leftovers.map { "'\($0.name)' (pk \($0.pk), client id '\($0.clientID)')" }
            return draft.stuck(
                .conflict,
                "its application is gone, and with it the mark that would say that the provider "
                    + "\(list.joined(separator: ", ")) was its own; delete that in Authentik, or take the service out "
                    + "of the file if it is to stay"
            )
        }
        guard let mark = draft.mark else {
            return draft.stuck(
                .conflict,
                "is to be absent, and there without an ownership mark of ours; delete it by hand, or declare it first"
            )
        }
        var plan = deletions.plan(application, mark, slug: draft.service.slug, reason: "declared as absent")
        plan.location = draft.service.location
        return plan
    }

    private func resolve(_ provider: Provider) -> Result<ResolvedProvider, LookUpError> {
        var secret: Secret?
        if provider.clientType == .confidential {
            switch provider.secret.flatMap({ secrets[$0] }) {
            case .present(let value, _): secret = value
            case .leftOut: break
            case .missing(let reason), .unusable(let reason), .unreadable(let reason):
                return .failure(LookUpError(reason))
            case .waiting(let reason): return .failure(LookUpError(reason, isWaiting: true))
            case nil: return .failure(LookUpError("no secret was resolved for it"))
            }
        }
        do throws(LookUpError) {
            return .success(try names.resolve(provider, secret: secret))
        } catch {
            return .failure(error)
        }
    }

    /// A plan with what the service publishes.
    private func publishing(
        _ plan: ServicePlan,
        _ draft: ServiceDraft,
        _ resolved: ResolvedProvider,
        _ match: ProviderMatcher.Match
    ) -> ServicePlan {
        guard let publication = resolved.declared.publication else { return plan }
        let values = PublishedValues(
            address: publication.publicURL ?? address,
            service: draft.service,
            provider: resolved.declared,
            secret: resolved.secret,
            issuerMode: issuerMode(resolved.declared, draft.mark, match),
            scopes: names.scopeNames(resolved.declared.scopes)
        )
        return draft.publishing(plan, values, published)
    }

    /// The issuer mode that a provider has when the plan is done.
    private func issuerMode(
        _ declared: Provider,
        _ mark: OwnershipMark?,
        _ match: ProviderMatcher.Match
    ) -> IssuerMode {
        let isKept = mark?.unkept?.provider[ProviderField.issuerMode.rawValue] == nil
        if isKept, let mode = declared.issuerMode { return mode }
        let isGivenUp = mark?.providerFields.contains(ProviderField.issuerMode.rawValue) ?? false
        guard !isGivenUp, case .found(let own, _) = match else { return .perProvider }
        return own.issuerMode.flatMap(IssuerMode.init) ?? .perProvider
    }

    private func secretVersion(of provider: Provider) -> SecretVersion? {
        guard case .present(_, let version)? = provider.secret.flatMap({ secrets[$0] }) else { return nil }
        return version
    }

    private func planOrphans() -> [ServicePlan] {
        orphans.map { application, mark in
            let former = mark.slug == application.slug ? "" : " (declared as '\(mark.slug)' before)"
            let reason = "marked as ours and no longer declared\(former)"
            if desired.prune {
                return deletions.plan(application, mark, slug: application.slug, reason: reason)
            }
            return ServicePlan(slug: application.slug, decision: .orphan, reason: "\(reason); left alone")
        }
    }

    private func planUnreadable() -> [ServicePlan] {
        unreadable.map { application, remains in
            ServicePlan(slug: application.slug, decision: .conflict, reason: "declared nowhere, and \(remains.reason)")
        }
    }
}

extension Service {
    /// Whether it is to be there, with a provider.
    var wantsProvider: Bool { state == .present && provider != nil }
}
