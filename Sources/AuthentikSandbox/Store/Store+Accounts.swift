import FoundationEssentials

/// Accounts and their permissions.
extension Store {
    /// The user of an API token's key.
    func user(tokenKey: String) -> User? {
        guard let token = indexes.tokenByKey[tokenKey].flatMap({ tokens[$0] }), token.opensAPI,
            let user = users[token.user], user.isActive
        else { return nil }
        return user
    }

    /// The groups of a user, in the order of lists.
    func groups(of user: Int) -> [Group] {
        groups.inOrderOfCreation.filter { $0.users.contains(user) }.sorted { $0.name < $1.name }
    }

    /// The user's groups, including all of their parents.
    func allGroups(of user: Int) -> [UUID: Group] {
        var found: [UUID: Group] = [:]
        var rest = groups(of: user)
        while let group = rest.popLast() {
            guard found[group.pk] == nil else { continue }
            found[group.pk] = group
            rest += group.parents.compactMap { groups[$0] }
        }
        return found
    }

    func isSuperuser(_ user: Int) -> Bool { allGroups(of: user).values.contains { $0.isSuperuser } }

    func roles(of user: Int) -> [Role] {
        var seen: Set<UUID> = []
        return allGroups(of: user).values.flatMap(\.roles).filter { seen.insert($0).inserted }
            .compactMap { roles[$0] }.sorted { $0.name < $1.name }
    }

    /// - Parameter permission: such as `authentik_core.view_application`.
    func may(_ user: Int, _ permission: String) -> Bool {
        isSuperuser(user) || roles(of: user).contains { $0.permissions.contains(permission) }
    }

    /// Whether a user is a direct member of one of some groups.
    func isMember(_ user: Int, ofAny groups: Set<UUID>) -> Bool {
        groups.contains { self.groups[$0]?.users.contains(user) ?? false }
    }

    /// Adds a user to some groups and removes it from all others.
    mutating func replaceGroups(of user: Int, with wanted: [UUID]) {
        for group in groups.inOrderOfCreation {
            let others = group.users.filter { $0 != user }
            switch (group.users.contains(user), wanted.contains(group.pk)) {
            case (false, true): replaceMembers(of: group, with: group.users + [user])
            case (true, false): replaceMembers(of: group, with: others)
            default: continue
            }
        }
    }
}
