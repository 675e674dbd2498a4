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

    static func row(_ key: String, in store: Store) throws(Refusal) -> Group? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.groups[pk]
    }

    static func filter(_ filter: inout Filter<Group>, in store: Store) {
        filter.text("name") { $0.name }
        filter.flag("is_superuser") { $0.isSuperuser }
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
        store.release.groupsHaveParents
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
