package import DesiredState
package import Kinds

/// What a pass will do, service by service; ordered by slug.
package struct Plan: Sendable {
    package var services: [ServicePlan]
    /// Objects that belong to no service, kind by kind, in the order of the file; a failure only affects dependents.
    package var shared: [SharedObjectPlan] = []
    /// Set if deletions are blocked; see ``HeldDeletions``.
    package var heldDeletions: HeldDeletions?

    package init(services: [ServicePlan], heldDeletions: HeldDeletions? = nil) {
        self.services = services
        self.heldDeletions = heldDeletions
    }

    /// The services that a pass would write to.
    package var changing: [ServicePlan] { services.filter { !$0.steps.isEmpty } }
    /// Whether a pass would write anything.
    package var isChanging: Bool { !changing.isEmpty || changesShared }
    /// Whether a pass would write any object that belongs to no service.
    package var changesShared: Bool { shared.contains { $0.step != nil } }

    /// Removes services, and the shared objects that only they need.
    package mutating func removeServices(where isLeftOut: (ServicePlan) -> Bool) {
        services.removeAll(where: isLeftOut)
        let steps = services.flatMap(\.steps).reduce(into: Set<Step.ID>()) { $0.formUnion($1.after) }
        let needed = Set(services.flatMap(\.needs))
        shared.removeAll { !steps.contains($0.id) && !needed.contains($0.identity) }
    }

    /// The services that need manual action.
    package var stuck: [ServicePlan] { services.filter { $0.decision.isStuck || $0.hindrance != nil } }
    /// Whether anything needs manual action.
    package var isStuck: Bool { !stuck.isEmpty || shared.contains(where: \.decision.isStuck) }
}

/// What a pass will do with one service, and why.
package struct ServicePlan: Sendable {
    package var slug: String
    package var decision: Decision
    /// A clause that explains the decision.
    package var reason: String
    /// Every field that will change (in a conflict: would change): first of the application, then of the provider, then
    /// of what is published.
    package var changes: [FieldChange] = []
    /// What will be sent, ordered by ``Step/Place``.
    package internal(set) var steps: [Step] = []
    /// Whether a restart is due, even if a later pass does it.
    package var isRestartDue = false
    /// Who may open the service once this is carried out; nil if access was not read or is not decided.
    package var access: AccessStanding?
    /// Whether people can reach the service once this is carried out; nil without forward-auth, or if it is not
    /// decided.
    package var serving: ServingStanding?
    /// Other remarks for the user, such as a provider left alone or a field that the release does not support.
    package var notes: [String] = []
    /// The declared shared objects that the service uses once this is carried out.
    package var needs: [SharedName] = []
    /// What is deleted if this is carried out; nil if nothing is.
    package var deletion: Deletion?
    /// Whether it would adopt something that may only be adopted if it matches, which a plan without secrets cannot
    /// decide.
    package var isUnproven = false
    /// Its secret, if it was not compared because Authentik does not show it and no probe answered.
    package var hiddenSecret: HiddenSecret?
    /// The part that cannot be done, as a clause; nil if everything can.
    ///
    /// The steps can be carried out all the same.
    package var hindrance: String?
    /// What gives former providers back the names that they yield to their successors, should those be refused.
    package internal(set) var restorations: [Effect] = []
    /// The existing mark, with its content once everything is done; nil if there is none.
    package var standingMark: StandingMark?
    /// Where the service is declared; nil for an orphan.
    package var location: SourceLocation?

    package init(slug: String, decision: Decision, reason: String, location: SourceLocation? = nil) {
        self.slug = slug
        self.decision = decision
        self.reason = reason
        self.location = location
    }

    /// The workload to restart; nil for none.
    package var restart: Workload? {
        steps.lazy.compactMap { step in
            if case .restart(let workload, _) = step.effect { workload } else { nil }
        }.first
    }

    /// This plan without any steps.
    package var withheld: ServicePlan {
        var plan = self
        plan.steps = []
        return plan
    }

    /// Turns it into a conflict without steps.
    mutating func refuse(_ reason: String) {
        decision = .conflict
        self.reason = reason
        steps = []
        access = nil
        serving = nil
    }
}

/// A mark and the entitlement that carries it.
///
/// An object, since it is the largest part of the plan of a service that is in sync.
package final class StandingMark: Sendable, Equatable {
    package let entitlement: String
    package let mark: OwnershipMark

    package init(entitlement: String, mark: OwnershipMark) {
        self.entitlement = entitlement
        self.mark = mark
    }

    package static func == (left: StandingMark, right: StandingMark) -> Bool {
        left.entitlement == right.entitlement && left.mark == right.mark
    }
}

/// The decision on a service or a shared object; see ``Planner`` for the rules.
package enum Decision: String, Sendable, CaseIterable {
    case inSync = "in-sync"
    case create
    case update
    case adopt
    case link
    case recreate
    case delete
    /// Its mark is removed; only ``Planner/release(owner:applications:marks:)`` decides this.
    case release
    case orphan
    case conflict
    case blocked
    /// Its secret does not exist yet, but is expected to be created.
    case waiting
}

extension Decision {
    /// Whether nothing is done although something should be: that requires somebody else to act.
    package var isStuck: Bool { self == .conflict || self == .blocked || self == .waiting }
}

/// What of a service is deleted.
package struct Deletion: Sendable, Equatable {
    /// Nil if the application stays, or there is none.
    package var application: String?
    /// The names of its own and its former providers that do not stay.
    package var providers: [String]
    /// The bindings of others that are removed from it.
    package var bindings: [String] = []
    /// Whether the deletion limit blocks it.
    package var isHeld = false

    package init(application: String?, providers: [String] = [], bindings: [String] = []) {
        self.application = application
        self.providers = providers
        self.bindings = bindings
    }
}
