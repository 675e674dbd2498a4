import FoundationEssentials
import JSON

/// `/rbac/roles/`, looked up by UUID.
enum Roles: EditableResource {
    static let app = "authentik_rbac"
    static let modelName = "role"
    static let model = "Role"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Role] { store.roles.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Role] { store.roles.inOrderOfKeys() }

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
        fields.text("name", into: &draft.name, required: true, blank: false, maximum: store.release.longestRoleName) {
            name in
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

/// `/rbac/permissions/`, only for listing the permissions of one role; any valid token is accepted.
///
/// Not recorded; follows `authentik/rbac/api/rbac.py`. Without `role` it lists every existing permission, which the
/// sandbox does not know.
enum RolePermissions: Resource {
    struct Row {
        var id: Int
        var app: String
        var codename: String
    }

    static let app = "auth"
    static let modelName = "permission"
    static let model = "Permission"
    static let ordering = "name"
    static let keyField = "id"

    static func list(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        guard let key = request.query["role"] else { throw .notInSandbox("a list of all permissions") }
        guard let pk = UUID(lenient: key), let role = store.roles[pk] else {
            throw .invalid("role", "Select a valid choice. That choice is not one of the available choices.")
        }
        let (page, rows) = try page(request, of: rows(of: role, in: store), in: store)
        return try list(rows, on: page, request, in: store)
    }

    /// A permission has the same number for every role.
    private static func rows(of role: Role, in store: Store) -> [Row] {
        let all = Set(store.roles.inOrderOfCreation.flatMap(\.permissions)).sorted()
        return all.enumerated().filter { role.permissions.contains($0.element) }.map { number, name in
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            return Row(id: number + 1, app: parts.first ?? "", codename: parts.last ?? "")
        }
    }

    static func rows(in store: inout Store) -> [Row] { [] }
    static func rowsByKey(in store: inout Store) -> [Row] { [] }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Row? { nil }

    static func filter(_ filter: inout Filter<Row>, in store: Store) {
        filter.text("codename") { $0.codename }
        filter.text("content_type__app_label") { $0.app }
    }

    static func sortKey(_ field: String) -> ((Row) -> SortKey)? { field == "codename" ? { .text($0.codename) } : nil }

    static func json(_ row: Row, _ request: APIRequest, in store: Store) -> JSONValue {
        let model = row.codename.split(separator: "_", maxSplits: 1).last.map(String.init) ?? ""
        return [
            "id": .integer(row.id),
            "name": .string("Can \(row.codename.replacing("_", with: " "))"),
            "codename": .string(row.codename),
            "model": .string(model),
            "app_label": .string(row.app),
            "app_label_verbose": .string(row.app),
            "model_verbose": .string(model),
        ]
    }
}
