import FoundationEssentials
import JSON

/// `/rbac/roles/`, looked up by UUID.
enum Roles: EditableResource {
    static let app = "authentik_rbac"
    static let modelName = "role"
    static let model = "Role"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Role] { store.roles.inOrder() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Role? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.roles[pk]
    }

    static func filter(_ filter: inout Filter<Role>, in store: Store) {
        filter.text("name") { $0.name }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((Role) -> SortKey)? { field == "name" ? { .text($0.name) } : nil }

    static func json(_ row: Role, _ request: APIRequest, in store: Store) -> JSONValue { row.json }

    static func validate(_ body: JSONValue, into draft: inout Role, partial: Bool, in store: Store) throws(Refusal) {
        let pk = draft.pk
        var fields = try Validator(body, partial: partial)
        fields.text("name", into: &draft.name, required: true, blank: false, maximum: 150) { name in
            guard let other = store.indexes.roleByName[name], other != pk else { return nil }
            return "This field must be unique."
        }
        try fields.finish()
    }

    static func blank(in store: inout Store) -> Role { Role() }

    static func insert(_ row: Role, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: Role, with new: Role, in store: inout Store) { store.replace(old, with: new) }

    static func delete(_ row: Role, in store: inout Store) { store.replace(row, with: nil) }
}
