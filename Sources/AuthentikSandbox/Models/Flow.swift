import FoundationEssentials
import JSON

/// `authentik_flows.flow`.
struct Flow: Sendable, Codable {
    var pk = UUID()
    /// Its key as a target of bindings, in addition to its primary key.
    var bindingTarget = UUID()
    var slug: String
    var name: String
    var title: String
    var designation: Designation
    var authentication: Authentication
    /// The stages bound to it; their function has no meaning here.
    var stages: [UUID]

    enum Designation: String, Choice, Codable {
        case authentication, authorization, invalidation, enrollment, unenrollment, recovery
        case stageConfiguration = "stage_configuration"
    }

    enum Authentication: String, Choice, Codable {
        case none
        case requireAuthenticated = "require_authenticated"
        case requireUnauthenticated = "require_unauthenticated"
    }

    func json(in store: Store) -> JSONValue {
        let background: JSONValue = "/static/dist/assets/images/flow_background.jpg"
        var fields: [String: JSONValue] = [
            "pk": pk.json,
            "policybindingmodel_ptr_id": bindingTarget.json,
            "name": .string(name),
            "slug": .string(slug),
            "title": .string(title),
            "designation": .string(designation.rawValue),
            "background": background,
            "stages": .array(stages.map(\.json)),
            "policies": .array(store.bindings(of: pk).compactMap(\.policy).map(\.json)),
            "cache_count": 0,
            "policy_engine_mode": .string(PolicyEngineMode.any.rawValue),
            "compatibility_mode": false,
            "export_url": .string("/api/v3/flows/instances/\(slug)/export/"),
            "layout": "stacked",
            "denied_action": "message_continue",
            "authentication": .string(authentication.rawValue),
        ]
        if store.release.resolvesBackgrounds {
            fields["background"] = ""
            fields["background_url"] = background
            fields["background_themed_urls"] = .null
        }
        return .object(fields)
    }
}
