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

    private enum CodingKeys: String, CodingKey {
        case pk, username, type
        case isSuperuser = "is_superuser"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        pk = try values.decode(Int.self, forKey: .pk)
        username = try values.decode(String.self, forKey: .username)
        type = try values.decodeIfPresent(String.self, forKey: .type) ?? ""
        isSuperuser = try values.decodeIfPresent(Bool.self, forKey: .isSuperuser) ?? false
    }
}

/// A role: a named set of permissions.
package struct RoleRecord: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String

    package var key: String { pk }
}

/// A group and its members.
package struct GroupRecord: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String
    package var isSuperuser: Bool
    package var users: [Int]
    package var roles: [String]

    package var key: String { pk }

    private enum CodingKeys: String, CodingKey {
        case pk, name, users, roles
        case isSuperuser = "is_superuser"
    }
}

/// A token, without its key.
package struct TokenRecord: Sendable, Equatable, Decodable {
    package var identifier: String
    package var intent: String
    package var user: Int
    package var expiring: Bool
}

/// A permission of a role.
struct PermissionRecord: Sendable, ListedObject {
    var id: Int
    var codename: String
    var app: String

    var key: Int { id }
    var name: String { "\(app).\(codename)" }

    private enum CodingKeys: String, CodingKey {
        case id, codename
        case app = "app_label"
    }
}

/// The account of a token, from `GET /core/users/me/`.
package struct Account: Sendable, Equatable {
    package var username: String
    package var isSuperuser: Bool
    /// Its roles, including those of its groups; nil before 2025.12, which does not report them.
    package var roles: [RoleRecord]?
}

extension Account: Decodable {
    private enum CodingKeys: String, CodingKey {
        case user
    }

    private enum UserKeys: String, CodingKey {
        case username
        case isSuperuser = "is_superuser"
        case roles
    }

    package init(from decoder: any Decoder) throws {
        let user = try decoder.container(keyedBy: CodingKeys.self)
            .nestedContainer(keyedBy: UserKeys.self, forKey: .user)
        username = try user.decode(String.self, forKey: .username)
        isSuperuser = try user.decodeIfPresent(Bool.self, forKey: .isSuperuser) ?? false
        roles = try user.decodeIfPresent([RoleRecord].self, forKey: .roles)
    }
}
