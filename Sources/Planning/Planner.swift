import AuthentikAPI
import Base
package import DesiredState
package import Kinds
package import Secrets

/// Decides what a pass does: values in, plan out; the same input gives the same plan.
///
/// | phase | |
/// |---|---|
/// | ``Observation`` | what there is, in tables by kind |
/// | ``Matching`` | which object belongs to which service, for all services at once |
/// | ``Differences`` | what to do for each service, one by one |
/// | ``WriteOrder`` | what waits for what |
/// | ``HeldDeletions`` | whether the deletions are within the limit; if not, the plan is made again with all deletions blocked |
///
/// The decision on a declared service, the first row that applies:
///
/// | application | its mark | its provider | decision |
/// |---|---|---|---|
/// | there under the slug and a former one | any | any | conflict |
/// | any | another owner's, of a newer version, or unreadable | any | conflict |
/// | out of sight | ours | any | conflict |
/// | to be absent, missing | – | one with its name or client id exists and belongs to nobody | conflict |
/// | to be absent, missing | – | any other, or none | in sync |
/// | to be absent, there | none | any | conflict |
/// | to be absent, there | ours | may be a proxy provider | conflict |
/// | to be absent, there | ours | any | delete |
/// | any | any | two candidates, or its own is another application's or marked by another owner | conflict |
/// | linked to a provider of another type | none | no candidate | conflict |
/// | any | any | a provider of another kind has its name, or what may be a proxy provider is its own | conflict |
/// | any | any | its secret, flow, key or scope cannot be resolved | blocked; waiting, if the secret is expected soon |
/// | any | any | needs a name or client id that another provider keeps, see ``WriteOrder`` | conflict |
/// | missing | – | any; somebody who may open it never existed, so it would be open to everybody | blocked |
/// | missing | – | not wanted, or missing | create |
/// | missing | – | there, linked to nothing | link, if ``AdoptionPolicy`` allows it; otherwise conflict |
/// | there | none | any | adopt, if ``AdoptionPolicy`` allows it; otherwise conflict |
/// | there | ours | wanted and missing | recreate |
/// | there | ours | of another kind than is wanted now | update: the wanted one is made, or taken again if it had one before, and linked; the other one is deleted with `prune` |
/// | there | ours | wanted, there, and not linked to it | link |
/// | there | ours | not wanted any more, and pruned | update, and the provider is deleted |
/// | there | ours | any field, who may open it, or the mark itself, differs | update |
/// | there | ours | as declared | in sync |
///
/// An application that carries this owner's mark and is declared by no service, neither by its slug nor by a former
/// one, is an orphan: reported and left alone, or, with `prune`, deleted. An application with an unreadable mark that
/// no service declares is a conflict, unless the mark names another owner. ``Claim`` determines the application of a
/// service, ``ProviderMatcher`` its provider, ``DeletionRules`` what is deleted, ``AccessDraft`` who may open it, and
/// ``HeldDeletions`` when deletions are blocked.
///
/// Shared objects, which belong to no service, are decided separately: see ``SharedObjectPlan``.
package struct Planner {
    private let desired: DesiredState
    private let observation: Observation
    private let differences: Differences
    private let scopeMappings: ScopeMappingMatching
    private let providers: [OAuth2Provider]

    /// Plans a whole pass.
    ///
    /// - Parameters:
    ///   - secrets: the result of resolving each reference in `desired`; a missing one counts as unavailable.
    ///   - address: the address of Authentik, for published URLs unless the file gives another.
    ///   - allowedDeletions: how many services this pass may delete from, overriding the file; nil for the file's value
    ///     or the
    ///     default.
    package static func plan(
        _ desired: DesiredState,
        secrets: [SecretReference: SecretLook],
        observed: ObservedState,
        address: String = "",
        allowedDeletions: Int? = nil
    ) -> Plan {
        let planner = Planner(desired, secrets, observed, address: address)
        var plan = planner.plan(allowedDeletions: allowedDeletions)
        plan.shared = SharedObjectPlan.groups(desired.groups, observed.groups) + plan.shared
        let isAnyClosed = plan.services.indices.contains { plan.services[$0].access?.state == .closed }
        if isAnyClosed, let access = planner.observation.access { plan.shared.append(access.nobody) }
        return plan
    }

    private func plan(allowedDeletions: Int?) -> Plan {
        let plan = plan(holdingDeletions: false)
        let heldDeletions = HeldDeletions(
            deletions: plan.services.indices.count { plan.services[$0].deletion != nil }
                + plan.shared.count { $0.decision == .delete },
            allowed: allowedDeletions,
            desired: desired,
            owned: observation.owned.count
        )
        guard let heldDeletions else { return plan }
        // What is not deleted keeps its name and its application's link.
        var held = self.plan(holdingDeletions: true)
        held.heldDeletions = heldDeletions
        return held
    }

    /// The services, and the scope mappings.
    private func plan(holdingDeletions isHeld: Bool) -> Plan {
        let steps = scopeMappings.steps
        var services = services(holdingDeletions: isHeld)
        if !steps.isEmpty {
            for index in services.indices { services[index].wait(forShared: steps) }
        }
        var plan = Plan(services: services)
        plan.shared =
            scopeMappings.plans
            + scopeMappings.orphans(of: desired, providers: providers, services, isHeld: isHeld)
        return plan
    }

    private init(
        _ desired: DesiredState,
        _ secrets: [SecretReference: SecretLook],
        _ observed: ObservedState,
        address: String
    ) {
        self.desired = desired
        scopeMappings = ScopeMappingMatching(desired, observed)
        providers = observed.providers
        let observation = Observation(
            observed,
            owner: desired.owner,
            declaredGroups: desired.groups,
            scopeMappings: scopeMappings.mappings,
            services: desired.services
        )
        self.observation = observation
        let declared = Set(desired.services.map(\.slug))
        let all = desired.declaredSlugs
        var defaults = ResolvedDefaults()
        let declarations = desired.services.map { service in
            let login = service.state == .present ? service.login : nil
            return Declaration(
                service: service,
                claim: observation.claim(of: service, declared: declared),
                resolution: login.map { Resolution($0, secrets: secrets, observation.names, &defaults) }
            )
        }
        differences = Differences(
            desired: desired,
            observation: observation,
            declarations: declarations,
            indexBySlug: Dictionary(
                desired.services.enumerated().map { ($1.slug, $0) },
                uniquingKeysWith: { first, _ in first }
            ),
            orphans: observation.orphans(claimed: all),
            unreadable: observation.unclaimedUnreadable(claimed: all),
            address: address,
            departures: OutpostDepartures(declarations, observation.names)
        )
    }

    /// The plans of all declared services and all undeclared applications, ordered by slug.
    private func services(holdingDeletions isHeld: Bool) -> [ServicePlan] {
        let matching = Matching(
            desired,
            differences.declarations,
            orphans: differences.orphans,
            observation,
            isHeld: isHeld,
            isTakenOver: differences.isTakenOver
        )
        let plans =
            differences.declarations.indices.map { differences.plan(at: $0, matching) }
            + differences.planUndeclared(matching)
        // Plans are large: their places are sorted instead.
        let places = plans.indices.sorted { plans[$0].slug < plans[$1].slug }
        let ordered = WriteOrder.apply(
            to: places.map { plans[$0] },
            taken: matching.takenNames,
            freed: matching.released
        )
        return Federation.settle(ordered)
    }
}

extension Planner {
    /// Plans to remove an owner's marks, and nothing else.
    ///
    /// Marks that are unreadable or of a newer version are left in place: each is a conflict, unless it names another
    /// owner.
    ///
    /// - Parameters:
    ///   - applications: those that can be read, for their slugs; the slug of any other comes from its mark.
    ///   - marks: the marks of all owners.
    ///   - scopeMappings: the scope mappings of all owners.
    package static func release(
        owner: String,
        applications: [Application],
        marks: [ObservedMark],
        scopeMappings: [ScopeMapping] = []
    ) -> Plan {
        let slugs = Dictionary(applications.map { ($0.pk, $0.slug) }, uniquingKeysWith: { first, _ in first })
        let services = marks.filter { $0.remains.mayBelong(to: owner) }.map { observed in
            let slug = slugs[observed.application] ?? observed.remains.slug ?? observed.application
            switch observed.reading {
            case .mark:
                var plan = ServicePlan(slug: slug, decision: .release, reason: "marked by '\(owner)'")
                plan.add(.mark, .deleteMark(entitlement: observed.pk))
                return plan
            case .newer(let version, let owner):
                return ServicePlan(slug: slug, decision: .conflict, reason: OwnershipMark.newer(version, owner))
            case .unreadable(let remains):
                return ServicePlan(slug: slug, decision: .conflict, reason: remains.reason)
            }
        }
        var plan = Plan(services: services.sorted { $0.slug < $1.slug })
        plan.shared = scopeMappings.filter { $0.mark?.owner == owner }.sorted { $0.name.exact < $1.name.exact }.map {
            SharedObjectPlan.release($0, of: owner)
        }
        return plan
    }
}
