package import AuthentikAPI
package import Base
import Kinds
package import Secrets

/// Creates the account that this program then runs as: a service account in a group whose role has only the permissions
/// that it needs, and an API token that does not expire.
///
/// What exists is checked and kept, so that a second run, also after an interrupted one, adds only what is missing;
/// surplus permissions are removed on request only. Something else under the same name is left alone, and ends the run.
package struct Bootstrap: Sendable {
    /// Has the token of a superuser, or of an account with the required permissions.
    package var client: AuthentikClient
    /// The name of the account, its group and its role; the token's identifier is derived from it.
    package var name: String
    /// The permissions of the role; by default those for a file that has services only.
    package var permissions = RequiredPermission.needed(by: []).map(\.name)
    /// Whether surplus permissions are removed: everything beyond ``permissions``, because permissions granted by an
    /// earlier release cannot be distinguished from those granted by somebody else.
    package var trims = false
    /// Called for each thing that is created or changed, with a clause.
    package var onChange: (@Sendable (String) -> Void)?

    /// Whether the account is read-only, for `reconcile plan`; then ``permissions`` are those for a plan.
    package var isViewOnly = false

    package static let standardName = "reconcile"
    package static let standardViewName = "reconcile-view"

    /// The command that removes surplus permissions.
    package static func trimming(_ name: String, _ invocation: Invocation, isViewOnly: Bool = false) -> String {
        let standard = isViewOnly ? standardViewName : standardName
        let account = name == standard ? [] : ["--account", name]
        return invocation.command("bootstrap", (isViewOnly ? ["--view-only"] : []) + ["--trim"] + account)
    }

    package init(client: AuthentikClient, name: String) {
        self.client = client
        self.name = name
    }

    /// The resulting account.
    package struct Account: Sendable {
        /// The token that the program is configured with.
        package var token: Secret
        package var tokenIdentifier: String
        /// The number of objects created or changed.
        package var changes: Int
        /// The permissions that its role still has beyond those that it needs, sorted.
        package var surplus: [String]
    }

    /// The existing objects with these names.
    private struct Present {
        var role: RoleRecord?
        var user: UserRecord?
        var group: GroupRecord?
        var token: TokenRecord?
        /// The token of the other type of account: read-write or read-only.
        var otherToken: TokenRecord?
        /// The role's permissions; empty if there is no role, or if they are not needed.
        var permissions: Set<String> = []

        /// - Throws: ``NameTaken`` if one of them is not what this program creates.
        func check(isViewOnly: Bool) throws(NameTaken) {
            if let otherToken {
                let sort = isViewOnly ? "an account that may write" : "a view-only account; see --view-only"
                throw NameTaken("the token '\(otherToken.identifier)' belongs to \(sort)")
            }
            if isViewOnly { try checkViewing() }
            if let user {
                guard user.type == "service_account" else {
                    throw NameTaken("the user '\(user.username)' is not a service account")
                }
                guard !user.isSuperuser else {
                    throw NameTaken("the service account '\(user.username)' is a superuser")
                }
            }
            if let group, group.isSuperuser {
                throw NameTaken("the group '\(group.name)' grants superuser rights to its members")
            }
            guard let token else { return }
            guard token.user == user?.pk else {
                throw NameTaken("the token '\(token.identifier)' belongs to another account")
            }
            guard token.intent == "api" else { throw NameTaken("the token '\(token.identifier)' is not an API token") }
            guard !token.expiring else {
                throw NameTaken("the token '\(token.identifier)' expires, and its key would then change")
            }
        }

        /// A read-write account must never be used as a read-only one.
        private func checkViewing() throws(NameTaken) {
            if let role {
                let views = RequiredPermission.needed(by: Set(FileFeature.allCases), forPlan: true).map(\.name)
                if let other = permissions.subtracting(views).min() {
                    throw NameTaken("the role '\(role.name)' permits more than viewing: \(other)")
                }
            }
            guard let group else { return }
            if group.roles.contains(where: { $0 != role?.pk }) {
                throw NameTaken("the group '\(group.name)' has another role, which may permit more than viewing")
            }
        }
    }

    /// - Throws: ``AuthentikError``; ``NameTaken``, and then nothing was changed; or `CancellationError`.
    package func run() async throws -> Account {
        let (mine, other) = ("\(name)-api", "\(name)-plan")
        let identifier = isViewOnly ? other : mine
        let present = try await look(for: identifier, isViewOnly ? mine : other)
        try present.check(isViewOnly: isViewOnly)
        var changes = 0
        let role = try await role(present, &changes)
        let surplus = try await permit(role, &changes)
        let user = try await user(present, &changes)
        try await join(user, to: role, in: present, &changes)
        if present.token == nil {
            _ = try await client.createToken(
                identifier,
                user: user.pk,
                description: isViewOnly ? "for 'reconcile plan'" : "for 'reconcile'"
            )
            note("created the API token '\(identifier)', which does not expire", &changes)
        }
        return Account(
            token: try await client.key(ofToken: identifier),
            tokenIdentifier: identifier,
            changes: changes,
            surplus: surplus
        )
    }

    private func look(for identifier: String, _ other: String) async throws -> Present {
        async let role = client.role(named: name)
        async let user = client.user(named: name)
        async let group = client.group(named: name)
        async let token = client.token(identifier)
        async let otherToken = client.token(other)
        var present = try await Present(role: role, user: user, group: group, token: token, otherToken: otherToken)
        if isViewOnly, let role = present.role { present.permissions = try await client.permissions(ofRole: role.pk) }
        return present
    }

    private func role(_ present: Present, _ changes: inout Int) async throws -> RoleRecord {
        if let role = present.role { return role }
        let role = try await client.createRole(named: name)
        note("created the role '\(name)'", &changes)
        return role
    }

    /// Grants the role what is missing, and removes the surplus on request.
    ///
    /// - Returns: the surplus that the role still has.
    private func permit(_ role: RoleRecord, _ changes: inout Int) async throws -> [String] {
        let present = try await client.permissions(ofRole: role.pk)
        let missing = permissions.filter { !present.contains($0) }
        if !missing.isEmpty {
            try await client.assign(missing, toRole: role.pk)
            note("granted the role \(missing.count == 1 ? missing[0] : "\(missing.count) permissions")", &changes)
        }
        let surplus = present.subtracting(permissions).sorted()
        guard trims, !surplus.isEmpty else { return surplus }
        try await client.unassign(surplus, fromRole: role.pk)
        note("removed permissions that are not needed from the role: \(surplus.joined(separator: ", "))", &changes)
        return []
    }

    private func user(_ present: Present, _ changes: inout Int) async throws -> UserRecord {
        if let user = present.user { return user }
        let user = try await client.createServiceAccount(named: name)
        note("created the service account '\(name)'", &changes)
        return user
    }

    private func join(
        _ user: UserRecord,
        to role: RoleRecord,
        in present: Present,
        _ changes: inout Int
    ) async throws {
        guard let group = present.group else {
            _ = try await client.createGroup(named: name, users: [user.pk], roles: [role.pk])
            return note("created the group '\(name)', with the account and the role", &changes)
        }
        guard !group.users.contains(user.pk) || !group.roles.contains(role.pk) else { return }
        try await client.updateGroup(
            pk: group.pk,
            users: group.users + (group.users.contains(user.pk) ? [] : [user.pk]),
            roles: group.roles + (group.roles.contains(role.pk) ? [] : [role.pk])
        )
        note("added the account and the role to the group '\(name)'", &changes)
    }

    private func note(_ change: String, _ changes: inout Int) {
        changes += 1
        onChange?(change)
    }
}

/// Something else already has the name.
package struct NameTaken: Error, Sendable, CustomStringConvertible {
    /// A clause.
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
