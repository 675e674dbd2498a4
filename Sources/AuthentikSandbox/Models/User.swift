import FoundationEssentials
import JSON

/// `authentik_core.user`.
struct User: Sendable {
    let pk: Int
    let username: String
    let name: String
    let email: String
    let isSuperuser: Bool
    /// What OAuth2 clients know the user by when the subject is hashed.
    let uid = Random.hexadecimal(64)

    /// What a binding or a group shows of its user.
    var summary: JSONValue {
        [
            "pk": .integer(pk),
            "username": .string(username),
            "name": .string(name),
            "is_active": true,
            "last_login": nil,
            "email": .string(email),
            "attributes": [:],
            "uid": .string(uid),
        ]
    }

    /// The fields that placeholders in a launch URL can name.
    var placeholders: [String: String] {
        [
            "pk": String(pk), "username": username, "name": name, "email": email, "uid": uid, "type": "internal",
            "is_active": "True", "is_superuser": isSuperuser ? "True" : "False",
        ]
    }
}
