import FoundationEssentials
import JSON

/// `authentik_providers_oauth2.scopemapping`.
struct ScopeMapping: Sendable, Codable {
    var pk = UUID()
    var name: String
    var scopeName: String
    var managed: String
    var description: String
    /// The claims that its expression returns.
    var claims: [String]

    var json: JSONValue {
        [
            "pk": pk.json,
            "managed": .string(managed),
            "name": .string(name),
            "expression": .string("return {}"),
            "component": "ak-property-mapping-provider-scope-form",
            "verbose_name": "Scope Mapping",
            "verbose_name_plural": "Scope Mappings",
            "meta_model_name": "authentik_providers_oauth2.scopemapping",
            "scope_name": .string(scopeName),
            "description": .string(description),
        ]
    }
}
