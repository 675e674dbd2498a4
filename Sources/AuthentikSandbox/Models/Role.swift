import FoundationEssentials
import JSON

/// `authentik_rbac.role`: a named set of permissions, held by the groups and users that have it.
struct Role: Sendable, Codable {
    var pk = UUID()
    var name = ""
    /// Such as `authentik_core.view_application`.
    var permissions: Set<String> = []

    var json: JSONValue { ["pk": pk.json, "name": .string(name)] }
}
