import FoundationEssentials
import JSON

/// `authentik_core.user`.
struct User: Sendable, Codable {
    enum Kind: String, Codable {
        case `internal`
        case serviceAccount = "service_account"
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
    /// What OAuth2 clients know the user by when the subject is hashed.
    var uid = Random.hexadecimal(64)
    var joined = Date()

    /// What a binding or a group shows of its user.
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

    func json(in store: Store) -> JSONValue {
        let groups = store.groups(of: pk)
        var fields = summary
        fields["is_superuser"] = .bool(store.isSuperuser(pk))
        fields["groups"] = .array(groups.map(\.pk.json))
        fields["groups_obj"] = .array(groups.map { .object($0.summary(store.release)) })
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

    /// What the user is told of itself, at `/core/users/me/`.
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
