import FoundationEssentials
import JSON

/// `authentik_core.applicationentitlement`.
struct ApplicationEntitlement: Sendable {
    let pk = UUID()
    var name = ""
    var app: UUID?
    var attributes: [String: JSONValue] = [:]

    var json: JSONValue {
        ["pbm_uuid": pk.json, "name": .string(name), "app": app.json, "attributes": .object(attributes)]
    }
}
