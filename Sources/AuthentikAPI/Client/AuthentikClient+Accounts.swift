import Base
import JSON
package import Secrets

/// Accounts, roles and tokens: what is needed to set up an account, and not by passes.
extension AuthentikClient {
    /// A role by its name; nil if it does not exist.
    package func role(named name: String) async throws -> RoleRecord? {
        let found: [RoleRecord] = try await list(.roles, query: [("name", name)])
        return found.first { $0.name.exact == name.exact }
    }

    package func createRole(named name: String) async throws -> RoleRecord {
        let request = APIRequest(method: "POST", endpoint: .roles, body: ["name": .string(name)])
        return try await create(
            request,
            decode: { try await decode(RoleRecord.self, $0, to: request) },
            find: { try await role(named: name) }
        )
    }

    /// The permissions of a role, such as `authentik_core.view_application`; any valid token may read them
    /// (`authentik/rbac/api/rbac.py`).
    package func permissions(ofRole pk: String) async throws -> Set<String> {
        let found: [PermissionRecord] = try await list(.permissions, query: [("role", pk)])
        return Set(found.map(\.name))
    }

    /// Adds permissions on all objects of their kinds to a role.
    package func assign(_ permissions: [String], toRole pk: String) async throws {
        _ = try await send(
            APIRequest(
                method: "POST",
                endpoint: .rolePermissions,
                key: pk,
                action: "assign",
                body: ["permissions": .array(permissions.map { .string($0) })]
            )
        )
    }

    /// Removes permissions on all objects of their kinds from a role; missing ones are ignored.
    package func unassign(_ permissions: [String], fromRole pk: String) async throws {
        _ = try await send(
            APIRequest(
                method: "PATCH",
                endpoint: .rolePermissions,
                key: pk,
                action: "unassign",
                body: ["permissions": .array(permissions.map { .string($0) })]
            )
        )
    }

    /// A user by name; nil if it does not exist.
    package func user(named name: String) async throws -> UserRecord? {
        let found: [UserRecord] = try await list(.users, query: [("username", name)])
        return found.first { $0.username.exact == name.exact }
    }

    /// Creates a service account; the password that Authentik generates for it is not used.
    package func createServiceAccount(named name: String) async throws -> UserRecord {
        let request = APIRequest(
            method: "POST",
            endpoint: .serviceAccounts,
            body: ["name": .string(name), "create_group": false, "expiring": false]
        )
        return try await create(
            request,
            decode: { _ in
                guard let user = try await self.user(named: name) else { throw missing(request) }
                return user
            },
            find: { try await user(named: name) }
        )
    }

    /// A group by its name; nil if it does not exist.
    package func group(named name: String) async throws -> GroupRecord? {
        let found: [GroupRecord] = try await list(.groups, query: [("name", name)])
        return found.first { $0.name.exact == name.exact }
    }

    package func createGroup(named name: String, users: [Int], roles: [String]) async throws -> GroupRecord {
        let request = APIRequest(
            method: "POST",
            endpoint: .groups,
            body: .object(Self.members(users, roles).merging(["name": .string(name)]) { $1 })
        )
        return try await create(
            request,
            decode: { try await decode(GroupRecord.self, $0, to: request) },
            find: { try await group(named: name) }
        )
    }

    /// Replaces the members and the roles of a group.
    package func updateGroup(pk: String, users: [Int], roles: [String]) async throws {
        _ = try await send(
            APIRequest(method: "PATCH", endpoint: .groups, key: pk, body: .object(Self.members(users, roles)))
        )
    }

    /// A token, without its key; nil if it does not exist.
    package func token(_ identifier: String) async throws -> TokenRecord? {
        let request = APIRequest(method: "GET", endpoint: .tokens, key: identifier)
        do {
            return try await decode(TokenRecord.self, try await send(request), to: request)
        } catch let error as AuthentikError where error.kind == .notFound {
            return nil
        }
    }

    /// Creates an API token that does not expire: Authentik replaces the key of an expiring one automatically.
    package func createToken(_ identifier: String, user: Int, description: String) async throws -> TokenRecord {
        let request = APIRequest(
            method: "POST",
            endpoint: .tokens,
            body: [
                "identifier": .string(identifier), "user": .integer(user), "intent": "api", "expiring": false,
                "description": .string(description),
            ]
        )
        return try await create(
            request,
            decode: { try await decode(TokenRecord.self, $0, to: request) },
            find: { try await token(identifier) }
        )
    }

    /// The key of a token, which clients send.
    package func key(ofToken identifier: String) async throws -> Secret {
        struct Key: JSONReadable {
            let key: String

            init(_ json: JSONElement) throws(JSONMismatch) {
                key = try json.read("key")
            }
        }

        let request = APIRequest(method: "GET", endpoint: .tokens, key: identifier, action: "view_key")
        return Secret(try await decode(Key.self, try await send(request), to: request).key)
    }

    private static func members(_ users: [Int], _ roles: [String]) -> [String: JSONValue] {
        ["users": .array(users.map(JSONValue.integer)), "roles": .array(roles.map(JSONValue.string))]
    }

    private func missing(_ request: APIRequest) -> AuthentikError {
        AuthentikError(
            kind: .undecodable,
            message: "the object that was just created does not exist",
            request: request.description(at: address)
        )
    }
}
