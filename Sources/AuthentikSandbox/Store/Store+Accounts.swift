import FoundationEssentials

/// Who somebody is, and what they may do.
extension Store {
    /// The user whom the API knows by a key.
    func user(tokenKey: String) -> User? {
        guard let token = indexes.tokenByKey[tokenKey].flatMap({ tokens[$0] }), token.opensAPI,
            let user = users[token.user], user.isActive
        else { return nil }
        return user
    }

    /// The groups that a user is in, in the order of lists.
    func groups(of user: Int) -> [Group] {
        groups.inOrderOfCreation.filter { $0.users.contains(user) }.sorted { $0.name < $1.name }
    }

    /// The user's groups with all that those are in.
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

    /// Whether a user may open an application: its bindings decide, and without an enabled one it is open to everybody.
    func mayOpen(_ user: Int, _ application: Application) -> Bool {
        let enabled = bindings(of: application.pk).filter(\.isEnabled)
        if enabled.isEmpty { return true }
        let groups = allGroups(of: user)
        let results = enabled.map { binding in
            // What a policy would decide is not known here: it lets nobody in.
            let passes = binding.group.map { groups[$0] != nil } ?? binding.user.map { $0 == user } ?? false
            return passes != binding.negate
        }
        switch application.policyEngineMode {
        case .all: return results.allSatisfy { $0 }
        case .any: return results.contains(true)
        }
    }
}
