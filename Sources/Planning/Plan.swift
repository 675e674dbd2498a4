package import DesiredState
package import Kinds

/// What a pass is going to do, service by service; ordered by slug.
package struct Plan: Sendable {
    package var services: [ServicePlan]
    /// What is no service's, kind by kind, in the order of the file; the failure of one fails only what comes after it.
    package var shared: [SharedObjectPlan] = []
    /// Set if deletions are held back; see ``HeldDeletions``.
    package var heldDeletions: HeldDeletions?

    package init(services: [ServicePlan], heldDeletions: HeldDeletions? = nil) {
        self.services = services
        self.heldDeletions = heldDeletions
    }

    /// The services that a pass would write to.
    package var changing: [ServicePlan] { services.filter { !$0.steps.isEmpty } }
    /// Whether a pass would write anything.
    package var isChanging: Bool { !changing.isEmpty || changesShared }
    /// Whether a pass would write anything that is no service's.
    package var changesShared: Bool { shared.contains { $0.step != nil } }

    /// Leaves services out, and with them what the others do not need.
    package mutating func removeServices(where isLeftOut: (ServicePlan) -> Bool) {
        services.removeAll(where: isLeftOut)
        let steps = services.flatMap(\.steps).reduce(into: Set<Step.ID>()) { $0.formUnion($1.after) }
        let needed = Set(services.flatMap(\.needs))
        shared.removeAll { !steps.contains($0.id) && !needed.contains($0.identity) }
    }

    /// The services that need a person.
    package var stuck: [ServicePlan] { services.filter { $0.decision.isStuck || $0.hindrance != nil } }
    /// Whether anything needs a person.
    package var isStuck: Bool { !stuck.isEmpty || shared.contains(where: \.decision.isStuck) }
}

/// What a pass is going to do with one service, and why.
package struct ServicePlan: Sendable {
    package var slug: String
    package var decision: Decision
    /// A clause that explains the decision.
    package var reason: String
    /// Every field that will change: of the application first, then of the provider, then of what is published; of a
    /// conflict, that would.
    package var changes: [FieldChange] = []
    /// What will be sent, ordered by ``Step/Place``.
    package internal(set) var steps: [Step] = []
    /// Whether a restart is due, also if that comes in a later pass.
    package var isRestartDue = false
    /// Who may open it once this is carried out; nil if nobody looked, or it is not decided.
    package var access: AccessStanding?
    /// Whether people get through to it once this is carried out; nil without forward-auth, or if it is not decided.
    package var serving: ServingStanding?
    /// What else a person should know: a provider left alone, a field that the release does not take.
    package var notes: [String] = []
    /// What is no service's, is declared by the file, and the service has once this is carried out.
    package var needs: [SharedName] = []
    /// What falls if this is carried out; nothing unless something is deleted.
    package var deletion: Deletion?
    /// Whether it would take over what may only be taken over if it matches, which a plan without secrets cannot tell.
    package var isUnproven = false
    /// Its secret, if Authentik does not show that and no probe told of it, so that it was not compared.
    package var hiddenSecret: HiddenSecret?
    /// What of it cannot be done, a clause; nil if nothing.
    ///
    /// The steps can be done all the same.
    package var hindrance: String?
    /// The mark that is there, and what it says once all is done; nil if there is none.
    package var standingMark: StandingMark?
    /// Where the service is declared; nil for an orphan.
    package var location: SourceLocation?

    package init(slug: String, decision: Decision, reason: String, location: SourceLocation? = nil) {
        self.slug = slug
        self.decision = decision
        self.reason = reason
        self.location = location
    }

    /// The workload that it restarts; nil for none.
    package var restart: Workload? {
        steps.lazy.compactMap { step in
            if case .restart(let workload, _) = step.effect { workload } else { nil }
        }.first
    }

    /// The same with nothing to be done.
    package var withheld: ServicePlan {
        var plan = self
        plan.steps = []
        return plan
    }

    /// Makes a conflict of it, which does nothing.
    mutating func refuse(_ reason: String) {
        decision = .conflict
        self.reason = reason
        steps = []
        access = nil
        serving = nil
    }
}

/// A mark, and the entitlement that carries it.
package struct StandingMark: Sendable, Equatable {
    package var entitlement: String
    package var mark: OwnershipMark

    package init(entitlement: String, mark: OwnershipMark) {
        self.entitlement = entitlement
        self.mark = mark
    }
}

/// What is decided of a service, or of what is none's; see ``Planner`` for when.
package enum Decision: String, Sendable, CaseIterable {
    case inSync = "in-sync"
    case create
    case update
    case adopt
    case link
    case recreate
    case delete
    /// Its mark is taken off; only ``Planner/release(owner:applications:marks:)`` decides so.
    case release
    case orphan
    case conflict
    case blocked
    /// Its secret is not there yet, and somebody is about to make it.
    case waiting
}

extension Decision {
    /// Whether nothing is done although something is to be done: that is up to somebody else.
    package var isStuck: Bool { self == .conflict || self == .blocked || self == .waiting }
}

/// What of a service is deleted.
package struct Deletion: Sendable, Equatable {
    /// Nil if the application stays, or there is none.
    package var application: String?
    /// The name of its provider; nil if that stays, or there is none.
    package var provider: String?
    /// The bindings of others that are removed from it.
    package var bindings: [String] = []
    /// Whether the deletion limit holds it back.
    package var isHeld = false

    package init(application: String?, provider: String?, bindings: [String] = []) {
        self.application = application
        self.provider = provider
        self.bindings = bindings
    }
}
