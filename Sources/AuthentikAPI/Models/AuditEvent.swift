package import FoundationEssentials
package import JSON

/// An entry of Authentik's audit log about an object that was created, changed or deleted over HTTP.
package struct AuditEvent: Sendable, Equatable {
    package var pk: String
    /// The user who made the change; nil if Authentik does not report it.
    package var username: String?
    package var created: Date
    /// The Django app of the object's model: `authentik_core`.
    package var app: String?
    /// `application`, `oauth2provider`, `applicationentitlement`.
    package var modelName: String?
    /// An integer, or a UUID without dashes.
    package var objectPK: String?
    /// The `X-authentik-id` of the request that made the change.
    package var requestID: String?
    /// The network address that the request came from; nil if Authentik does not report it.
    package var clientAddress: String?
    /// Whether the object was deleted.
    package var isDeletion = false
}

extension AuditEvent: ListedObject {
    package var key: String { pk }
}

extension AuditEvent: JSONReadable {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        isDeletion = json["action"]?.string == "model_deleted"
        created = try json.date("created")
        // The other members of an event depend on its kind.
        username = json["user"]?["username"]?.string
        let context = json["context"]
        let model = context?["model"]
        app = model?["app"]?.string
        modelName = model?["model_name"]?.string
        objectPK = model?["pk"].flatMap { $0.integer.map(String.init) ?? $0.string }
        requestID = context?["http_request"]?["request_id"]?.string
        clientAddress = json["client_ip"]?.string
    }
}

/// A blueprint that Authentik applied: its writes are not in the audit log.
package struct AppliedBlueprint: Sendable, Equatable {
    package var pk: String
    package var name: String
    /// Relative to Authentik's folder of blueprints, or `oci://…`; empty for one stored in Authentik itself.
    package var path: String
    package var isEnabled: Bool
    /// Whether Authentik could apply it; a blueprint that cannot be applied completely is rolled back.
    package var isApplied: Bool
    package var appliedAt: Date

    package init(
        pk: String,
        name: String,
        path: String,
        isEnabled: Bool = true,
        isApplied: Bool = true,
        appliedAt: Date
    ) {
        self.pk = pk
        self.name = name
        self.path = path
        self.isEnabled = isEnabled
        self.isApplied = isApplied
        self.appliedAt = appliedAt
    }
}

extension AppliedBlueprint: ListedObject {
    package var key: String { pk }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        name = try json.read("name")
        path = try json.readIfPresent("path") ?? ""
        isEnabled = try json.readIfPresent("enabled") ?? true
        let status: String? = try json.readIfPresent("status")
        isApplied = status != "error"
        appliedAt = try json.date("last_applied")
    }
}

extension JSONElement {
    /// A time as RFC 3339 writes it, with fractions of a second or without.
    fileprivate func date(_ name: String) throws(JSONMismatch) -> Date {
        let text: String = try read(name)
        if let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text) { return date }
        if let date = try? Date.ISO8601FormatStyle().parse(text) { return date }
        throw JSONMismatch(self[name] ?? self, expected: "an RFC 3339 time")
    }
}
