import FoundationEssentials
import JSON

/// `/policies/all/`, looked up by UUID: policies of every kind, each shown like in its own list.
enum Policies: Resource {
    static let app = "authentik_policies"
    static let modelName = "policy"
    static let model = "Policy"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Policy] { store.policies.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Policy] { store.policies.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Policy? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.policies[pk]
    }

    static func filter(_ filter: inout Filter<Policy>, in store: Store) {
        filter.flag("bindings__isnull") { store.bindingCount(of: $0.pk) == 0 }
        filter.flag("promptstage__isnull") { $0.promptCount == 0 }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((Policy) -> SortKey)? {
        switch field {
        case "name": { .text($0.name) }
        case "execution_logging": { .number($0.logsExecution ? 1 : 0) }
        default: nil
        }
    }

    static func json(_ row: Policy, _ request: APIRequest, in store: Store) -> JSONValue {
        row.json(boundTo: store.bindingCount(of: row.pk), store.release)
    }

    static func routes(_ path: String) -> [Route] {
        [
            Route("GET", path, permission: permission("view"), list),
            Route(
                path + "{}/",
                .tokens,
                methods: ["GET", "DELETE"],
                ["GET": .init(permission("view"), retrieve), "DELETE": .init(permission("delete"), destroy)]
            ),
            Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy),
        ]
    }

    private static func destroy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        store.replace(try find(request, in: store), with: nil)
        return .deleted
    }

    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        .ok(.array(users(of: try find(request, in: store), request, in: store)))
    }

    /// The targets of a policy, once for each binding, as far as the caller may see them.
    fileprivate static func users(of policy: Policy, _ request: APIRequest, in store: Store) -> [JSONValue] {
        guard store.may(request.callerKey, "authentik_policies.view_policybindingmodel") else { return [] }
        return store.bindings(ofPolicy: policy.pk).compactMap(\.target).map { target in
            [
                "app": "authentik_policies",
                "model_name": "policybindingmodel",
                "pk": target.json,
                "name": .string("PolicyBindingModel \(target.text)"),
                "action": "cascade_many",
            ]
        }
    }
}

/// `/policies/expression/`, looked up by UUID: policies in Python, of which the sandbox supports very little; see
/// ``Policy/result``.
enum ExpressionPolicies: EditableResource {
    static let app = "authentik_policies_expression"
    static let modelName = "expressionpolicy"
    static let model = "ExpressionPolicy"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Policy] { store.policies.inOrder().filter(\.isExpression) }
    static func rowsByKey(in store: inout Store) -> [Policy] { store.policies.inOrderOfKeys().filter(\.isExpression) }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Policy? {
        try Policies.row(key, in: store).flatMap { $0.isExpression ? $0 : nil }
    }

    static func filter(_ filter: inout Filter<Policy>, in store: Store) {
        filter.text("name") { $0.name }
        filter.text("expression") { $0.expression }
        filter.text("policy_uuid") { $0.pk.text }
        filter.flag("execution_logging") { $0.logsExecution }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((Policy) -> SortKey)? {
        field == "expression" ? { .text($0.expression) } : Policies.sortKey(field)
    }

    static func json(_ row: Policy, _ request: APIRequest, in store: Store) -> JSONValue {
        Policies.json(row, request, in: store)
    }

    static func validate(
        _ body: JSONValue,
        into draft: inout Policy,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        let pk = draft.pk
        var fields = try Validator(body, partial: partial)
        fields.text("name", into: &draft.name, required: true, blank: false) { name in
            // Names are unique across policies of all kinds.
            guard let other = store.indexes.policyByName[name], other != pk else { return nil }
            return "Policy with this name already exists."
        }
        fields.flag("execution_logging", into: &draft.logsExecution)
        fields.text("expression", into: &draft.expression, required: true, blank: false) { expression in
            PythonSyntax.error(in: expression, file: "temp-policy")
        }
        try fields.finish()
    }

    static func blank(in store: inout Store) -> Policy { Policy(name: "", kind: .expression) }

    static func insert(_ row: Policy, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: Policy, with new: Policy, in store: inout Store) { store.replace(old, with: new) }

    static func delete(_ row: Policy, in store: inout Store) { store.replace(row, with: nil) }

    static let allRoutes: [Route] = {
        let path = "api/v3/policies/expression/"
        return routes(path) + [Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy)]
    }()

    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        .ok(.array(Policies.users(of: try find(request, in: store), request, in: store)))
    }
}

extension Policy {
    fileprivate var isExpression: Bool {
        if case .expression = kind { true } else { false }
    }
}
