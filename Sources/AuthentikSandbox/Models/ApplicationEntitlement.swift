import FoundationEssentials
import JSON

/// `authentik_core.applicationentitlement`.
struct ApplicationEntitlement: Sendable, Codable {
    var pk = UUID()
    var name = ""
    var app: UUID?
    /// An object; before 2025.12 any JSON.
    var attributes: JSONValue = [:]

    var json: JSONValue {
        ["pbm_uuid": pk.json, "name": .string(name), "app": app.json, "attributes": attributes]
    }
}
