import FoundationEssentials
import JSON

/// `authentik_sources_oauth.oauthsource`: another identity provider, whose tokens a provider may accept.
struct Source: Sendable, Codable {
    var pk = UUID()
    var name: String
    var slug: String

    var json: JSONValue {
        [
            "pk": pk.json,
            "name": .string(name),
            "slug": .string(slug),
            "enabled": true,
            "authentication_flow": nil,
            "enrollment_flow": nil,
            "user_property_mappings": [],
            "group_property_mappings": [],
            "component": "ak-source-oauth-form",
            "verbose_name": "OAuth Source",
            "verbose_name_plural": "OAuth Sources",
            "meta_model_name": "authentik_sources_oauth.oauthsource",
            "policy_engine_mode": .string(PolicyEngineMode.any.rawValue),
            "user_matching_mode": "identifier",
            "managed": nil,
            "user_path_template": "goauthentik.io/sources/%(slug)s",
            "icon": nil,
        ]
    }
}

/// `/sources/all/`, looked up by slug.
///
/// Sources are declared in a state, and only shown here; no recording has them.
///
/// Source: `authentik/core/api/sources.py`, which shows a little more in newer releases.
enum Sources: Resource {
    static let app = "authentik_core"
    static let modelName = "source"
    static let model = "Source"
    static let ordering = "slug"

    static func rows(in store: inout Store) -> [Source] { store.sources.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Source] { store.sources.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) -> Source? {
        store.sources.inOrderOfCreation.first { $0.slug == key }
    }

    static func filter(_ filter: inout Filter<Source>, in store: Store) {
        filter.text("slug") { $0.slug }
        filter.text("name") { $0.name }
        filter.search { [$0.slug, $0.name] }
    }

    static func sortKey(_ field: String) -> ((Source) -> SortKey)? {
        switch field {
        case "slug": { .text($0.slug) }
        case "name": { .text($0.name) }
        default: nil
        }
    }

    static func json(_ row: Source, _ request: APIRequest, in store: Store) -> JSONValue { row.json }

    static func routes(_ path: String) -> [Route] {
        [
            Route("GET", path, permission: permission("view"), list),
            Route(path + "{}/", .tokens, methods: ["GET", "DELETE"], ["GET": .init(permission("view"), retrieve)]),
        ]
    }
}
