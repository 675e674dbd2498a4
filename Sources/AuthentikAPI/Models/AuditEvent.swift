package import FoundationEssentials

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
}

extension AuditEvent: ListedObject {
    package var key: String { pk }
}

extension AuditEvent: Decodable {
    private enum CodingKeys: String, CodingKey {
        case pk, user, created, context
        case clientAddress = "client_ip"
    }

    private enum UserKeys: String, CodingKey {
        case username
    }

    private enum ContextKeys: String, CodingKey {
        case model
        case request = "http_request"
    }

    private enum ModelKeys: String, CodingKey {
        case app, pk
        case name = "model_name"
    }

    private enum RequestKeys: String, CodingKey {
        case id = "request_id"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pk = try container.decode(String.self, forKey: .pk)
        created = try container.date(forKey: .created)
        // The other members of an event depend on its kind.
        let user = try? container.nestedContainer(keyedBy: UserKeys.self, forKey: .user)
        username = try? user?.decode(String.self, forKey: .username)
        let context = try? container.nestedContainer(keyedBy: ContextKeys.self, forKey: .context)
        let model = try? context?.nestedContainer(keyedBy: ModelKeys.self, forKey: .model)
        app = try? model?.decode(String.self, forKey: .app)
        modelName = try? model?.decode(String.self, forKey: .name)
        let number = try? model?.decode(Int.self, forKey: .pk)
        objectPK = number.map(String.init) ?? (try? model?.decode(String.self, forKey: .pk))
        let request = try? context?.nestedContainer(keyedBy: RequestKeys.self, forKey: .request)
        requestID = try? request?.decode(String.self, forKey: .id)
        clientAddress = try? container.decode(String.self, forKey: .clientAddress)
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

    private enum CodingKeys: String, CodingKey {
        case pk, name, path, status
        case isEnabled = "enabled"
        case appliedAt = "last_applied"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pk = try container.decode(String.self, forKey: .pk)
        name = try container.decode(String.self, forKey: .name)
        path = try container.decodeIfPresent(String.self, forKey: .path) ?? ""
        isEnabled = try container.decodeIfPresent(Bool.self, forKey: .isEnabled) ?? true
        isApplied = try container.decodeIfPresent(String.self, forKey: .status) != "error"
        appliedAt = try container.date(forKey: .appliedAt)
    }
}

extension KeyedDecodingContainer {
    /// A time as RFC 3339 writes it, with fractions of a second or without.
    fileprivate func date(forKey key: Key) throws -> Date {
        let text = try decode(String.self, forKey: key)
        if let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text) { return date }
        if let date = try? Date.ISO8601FormatStyle().parse(text) { return date }
        throw DecodingError.dataCorruptedError(
            forKey: key,
            in: self,
            debugDescription: "'\(key.stringValue)' is not an RFC 3339 time"
        )
    }
}
