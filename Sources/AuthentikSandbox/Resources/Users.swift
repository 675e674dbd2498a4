import JSON

/// `/core/users/`, looked up by number; the only ones that can be made are service accounts.
enum Users: Resource {
    static let app = "authentik_core"
    static let modelName = "user"
    static let model = "User"
    static let ordering = "username"

    static func rows(in store: inout Store) -> [User] { store.users.inOrder() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> User? {
        guard let pk = Int(key) else { throw .notFound }
        return store.users[pk]
    }

    static func filter(_ filter: inout Filter<User>, in store: Store) {
        filter.text("username") { $0.username }
        filter.text("name") { $0.name }
        filter.flag("is_active") { $0.isActive }
        filter.search { [$0.username, $0.name, $0.email] }
    }

    static func sortKey(_ field: String) -> ((User) -> SortKey)? {
        switch field {
        case "username": { .text($0.username) }
        case "pk": { .number($0.pk) }
        default: nil
        }
    }

    static func json(_ row: User, _ request: APIRequest, in store: Store) -> JSONValue { row.json(in: store) }

    static func destroy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        store.replace(try find(request, in: store), with: nil)
        return .deleted
    }

    static func me(_ request: APIRequest, in store: inout Store) -> APIResponse {
        .ok(["user": request.caller?.selfJSON(in: store) ?? .null])
    }

    /// Makes an account for a program and a password for it, and a group if asked for.
    static func makeServiceAccount(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        var fields = try Validator(try request.json(), partial: false)
        var name = ""
        var createsGroup = false
        var isExpiring = true
        fields.text("name", into: &name, required: true, blank: false) { name in
            store.indexes.userByName[name] == nil ? nil : "This field must be unique."
        }
        fields.flag("create_group", into: &createsGroup)
        fields.flag("expiring", into: &isExpiring)
        try fields.finish()
        if createsGroup, store.indexes.groupByName[name] != nil {
            throw .invalid("name", store.release.groupNameTaken)
        }

        let user = User(
            pk: store.keys.makeUserKey(),
            username: name,
            name: name,
            kind: .serviceAccount,
            attributes: ["goauthentik.io/user/token-expires": .bool(isExpiring)],
            path: "goauthentik.io/service-accounts"
        )
        store.replace(nil, with: user)
        let token = Token(
            identifier: "service-account-\(name)-password",
            intent: .appPassword,
            user: user.pk,
            isExpiring: isExpiring
        )
        store.replace(nil, with: token)
        var answer: [String: JSONValue] = [
            "username": .string(name), "user_uid": .string(user.uid), "user_pk": .integer(user.pk),
            "token": .string(token.key),
        ]
        if createsGroup {
            let group = Group(name: name, users: [user.pk])
            store.replace(nil, with: group)
            answer["group_pk"] = group.pk.json
        }
        return .ok(.object(answer))
    }
}
