import FoundationEssentials
import JSON

/// `/propertymappings/provider/scope/`, looked up by UUID.
enum ScopeMappings: Resource {
    static let app = "authentik_providers_oauth2"
    static let modelName = "scopemapping"
    static let model = "ScopeMapping"
    static let ordering = "scope_name"

    static func rows(in store: inout Store) -> [ScopeMapping] { store.scopeMappings.inOrder() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> ScopeMapping? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.scopeMappings[pk]
    }

    static func filter(_ filter: inout Filter<ScopeMapping>, in store: Store) {
        filter.text("name") { $0.name }
        filter.text("scope_name") { $0.scopeName }
        filter.anyText("managed") { $0.managed }
        filter.search { [$0.name, $0.scopeName] }
    }

    static func sortKey(_ field: String) -> ((ScopeMapping) -> SortKey)? {
        switch field {
        case "scope_name": { .text($0.scopeName) }
        case "name": { .text($0.name) }
        case "managed": { .text($0.managed) }
        default: nil
        }
    }

    static func json(_ row: ScopeMapping, _ request: APIRequest, in store: Store) -> JSONValue { row.json }
}
