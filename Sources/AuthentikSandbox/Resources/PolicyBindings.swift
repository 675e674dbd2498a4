import FoundationEssentials
import JSON

/// `/policies/bindings/`, looked up by UUID.
///
/// An identical binding of a group or user can be created twice; one of a policy only with another order. A list can be
/// filtered by its policies, but not by its groups and users: such a parameter is ignored.
enum PolicyBindings: EditableResource {
    static let app = "authentik_policies"
    static let modelName = "policybinding"
    static let model = "PolicyBinding"
    static let ordering = "pk"

    static func rows(in store: inout Store) -> [PolicyBinding] { store.bindings.inOrder() }
    static func rowsByKey(in store: inout Store) -> [PolicyBinding] { store.bindings.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> PolicyBinding? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.bindings[pk]
    }

    static func filter(_ filter: inout Filter<PolicyBinding>, in store: Store) {
        filter.reference("target", exists: { store.isBindingTarget($0) }) { $0.target }
        filter.references("target_in", exists: { store.isBindingTarget($0) }) { $0.target }
        filter.reference("policy", exists: { store.policies.contains($0) }) { $0.policy }
        filter.flag("policy__isnull") { $0.policy == nil }
        filter.flag("enabled") { $0.isEnabled }
        filter.text("order") { String($0.order) }
        filter.text("timeout") { String($0.timeout) }
        filter.search { [$0.policy.flatMap { store.policies[$0]?.name } ?? ""] }
    }

    static func sortKey(_ field: String) -> ((PolicyBinding) -> SortKey)? {
        switch field {
        case "order": { .number($0.order) }
        case "target": { .text($0.target?.text ?? "") }
        case "enabled": { .number($0.isEnabled ? 1 : 0) }
        case "negate": { .number($0.negate ? 1 : 0) }
        case "timeout": { .number($0.timeout) }
        default: nil
        }
    }

    static func json(_ row: PolicyBinding, _ request: APIRequest, in store: Store) -> JSONValue {
        let group = row.group.flatMap { store.groups[$0] }
        let user = row.user.flatMap { store.users[$0] }
        let policy = row.policy.flatMap { store.policies[$0] }
        var fields: [String: JSONValue] = [
            "pk": row.pk.json,
            "policy": row.policy.json,
            "group": row.group.json,
            "user": .number(row.user),
            "policy_obj": policy.map { $0.json(boundTo: store.bindingCount(of: $0.pk), store.release) } ?? .null,
            "group_obj": group.map { Groups.nested($0, in: store) } ?? .null,
            "user_obj": user.map { $0.nested(in: store) } ?? .null,
            "target": row.target.json,
            "negate": .bool(row.negate),
            "enabled": .bool(row.isEnabled),
            "order": .integer(row.order),
            "timeout": .integer(row.timeout),
            "failure_result": .bool(row.failureResult),
        ]
        if store.release.hasExpiringBindings {
            fields["expires"] = row.expires?.json ?? .null
            fields["expiring"] = .bool(row.expires != nil)
        }
        return .object(fields)
    }

    /// - Throws: ``Refusal/crash`` for a PATCH that does not name the target, as the real one does.
    static func validate(
        _ body: JSONValue,
        into draft: inout PolicyBinding,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        var fields = try Validator(body, partial: partial)
        fields.reference(
            "target",
            into: &draft.target,
            required: true,
            nullable: false,
            exists: { store.isBindingTarget($0) }
        )
        try validate(&fields, into: &draft, in: store)
        try requireUnique(draft, in: store)
        if !fields.isSent("target") { throw .crash }
        try requireOneSubject(fields)
    }

    /// A policy can be bound to a target only once per order; groups and users are not checked.
    private static func requireUnique(_ draft: PolicyBinding, in store: Store) throws(Refusal) {
        guard let policy = draft.policy else { return }
        let isTaken = store.bindings(ofPolicy: policy).contains { other in
            other.pk != draft.pk && other.target == draft.target && other.order == draft.order
        }
        if isTaken {
            throw .invalid("non_field_errors", "The fields policy, target, order must make a unique set.")
        }
    }

    /// Checks a binding whose target does not exist yet, in a transaction.
    static func validateWithoutTarget(
        _ body: JSONValue,
        into draft: inout PolicyBinding,
        in store: Store
    ) throws(Refusal) {
        var fields = try Validator(body, partial: false)
        try validate(&fields, into: &draft, in: store)
        try requireOneSubject(fields)
    }

    private static func validate(
        _ fields: inout Validator,
        into draft: inout PolicyBinding,
        in store: Store
    ) throws(Refusal) {
        let int32 = Int(Int32.min)...Int(Int32.max)
        // Of the three only this one has a default, since it must be unique: if a PUT omits it, it is unset.
        if !fields.isPartial, !fields.isSent("policy") { draft.policy = nil }
        fields.reference("policy", into: &draft.policy, exists: { store.policies.contains($0) })
        fields.reference("group", into: &draft.group, exists: { store.groups.contains($0) })
        fields.reference("user", into: &draft.user, exists: { store.users.contains($0) })
        fields.flag("negate", into: &draft.negate)
        fields.flag("enabled", into: &draft.isEnabled)
        fields.integer("order", into: &draft.order, required: true, in: int32)
        fields.integer("timeout", into: &draft.timeout, in: 0...int32.upperBound)
        fields.flag("failure_result", into: &draft.failureResult)
        try fields.finish()
    }

    /// Only what the request names counts, even in a PATCH.
    private static func requireOneSubject(_ fields: Validator) throws(Refusal) {
        switch ["policy", "group", "user"].count(where: { fields.isSent($0) }) {
        case 0: throw .invalid("non_field_errors", "One of 'group', 'policy', 'user' must be set.")
        case 1: return
        default: throw .invalid("non_field_errors", "Only one of 'group', 'policy', 'user' can be set.")
        }
    }

    static func blank(in store: inout Store) -> PolicyBinding { PolicyBinding() }

    static func insert(_ row: PolicyBinding, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: PolicyBinding, with new: PolicyBinding, in store: inout Store) {
        store.replace(old, with: new)
    }

    static func delete(_ row: PolicyBinding, in store: inout Store) { store.replace(row, with: nil) }

    static let allRoutes: [Route] = {
        let path = "api/v3/policies/bindings/"
        return routes(path) + [Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy)]
    }()

    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        _ = try find(request, in: store)
        return .ok([])
    }
}
