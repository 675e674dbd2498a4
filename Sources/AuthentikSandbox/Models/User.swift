import FoundationEssentials
import JSON

/// `authentik_core.user`.
struct User: Sendable, Codable {
    enum Kind: String, Choice, Codable {
        case `internal`, external
        case serviceAccount = "service_account"
        case internalServiceAccount = "internal_service_account"
    }

    var pk: Int
    var username = ""
    var name = ""
    var email = ""
    var kind = Kind.internal
    var isActive = true
    var attributes: [String: JSONValue] = [:]
    var path = "users"
    var uuid = UUID()
    /// How OAuth2 clients identify the user if the subject is hashed.
    var uid = Random.hexadecimal(64)
    var joined = Date()

    /// The fields of a user in its groups and bindings.
    var summary: [String: JSONValue] {
        [
            "pk": .integer(pk),
            "username": .string(username),
            "name": .string(name),
            "is_active": .bool(isActive),
            "last_login": nil,
            "email": .string(email),
            "attributes": .object(attributes),
            "uid": .string(uid),
        ]
    }

    /// What a binding shows of its user.
    func nested(in store: Store) -> JSONValue {
        store.release.abridgesBindingSubjects ? .object(summary) : json(in: store)
    }

    func json(withGroups hasGroups: Bool = true, in store: Store) -> JSONValue {
        let groups = store.groups(of: pk)
        var fields = summary
        fields["is_superuser"] = .bool(store.isSuperuser(pk))
        fields["groups"] = .array(groups.map(\.pk.json))
        fields["groups_obj"] = hasGroups ? .array(groups.map { .object($0.summary(store.release)) }) : .null
        fields["avatar"] = .string(Self.avatar)
        fields["path"] = .string(path)
        fields["type"] = .string(kind.rawValue)
        fields["uuid"] = uuid.json
        if store.release.usersHaveRoles {
            fields["roles"] = []
            fields["roles_obj"] = []
            fields["date_joined"] = joined.json
            fields["password_change_date"] = joined.json
            fields["last_updated"] = joined.json
        }
        return .object(fields)
    }

    /// What `/core/users/me/` answers for the user.
    func selfJSON(in store: Store) -> JSONValue {
        let groups = store.groups(of: pk)
        var fields: [String: JSONValue] = [
            "pk": .integer(pk),
            "username": .string(username),
            "name": .string(name),
            "is_active": .bool(isActive),
            "is_superuser": .bool(store.isSuperuser(pk)),
            "groups": .array(groups.map { ["name": .string($0.name), "pk": $0.pk.json] }),
            "email": .string(email),
            "avatar": .string(Self.avatar),
            "uid": .string(uid),
            "settings": [:],
            "type": .string(kind.rawValue),
            "system_permissions": [],
        ]
        // A request with a token has no session, which could have other users.
        if store.release.listsSessionUsers { fields["is_current"] = true }
        if store.release.usersHaveRoles {
            fields["roles"] = .array(
                store.roles(of: pk).map { ["name": .string($0.name), "pk": $0.pk.json] }
            )
        }
        return .object(fields)
    }

    /// The fields that placeholders in a launch URL can name.
    func placeholders(isSuperuser: Bool) -> [String: String] {
        [
            "pk": String(pk), "username": username, "name": name, "email": email, "uid": uid,
            "type": kind.rawValue, "is_active": isActive ? "True" : "False",
            "is_superuser": isSuperuser ? "True" : "False",
        ]
    }

    private static let avatar = "/static/dist/assets/images/user_default.png"
}

/// `authentik_core.group`.
struct Group: Sendable, Codable {
    var pk = UUID()
    var name = ""
    var isSuperuser = false
    var parents: [UUID] = []
    var users: [Int] = []
    var attributes: JSONValue = [:]
    var roles: [UUID] = []

    /// The fields of a group in its users, and since 2025.12 in its bindings.
    func summary(_ release: Release) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "pk": pk.json,
            "num_pk": .integer(number),
            "name": .string(name),
            "is_superuser": .bool(isSuperuser),
            "attributes": attributes,
        ]
        if !release.groupsHaveParents {
            fields["parent"] = parents.first.json
            fields["parent_name"] = .null
        }
        return fields
    }

    /// A number for the group where a UUID does not fit: the first five digits of the UUID.
    private var number: Int {
        // Long division of the 128 bits by ten: the remainders are the decimal digits, last one first.
        var bytes = withUnsafeBytes(of: pk.uuid) { [UInt8]($0) }
        var digits: [Int] = []
        while bytes.contains(where: { $0 != 0 }) {
            var remainder = 0
            for index in bytes.indices {
                let value = remainder << 8 | Int(bytes[index])
                bytes[index] = UInt8(value / 10)
                remainder = value % 10
            }
            digits.append(remainder)
        }
        return digits.reversed().prefix(5).reduce(0) { $0 * 10 + $1 }
    }
}

/// `authentik_rbac.role`: a named set of permissions, held by the groups and users that have it.
struct Role: Sendable, Codable {
    var pk = UUID()
    var name = ""
    /// Such as `authentik_core.view_application`.
    var permissions: Set<String> = []

    var json: JSONValue { ["pk": pk.json, "name": .string(name)] }
}

/// `authentik_core.token`: a key that identifies a user.
struct Token: Sendable, Codable {
    enum Intent: String, Choice, Codable {
        case verification, api, recovery
        case appPassword = "app_password"
    }

    var pk = UUID()
    var identifier = ""
    var intent = Intent.api
    var user = 0
    var key = Random.alphanumeric(60)
    var description = ""
    var isExpiring = true
    /// Shown, but without effect, for a token that does not expire.
    var expires = Date(timeIntervalSinceNow: 30 * 60)

    /// Whether the API accepts it.
    var opensAPI: Bool { intent == .api && (!isExpiring || expires > Date()) }
}
