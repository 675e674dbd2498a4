import FoundationEssentials
import JSON

/// `/core/application_entitlements/`, looked up by UUID.
enum ApplicationEntitlements: EditableResource {
    static let app = "authentik_core"
    static let modelName = "applicationentitlement"
    static let model = "ApplicationEntitlement"
    static let ordering = "name"
    static let keyField = "pbm_uuid"

    static func rows(in store: inout Store) -> [ApplicationEntitlement] { store.entitlements.inOrder() }
    static func rowsByKey(in store: inout Store) -> [ApplicationEntitlement] { store.entitlements.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> ApplicationEntitlement? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.entitlements[pk]
    }

    static func filter(_ filter: inout Filter<ApplicationEntitlement>, in store: Store) {
        filter.text("name") { $0.name }
        filter.reference("app", exists: { store.applications.contains($0) }) { $0.app }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((ApplicationEntitlement) -> SortKey)? {
        field == "name" ? { .text($0.name) } : nil
    }

    static func json(_ row: ApplicationEntitlement, _ request: APIRequest, in store: Store) -> JSONValue { row.json }

    static func validate(
        _ body: JSONValue,
        into draft: inout ApplicationEntitlement,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        var fields = try Validator(body, partial: partial)
        fields.text("name", into: &draft.name, required: true, blank: false)
        fields.reference(
            "app",
            into: &draft.app,
            required: true,
            nullable: false,
            exists: { store.applications.contains($0) }
        )
        if store.release.requiresAttributesObject {
            fields.dictionary("attributes", into: &draft.attributes)
        } else if let attributes = fields.value("attributes") {
            draft.attributes = attributes
        }
        try fields.finish()
        if let app = draft.app, let other = store.indexes.entitlementsByApplication[app]?[draft.name],
            other != draft.pk
        {
            throw .invalid("non_field_errors", "The fields app, name must make a unique set.")
        }
        try store.checkAttributes(body["attributes"], of: draft.pk)
    }

    static func blank(in store: inout Store) -> ApplicationEntitlement { ApplicationEntitlement() }

    static func insert(_ row: ApplicationEntitlement, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: ApplicationEntitlement, with new: ApplicationEntitlement, in store: inout Store) {
        store.replace(old, with: new)
    }

    static func delete(_ row: ApplicationEntitlement, in store: inout Store) { store.replace(row, with: nil) }
}
