import FoundationEssentials
import JSON

/// `authentik_events.event`: an entry of the audit log.
struct Event: Sendable, Codable {
    enum Action: String, Codable {
        case login
        case passwordSet = "password_set"
        case secretView = "secret_view"
        case configurationError = "configuration_error"
        case modelCreated = "model_created"
        case modelUpdated = "model_updated"
        case modelDeleted = "model_deleted"
    }

    /// The author of an event.
    struct Actor: Sendable, Codable {
        var pk: Int
        var username: String
        var email: String

        init(_ user: User) {
            pk = user.pk
            username = user.username
            email = user.email
        }

        var json: JSONValue {
            ["pk": .integer(pk), "username": .string(username), "email": .string(email)]
        }
    }

    var pk = UUID()
    var actor: Actor?
    var action: Action
    /// The module of Authentik that wrote it.
    var app: String
    var context: [String: JSONValue]
    var created: Date

    /// The object that the event is about, if it is about one.
    var model: JSONValue? { context["model"] }

    func json(brand: UUID) -> JSONValue {
        [
            "pk": pk.json,
            "user": actor?.json ?? [:],
            "action": .string(action.rawValue),
            "app": .string(app),
            "context": .object(context),
            "client_ip": "127.0.0.1",
            "created": created.json,
            "expires": created.addingTimeInterval(365 * 86_400).json,
            "brand": [
                "pk": .string(brand.digits), "app": "authentik_brands", "name": "Default brand",
                "model_name": "brand",
            ],
        ]
    }
}
