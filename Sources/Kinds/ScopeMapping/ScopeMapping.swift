package import AuthentikAPI

/// A scope mapping, as `/propertymappings/provider/scope/` shows it.
package struct ScopeMapping: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String
    /// Not unique.
    package var scopeName: String
    /// The unique name of what Authentik itself brings: `goauthentik.io/providers/oauth2/scope-openid`.
    package var managed: String?

    package var key: String { pk }

    package init(pk: String, name: String, scopeName: String, managed: String? = nil) {
        self.pk = pk
        self.name = name
        self.scopeName = scopeName
        self.managed = managed
    }

    private enum CodingKeys: String, CodingKey {
        case pk, name, managed
        case scopeName = "scope_name"
    }
}

extension Kind {
    /// Scope mappings are only used.
    package static let scopeMapping = Kind(
        "scopeMapping",
        .scopeMappings,
        identity: ["managed", "scope_name"],
        ownership: .others,
        noun: "scope mapping",
        requests: [RequestUse("GET", .scopeMappings, "find the scopes of providers")]
    )
}

extension Endpoint {
    package static let scopeMappings = Endpoint(
        "propertymappings/provider/scope",
        ObjectModel("authentik_providers_oauth2", "scopemapping")
    )
}

extension AuthentikClient {
    /// All scope mappings.
    package func scopeMappings() async throws -> [ScopeMapping] { try await list(Kind.scopeMapping.endpoint) }
}
