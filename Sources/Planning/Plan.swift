package import DesiredState

/// What a pass is going to do, service by service; ordered by slug.
package struct Plan: Sendable {
    package var services: [ServicePlan]

    package init(services: [ServicePlan]) {
        self.services = services
    }

    /// The services that a pass would write to.
    package var changing: [ServicePlan] { services.filter { !$0.writes.isEmpty } }
    /// The services that need a person.
    package var stuck: [ServicePlan] { services.filter { $0.decision == .conflict || $0.decision == .blocked } }
}

/// What a pass is going to do with one service, and why.
package struct ServicePlan: Sendable {
    package var slug: String
    package var decision: Decision
    /// A clause that explains the decision.
    package var reason: String
    /// Every field that will change: of the application first, then of the provider.
    package var changes: [FieldChange] = []
    /// What will be sent, in this order.
    package var writes: [Write] = []
    /// What else a person should know: a provider left alone, a field that the release does not take.
    package var notes: [String] = []
    /// Where the service is declared; nil for an orphan.
    package var location: SourceLocation?

    package init(slug: String, decision: Decision, reason: String, location: SourceLocation? = nil) {
        self.slug = slug
        self.decision = decision
        self.reason = reason
        self.location = location
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
    case orphan
    case conflict
    case blocked
}

/// One write to Authentik.
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
    case updateMark(entitlement: String, OwnershipMark)
}

/// The provider that an application gets.
package enum ProviderLink: Sendable, Equatable {
    case existing(Int)
    /// The one that a write before this one created.
    case created
}
