import FoundationEssentials
import JSON

/// `authentik_flows.flow`.
struct Flow: Sendable {
    let pk = UUID()
    let bindingTarget = UUID()
    let slug: String
    let name: String
    let title: String
    let designation: Designation
    let authentication: Authentication
    /// The stages bound to it; what they do has no meaning here.
    let stages: [UUID]
    /// The policies bound to it; what they do has no meaning here.
    let policies: [UUID]

    enum Designation: String, Choice {
        case authentication, authorization, invalidation, enrollment, unenrollment, recovery
        case stageConfiguration = "stage_configuration"
    }

    enum Authentication: String, Choice {
        case none
        case requireAuthenticated = "require_authenticated"
        case requireUnauthenticated = "require_unauthenticated"
    }

    var json: JSONValue {
        [
            "pk": pk.json,
            "policybindingmodel_ptr_id": bindingTarget.json,
            "name": .string(name),
            "slug": .string(slug),
            "title": .string(title),
            "designation": .string(designation.rawValue),
            "background": "",
            "background_url": "/static/dist/assets/images/flow_background.jpg",
            "background_themed_urls": nil,
            "stages": .array(stages.map(\.json)),
            "policies": .array(policies.map(\.json)),
            "cache_count": 0,
            "policy_engine_mode": .string(PolicyEngineMode.any.rawValue),
            "compatibility_mode": false,
            "export_url": .string("/api/v3/flows/instances/\(slug)/export/"),
            "layout": "stacked",
            "denied_action": "message_continue",
            "authentication": .string(authentication.rawValue),
        ]
    }
}
