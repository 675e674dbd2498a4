package import JSON

/// The fields of a user that are needed to set up an account.
package struct UserRecord: Sendable, Equatable {
    package var pk: Int
    package var username: String
    /// `service_account` for that of a program.
    package var type: String
    package var isSuperuser: Bool
}

extension UserRecord: ListedObject {
    package var key: Int { pk }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        username = try json.read("username")
        type = try json.readIfPresent("type") ?? ""
        isSuperuser = try json.readIfPresent("is_superuser") ?? false
    }
}

/// A role: a named set of permissions.
package struct RoleRecord: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String

    package var key: String { pk }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        name = try json.read("name")
    }
}

/// A group and its members.
package struct GroupRecord: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String
    package var isSuperuser: Bool
    package var users: [Int]
    package var roles: [String]

    package var key: String { pk }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        name = try json.read("name")
        isSuperuser = try json.read("is_superuser")
        users = try json.read("users")
        roles = try json.read("roles")
    }
}

/// A token, without its key.
package struct TokenRecord: Sendable, Equatable, JSONReadable {
    package var identifier: String
    package var intent: String
    package var user: Int
    package var expiring: Bool

    package init(_ json: JSONElement) throws(JSONMismatch) {
        identifier = try json.read("identifier")
        intent = try json.read("intent")
        user = try json.read("user")
        expiring = try json.read("expiring")
    }
}

/// A permission of a role.
struct PermissionRecord: Sendable, ListedObject {
    var id: Int
    var codename: String
    var app: String

    var key: Int { id }
    var name: String { "\(app).\(codename)" }

    init(_ json: JSONElement) throws(JSONMismatch) {
        id = try json.read("id")
        codename = try json.read("codename")
        app = try json.read("app_label")
    }
}

/// The account of a token, from `GET /core/users/me/`.
package struct Account: Sendable, Equatable {
    package var username: String
    package var isSuperuser: Bool
    /// Its roles, including those of its groups; nil before 2025.12, which does not report them.
    package var roles: [RoleRecord]?
}

extension Account: JSONReadable {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        guard let user = json["user"] else { throw JSONMismatch(json, lacking: "user") }
        username = try user.read("username")
        isSuperuser = try user.readIfPresent("is_superuser") ?? false
        roles = try user.readIfPresent("roles")
    }
}
