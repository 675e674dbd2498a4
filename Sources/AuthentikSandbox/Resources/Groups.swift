import FoundationEssentials
import JSON

/// `/core/groups/`, looked up by UUID.
enum Groups: EditableResource {
    static let app = "authentik_core"
    static let modelName = "group"
    static let model = "Group"
    static let ordering = "name"

    /// The fields that the web interface's search box offers.
    private static let autocomplete: JSONValue = [
        "current_model": "authentik_core.group",
        "models": [
            "authentik_core.group": [
                "name": ["type": "str", "nullable": false, "options": nil],
                "is_superuser": ["type": "bool", "nullable": true, "options": nil],
                "attributes": [
                    "type": "relation", "nullable": false, "options": nil,
                    "relation": "authentik_core.group_attributes",
                ],
            ]
        ],
    ]

    static func autocomplete(in store: Store) -> JSONValue { autocomplete }

    static func rows(in store: inout Store) -> [Group] { store.groups.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Group] { store.groups.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Group? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.groups[pk]
    }

    static func filter(_ filter: inout Filter<Group>, in store: Store) {
        filter.text("name") { $0.name }
        filter.flag("is_superuser") { $0.isSuperuser }
        filter.members("members_by_username", find: { store.indexes.userByName[$0] }) { !$1.isDisjoint(with: $0.users) }
        filter.members("members_by_pk", find: { Int($0).flatMap { store.users[$0]?.pk } }) {
            !$1.isDisjoint(with: $0.users)
        }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((Group) -> SortKey)? {
        field == "name" ? { .text($0.name) } : nil
    }

    static func json(_ row: Group, _ request: APIRequest, in store: Store) -> JSONValue {
        let hasUsers = request.query["include_users"]?.lowercased() != "false"
        return .object(json(row, withUsers: hasUsers, in: store))
    }

    private static func json(_ row: Group, withUsers hasUsers: Bool, in store: Store) -> [String: JSONValue] {
        var fields = row.summary(store.release)
        let users = row.users.compactMap { store.users[$0] }.map { JSONValue.object($0.summary) }
        fields["users"] = .array(row.users.map { .integer($0) })
        fields["users_obj"] = hasUsers ? .array(users) : .null
        fields["roles"] = .array(row.roles.map(\.json))
        fields["roles_obj"] = .array(row.roles.compactMap { store.roles[$0]?.json })
        if store.release.groupsHaveParents {
            let children = store.groups.inOrderOfCreation.filter { $0.parents.contains(row.pk) }
            fields["parents"] = .array(row.parents.filter { store.groups.contains($0) }.map(\.json))
            fields["parents_obj"] = .null
            fields["inherited_roles_obj"] = .null
            fields["children"] = .array(children.map(\.pk.json))
            fields["children_obj"] = .null
        } else {
            fields["parent_name"] = .text(row.parents.first.flatMap { store.groups[$0]?.name })
        }
        return fields
    }

    /// What a binding shows of its group.
    static func nested(_ row: Group, in store: Store) -> JSONValue {
        store.release.abridgesBindingSubjects
            ? .object(row.summary(store.release)) : .object(json(row, withUsers: true, in: store))
    }

    static func validate(
        _ body: JSONValue,
        into draft: inout Group,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        let pk = draft.pk
        var fields = try Validator(body, partial: partial)
        fields.text("name", into: &draft.name, required: true, blank: false) { name in
            guard let other = store.indexes.groupByName[name], other != pk else { return nil }
            return store.release.groupNameTaken
        }
        fields.flag("is_superuser", into: &draft.isSuperuser)
        if store.release.groupsHaveParents {
            fields.references("parents", into: &draft.parents) { store.groups.contains($0) }
        } else {
            var parent = draft.parents.first
            fields.reference("parent", into: &parent, exists: { store.groups.contains($0) })
            draft.parents = parent.map { [$0] } ?? []
        }
        fields.references("users", into: &draft.users) { store.users.contains($0) }
        fields.references("roles", into: &draft.roles) { store.roles.contains($0) }
        fields.dictionary("attributes", into: &draft.attributes)
        try fields.finish()
    }

    static func blank(in store: inout Store) -> Group { Group() }

    static func insert(_ row: Group, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: Group, with new: Group, in store: inout Store) { store.replace(old, with: new) }

    static func delete(_ row: Group, in store: inout Store) { store.replace(row, with: nil) }
}

extension Groups {
    static let allRoutes: [Route] = {
        let path = "api/v3/core/groups/"
        return routes(path) + [
            Route("POST", path + "{}/add_user/", permission: "\(app).add_user_to_group", addUser),
            Route("POST", path + "{}/remove_user/", permission: "\(app).remove_user_from_group", removeUser),
            Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy),
        ]
    }()

    private static func addUser(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let group = try find(request, in: store)
        let user = try member(request, in: store)
        if !group.users.contains(user) { store.replaceMembers(of: group, with: group.users + [user]) }
        return .deleted
    }

    private static func removeUser(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let group = try find(request, in: store)
        let user = try member(request, in: store)
        store.replaceMembers(of: group, with: group.users.filter { $0 != user })
        return .deleted
    }

    /// The user named by a request, if the caller may see it.
    private static func member(_ request: APIRequest, in store: Store) throws(Refusal) -> Int {
        let pk = try request.json()["pk"]
        guard let key = pk?.integer ?? pk?.string.flatMap({ Int($0) }), let user = store.users[key],
            store.may(request.callerKey, Users.permission("view"))
        else { throw .notFound }
        return user.pk
    }

    /// The bindings and members of a group, as far as the caller may see them.
    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let group = try find(request, in: store)
        let state = store
        func use(_ model: any Resource.Type, pk: JSONValue, name: String, action: String) -> JSONValue {
            [
                "app": .string(model.app), "model_name": .string(model.modelName), "pk": pk, "name": .string(name),
                "action": .string(action),
            ]
        }
        var uses: [JSONValue] = []
        if store.may(request.callerKey, PolicyBindings.permission("view")) {
            uses += store.bindings.inOrderOfCreation.filter { $0.group == group.pk }.map { binding in
                use(PolicyBindings.self, pk: binding.pk.json, name: binding.name(in: state), action: "cascade")
            }
        }
        if store.may(request.callerKey, Users.permission("view")) {
            uses += group.users.compactMap { state.users[$0] }.map { user in
                use(Users.self, pk: .string(String(user.pk)), name: user.username, action: "cascade_many")
            }
        }
        return .ok(.array(uses))
    }
}
