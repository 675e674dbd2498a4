package import JSON

/// An application entitlement, as `/core/application_entitlements/` shows it (since 2024.12).
package struct ApplicationEntitlement: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String
    /// The pk of its application.
    package var application: String
    /// Any JSON object.
    package var attributes: JSONValue

    package var key: String { pk }

    package init(pk: String, name: String, application: String, attributes: JSONValue) {
        self.pk = pk
        self.name = name
        self.application = application
        self.attributes = attributes
    }

    private enum CodingKeys: String, CodingKey {
        case name, attributes
        case pk = "pbm_uuid"
        case application = "app"
    }
}
