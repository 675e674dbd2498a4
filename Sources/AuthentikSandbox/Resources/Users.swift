import FoundationEssentials
import JSON

/// `/core/users/`, looked up by number.
enum Users: Resource {
    static let app = "authentik_core"
    static let modelName = "user"
    static let model = "User"
    static let ordering = "username"

    static func rows(in store: inout Store) -> [User] { store.users.inOrder() }
    static func rowsByKey(in store: inout Store) -> [User] { store.users.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> User? {
        guard let pk = Int(key) else { throw .notFound }
        return store.users[pk]
    }

    static func filter(_ filter: inout Filter<User>, in store: Store) {
        filter.text("username") { $0.username }
        filter.text("name") { $0.name }
        filter.text("email") { $0.email }
        filter.text("uuid") { $0.uuid.text }
        filter.text("path") { $0.path }
        filter.anyText("type") { $0.kind.rawValue }
        filter.flag("is_active") { $0.isActive }
        filter.flag("is_superuser") { store.isSuperuser($0.pk) }
        filter.members("groups_by_name", find: { store.indexes.groupByName[$0] }) { store.isMember($0.pk, ofAny: $1) }
        filter.members("groups_by_pk", find: { UUID(lenient: $0).flatMap { store.groups[$0]?.pk } }) {
            store.isMember($0.pk, ofAny: $1)
        }
        filter.search { [$0.username, $0.name, $0.email] }
    }

    static func sortKey(_ field: String) -> ((User) -> SortKey)? {
        switch field {
        case "username": { .text($0.username) }
        case "name": { .text($0.name) }
        default: nil
        }
    }

    static func json(_ row: User, _ request: APIRequest, in store: Store) -> JSONValue {
        row.json(withGroups: request.query["include_groups"]?.lowercased() != "false", in: store)
    }

    static func autocomplete(in store: Store) -> JSONValue {
        func field(_ type: String, nullable: Bool = false, options: JSONValue = nil) -> JSONValue {
            ["type": .string(type), "nullable": .bool(nullable), "options": options]
        }
        return [
            "current_model": "authentik_core.user",
            "models": [
                "authentik_core.user": [
                    "username": field("str"),
                    "name": field("str"),
                    "email": field("str"),
                    "path": field("str"),
                    "is_active": field("bool", nullable: true),
                    "type": field("str", options: .strings(User.Kind.allCases.map(\.rawValue))),
                    "attributes": [
                        "type": "relation", "nullable": false, "options": nil,
                        "relation": "authentik_core.user_attributes",
                    ],
                ]
            ],
        ]
    }

    static func create(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        var user = User(pk: 0)
        let groups = try validate(request.json(), into: &user, partial: false, in: store)
        user.pk = store.keys.makeUserKey()
        store.replace(nil, with: user)
        store.replaceGroups(of: user.pk, with: groups ?? [])
        return .created(json(user, request, in: store))
    }

    static func update(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let old = try find(request, in: store)
        var user = old
        let groups = try validate(request.json(), into: &user, partial: request.method == "PATCH", in: store)
        store.replace(old, with: user)
        if let groups { store.replaceGroups(of: user.pk, with: groups) }
        return .ok(json(user, request, in: store))
    }

    /// - Returns: the groups that the user should be in; nil to leave them unchanged.
    private static func validate(
        _ body: JSONValue,
        into draft: inout User,
        partial: Bool,
        in store: Store
    ) throws(Refusal) -> [UUID]? {
        let pk = draft.pk
        var fields = try Validator(body, partial: partial)
        fields.text("username", into: &draft.username, required: true, blank: false, maximum: 150) { username in
            guard let other = store.indexes.userByName[username], other != pk else { return nil }
            return "This field must be unique."
        }
        fields.text("name", into: &draft.name, required: true)
        fields.flag("is_active", into: &draft.isActive)
        fields.text("email", into: &draft.email, maximum: 254)
        fields.text("path", into: &draft.path, blank: false)
        fields.choice("type", into: &draft.kind)
        var attributes = JSONValue.object(draft.attributes)
        fields.dictionary("attributes", into: &attributes)
        draft.attributes = attributes.object ?? [:]
        var groups: [UUID] = []
        fields.references("groups", into: &groups) { store.groups.contains($0) }
        try fields.finish()
        // A PUT without groups means none.
        return fields.isSent("groups") || !partial ? groups : nil
    }

    static func destroy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        store.replace(try find(request, in: store), with: nil)
        return .deleted
    }

    static func me(_ request: APIRequest, in store: inout Store) -> APIResponse {
        var answer: [String: JSONValue] = ["user": request.caller?.selfJSON(in: store) ?? .null]
        if store.release.listsSessionUsers { answer["users"] = [] }
        return .ok(.object(answer))
    }

    /// Creates a service account with a password, and a group if requested.
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
