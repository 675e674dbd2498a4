import FoundationEssentials
import JSON

/// `/events/events/`, looked up by UUID: the audit log, newest first.
enum Events: Resource {
    static let app = "authentik_events"
    static let modelName = "event"
    static let model = "Event"
    static let ordering = "-created"

    static func rows(in store: inout Store) -> [Event] { store.events.reversed() }
    static func rowsByKey(in store: inout Store) -> [Event] { store.events.sorted { $0.pk < $1.pk } }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Event? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.events.last { $0.pk == pk }
    }

    static func filter(_ filter: inout Filter<Event>, in store: Store) {
        filter.text("action") { $0.action.rawValue }
        filter.anyText("actions") { $0.action.rawValue }
        filter.text("username") { $0.actor?.username }
        filter.text("client_ip") { _ in "127.0.0.1" }
        filter.text("context_model_app") { $0.model?["app"]?.string }
        filter.text("context_model_name") { $0.model?["model_name"]?.string }
        filter.text("context_model_pk") { $0.model?["pk"]?.pythonText }
    }

    static func sortKey(_ field: String) -> ((Event) -> SortKey)? {
        switch field {
        case "created": { .number(Int($0.created.timeIntervalSince1970 * 1_000_000)) }
        case "action": { .text($0.action.rawValue) }
        default: nil
        }
    }

    static func json(_ row: Event, _ request: APIRequest, in store: Store) -> JSONValue { row.json(brand: store.brand) }

    static func autocomplete(in store: Store) -> JSONValue {
        func field(_ type: String, options: JSONValue = nil) -> JSONValue {
            ["type": .string(type), "nullable": false, "options": options]
        }
        func relation(_ name: String) -> JSONValue {
            ["type": "relation", "nullable": false, "options": nil, "relation": .string("authentik_events.\(name)")]
        }
        return [
            "current_model": "authentik_events.event",
            "models": [
                "authentik_events.event": [
                    "action": field("str", options: .strings(actions(store.release))),
                    "event_uuid": field("str"),
                    "app": field("str", options: .strings(Set(store.events.map(\.app)).sorted())),
                    "client_ip": field("str"),
                    "user": relation("event_user"),
                    "brand": relation("event_brand"),
                    "context": relation("event_context"),
                    "created": field("datetime", options: []),
                ],
                "authentik_events.event_user": [
                    "pk": field("int"), "username": field("str"), "email": field("str"),
                ],
                "authentik_events.event_brand": [
                    "pk": field("str"), "app": field("str"), "name": field("str"), "model_name": field("str"),
                ],
                "authentik_events.event_context": ["http_request": relation("event_context_http_request")],
                "authentik_events.event_context_http_request": [
                    "args": relation("event_context_http_request_args"), "path": field("str"),
                    "method": field("str"), "request_id": field("str"), "user_agent": field("str"),
                ],
            ],
        ]
    }

    /// All actions that Authentik logs.
    private static func actions(_ release: Release) -> [String] {
        let before = [
            "login", "login_failed", "logout", "user_write", "suspicious_request", "password_set", "secret_view",
            "secret_rotate", "invitation_used", "authorize_application", "source_linked", "impersonation_started",
            "impersonation_ended", "flow_execution", "policy_execution", "policy_exception",
            "property_mapping_exception", "system_task_execution", "system_task_exception", "system_exception",
            "configuration_error",
        ]
        let after = [
            "model_created", "model_updated", "model_deleted", "email_sent", "update_available", "export_ready",
        ]
        if !release.logsReviews { return before + after + ["custom_"] }
        let reviews = ["review_initiated", "review_overdue", "review_attested", "review_completed"]
        return before + ["configuration_warning"] + after + reviews + ["custom_"]
    }
}
