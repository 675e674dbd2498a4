import Base
package import DesiredState
package import Kinds

/// What a pass will do with a shared object, which belongs to no service.
package struct SharedObjectPlan: SharedObject {
    package let kind: Kind
    package let name: String
    /// The existing object; nil if it is missing or not known to exist.
    package let pk: String?
    package let decision: Decision
    /// A clause that explains the decision.
    package let reason: String
    /// The fields that change; for a new scope mapping, the fields that it gets.
    package let changes: [FieldChange]
    /// What is sent; nil if nothing has to be done.
    private let effect: Effect?
    /// The steps of services that must be done first.
    package var after: Set<Step.ID> = []
    /// Whether the deletion limit blocks its deletion.
    package var isHeld = false
    /// Where the file has the code that it should hold; nil if it holds none or no file declares it.
    package var expression: ExpressionPlace?

    /// - Parameter effect: the effect of its one step; nil if nothing has to be done.
    package init(
        _ name: SharedName,
        pk: String? = nil,
        _ decision: Decision,
        reason: String,
        changes: [FieldChange] = [],
        effect: Effect? = nil
    ) {
        kind = name.kind
        self.name = name.name
        self.pk = pk
        self.decision = decision
        self.reason = reason
        self.changes = changes
        self.effect = effect
    }

    /// The ID of its step, on which the steps that need it depend.
    package var id: Step.ID { Step.ID(ofShared: identity) }
    /// Nil if nothing has to be done.
    package var step: Step? { effect.map { Step(id, $0, after: after) } }
    /// Why it was written, in the past tense.
    package var pastReason: String { decision == .create ? "it was missing" : reason }
}

extension SharedObjectPlan {
    /// Plans the groups that a file declares, in its order.
    ///
    /// | a group of exactly that name | |
    /// |---|---|
    /// | is missing | is created, with its name only |
    /// | exists | is in sync, whatever else it has; it is never changed or deleted |
    static func groups(_ declared: [String], _ observed: [Group]) -> [SharedObjectPlan] {
        guard !declared.isEmpty else { return [] }
        let present = Dictionary(observed.map { ($0.name.exact, $0.pk) }, uniquingKeysWith: { first, _ in first })
        return declared.map { group($0, pk: present[$0.exact]) }
    }

    /// - Parameter pk: of the existing group; nil if it is missing.
    package static func group(_ name: String, pk: String?) -> SharedObjectPlan {
        let group = SharedName(.group, name)
        guard let pk else {
            return SharedObjectPlan(group, .create, reason: "new group", effect: .create([.group(named: name)]))
        }
        return SharedObjectPlan(group, pk: pk, .inSync, reason: "the group exists")
    }
}

extension SharedObjectPlan {
    /// Plans the policy that lets nobody in, used for services that are closed.
    ///
    /// | a policy of that name | |
    /// |---|---|
    /// | is missing | is created |
    /// | has another expression | is updated: the services it closes would be open |
    /// | has the right expression | is in sync |
    static func nobody(_ observed: ExpressionPolicy?) -> SharedObjectPlan {
        let policy = SharedName(.expressionPolicy, ExpressionPolicy.nobodyName)
        let name = FieldAssignment(field: "name", value: .text(policy.name))
        let expression = FieldAssignment(field: "expression", value: .text(ExpressionPolicy.nobodyExpression))
        guard let observed else {
            let fields = ObjectFields(.expressionPolicy, [name, expression])
            return SharedObjectPlan(policy, .create, reason: "new policy", effect: .create([fields]))
        }
        guard observed.expression.trimmed == ExpressionPolicy.nobodyExpression else {
            let key = ObjectKey(kind: .expressionPolicy, key: observed.pk)
            return SharedObjectPlan(
                policy,
                pk: observed.pk,
                .update,
                reason: "its expression was changed, so it may grant access",
                effect: .update(key, ObjectFields(.expressionPolicy, [expression]))
            )
        }
        return SharedObjectPlan(policy, pk: observed.pk, .inSync, reason: "the policy exists")
    }
}
