import FoundationEssentials
import JSON

/// `/propertymappings/provider/scope/`, looked up by UUID.
enum ScopeMappings: EditableResource {
    static let app = "authentik_providers_oauth2"
    static let modelName = "scopemapping"
    static let model = "ScopeMapping"
    static let ordering = "scope_name"

    static func rows(in store: inout Store) -> [ScopeMapping] { store.scopeMappings.inOrder() }
    static func rowsByKey(in store: inout Store) -> [ScopeMapping] { store.scopeMappings.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> ScopeMapping? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.scopeMappings[pk]
    }

    static func filter(_ filter: inout Filter<ScopeMapping>, in store: Store) {
        filter.text("name") { $0.name }
        filter.text("scope_name") { $0.scopeName }
        filter.anyText("managed") { $0.managed }
        filter.flag("managed__isnull") { $0.managed == nil }
        filter.search { [$0.name, $0.scopeName] }
    }

    static func sortKey(_ field: String) -> ((ScopeMapping) -> SortKey)? {
        switch field {
        case "scope_name": { .text($0.scopeName) }
        case "name": { .text($0.name) }
        case "managed": { .text($0.managed ?? "") }
        default: nil
        }
    }

    static func json(_ row: ScopeMapping, _ request: APIRequest, in store: Store) -> JSONValue { row.json }

    static func validate(
        _ body: JSONValue,
        into draft: inout ScopeMapping,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        let pk = draft.pk
        var fields = try Validator(body, partial: partial)
        fields.text("name", into: &draft.name, required: true, blank: false) { name in
            guard let other = store.indexes.scopeMappingByName[name], other != pk else { return nil }
            return "Property Mapping with this name already exists."
        }
        fields.optionalText("managed", into: &draft.managed) { managed in
            guard let other = store.indexes.scopeMappingByManaged[managed], other != pk else { return nil }
            return "Property Mapping with this Managed by authentik already exists."
        }
        fields.text("scope_name", into: &draft.scopeName, required: true, blank: false) { name in
            name.contains(" ") ? "Value must not contain spaces." : nil
        }
        fields.text("description", into: &draft.description)
        var expression = draft.expression
        fields.text("expression", into: &expression, required: true, blank: false) { expression in
            PythonSyntax.error(in: expression, file: "None")
        }
        try fields.finish()
        // The claims of the installation's own mappings are only known by their identity.
        if expression != draft.expression { draft.expression = expression }
    }

    static func blank(in store: inout Store) -> ScopeMapping { ScopeMapping() }

    static func insert(_ row: ScopeMapping, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: ScopeMapping, with new: ScopeMapping, in store: inout Store) {
        store.replace(old, with: new)
    }

    static func delete(_ row: ScopeMapping, in store: inout Store) { store.replace(row, with: nil) }
}

extension ScopeMappings {
    static let allRoutes: [Route] = {
        let path = "api/v3/propertymappings/provider/scope/"
        return routes(path) + [Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy)]
    }()

    /// The providers that have a mapping and would lose it, as far as the caller may see providers.
    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let mapping = try find(request, in: store)
        guard store.may(request.callerKey, Providers.permission("view")) else { return .ok([]) }
        let users = store.providers.inOrderOfCreation.filter { $0.propertyMappings.contains(mapping.pk) }
        return .ok(
            .array(
                users.map { provider in
                    [
                        "app": .string(Providers.app), "model_name": .string(Providers.modelName),
                        "pk": .string(String(provider.pk)), "name": .string(provider.name), "action": "cascade_many",
                    ]
                }
            )
        )
    }
}
