package import DesiredState

/// What a pass is going to do, service by service; ordered by slug.
package struct Plan: Sendable {
    package var services: [ServicePlan]
    /// Set if deletions are held back; see ``Brake``.
    package var brake: Brake?

    package init(services: [ServicePlan], brake: Brake? = nil) {
        self.services = services
        self.brake = brake
    }

    /// The services that a pass would write to.
    package var changing: [ServicePlan] { services.filter { !$0.writes.isEmpty } }
    /// The services that need a person.
    package var stuck: [ServicePlan] { services.filter { $0.decision.isStuck || $0.hindrance != nil } }
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
    /// What will be sent, in this order.
    package var writes: [Write] = []
    /// The time of the restart that is due, also if that comes in a later pass; nil if none is.
    package var restartTime: RestartTime?
    /// The services whose writes come before these, because they free a name that this one gets.
    package var waitsFor: [String] = []
    /// What else a person should know: a provider left alone, a field that the release does not take.
    package var notes: [String] = []
    /// What falls if this is carried out; nothing unless something is deleted.
    package var deletion: Deletion?
    /// Whether it would take over what may only be taken over if it matches, which a plan without secrets cannot tell.
    package var isUnproven = false
    /// What of it cannot be done, a clause; nil if nothing.
    ///
    /// The writes can be done all the same.
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

/// What is decided of a service; see ``Planner`` for when.
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

/// One write, to Authentik or to what uses it.
package enum Write: Sendable {
    /// One transaction; the pks are listed afterwards.
    case createApplicationAndProvider(application: [FieldAssignment], provider: [FieldAssignment])
    case createProvider([FieldAssignment])
    case updateProvider(pk: Int, [FieldAssignment])
    case createApplication([FieldAssignment], link: ProviderLink?)
    /// `slug` is the present one.
    case updateApplication(slug: String, [FieldAssignment], link: ProviderLink?)
    /// Nil for either pk means the object that a write before this one created.
    case createMark(application: String?, OwnershipMark)
    /// A rotation without a time gets that of the restart which the same plan begins.
    case updateMark(entitlement: String, OwnershipMark)
    case restartWorkload(Workload, RestartTime)
    case publish(PublishedContent)
    case deleteProvider(pk: Int)
    case deleteApplication(slug: String)
    case deleteMark(entitlement: String)
}

extension Write {
    /// Whether the brake can hold it back.
    package var isDeletion: Bool {
        switch self {
        case .deleteProvider, .deleteApplication: true
        default: false
        }
    }
}

/// What of a service is deleted.
package struct Deletion: Sendable, Equatable {
    /// Nil if the application stays, or there is none.
    package var application: String?
    /// The name of its provider; nil if that stays, or there is none.
    package var provider: String?
    /// Whether the brake holds it back.
    package var isHeld = false

    package init(application: String?, provider: String?) {
        self.application = application
        self.provider = provider
    }
}

/// The provider that an application gets.
package enum ProviderLink: Sendable, Equatable {
    case existing(Int)
    /// The one that a write before this one created.
    case created
}
