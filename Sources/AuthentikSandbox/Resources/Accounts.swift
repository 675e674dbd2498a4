import FoundationEssentials
import JSON

/// Users, their tokens, and the permissions of their roles.
enum Accounts {
    static let routes: [Route] = {
        let users = "api/v3/core/users/"
        let tokens = "api/v3/core/tokens/"
        return [
            Route("GET", users + "me/", Users.me),
            Route("POST", users + "service_account/", permission: Users.permission("add"), Users.makeServiceAccount),
            Route(
                users,
                .tokens,
                methods: ["GET", "POST"],
                [
                    "GET": .init(Users.permission("view"), Users.list),
                    "POST": .init(Users.permission("add"), Users.create),
                ]
            ),
            Route(
                users + "{}/",
                .tokens,
                methods: ["GET", "PUT", "PATCH", "DELETE"],
                [
                    "GET": .init(Users.permission("view"), Users.retrieve),
                    "PUT": .init(Users.permission("change"), Users.update),
                    "PATCH": .init(Users.permission("change"), Users.update),
                    "DELETE": .init(Users.permission("delete"), Users.destroy),
                ]
            ),
            Route("GET", tokens + "{}/view_key/", permission: Tokens.permission("view") + "_key", Tokens.viewKey),
            Route(
                "POST",
                "api/v3/rbac/permissions/assigned_by_roles/{}/assign/",
                permission: "\(Roles.app).assign_role_permissions",
                assignPermissions
            ),
            Route(
                "PATCH",
                "api/v3/rbac/permissions/assigned_by_roles/{}/unassign/",
                permission: "\(Roles.app).unassign_role_permissions",
                unassignPermissions
            ),
        ] + [Route("GET", "api/v3/rbac/permissions/", RolePermissions.list)] + Tokens.routes(tokens)
    }()

    /// Grants a role permissions on all objects of their models.
    private static func assignPermissions(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let (present, permissions) = try rolePermissions(request, in: store)
        var role = present
        var assigned: [JSONValue] = []
        for permission in permissions {
            role.permissions.insert(permission)
            let number = store.keys.makePermissionKey()
            assigned.append(["id": .string(String(number))])
            guard store.release.auditsPermissions else { continue }
            store.audit(
                .modelCreated,
                AuditedModel(
                    app: "guardian",
                    modelName: "rolemodelpermission",
                    pk: .integer(number),
                    name: "RoleModelPermission with role \(role.pk.text) and permission \(number)"
                )
            )
        }
        store.roles[role.pk] = role
        return .ok(.array(assigned))
    }

    /// Removes permissions on all objects of their models from a role.
    ///
    /// Not recorded; follows `authentik/rbac/api/rbac_assigned_by_roles.py`.
    private static func unassignPermissions(
        _ request: APIRequest,
        in store: inout Store
    ) throws(Refusal) -> APIResponse {
        let (present, permissions) = try rolePermissions(request, in: store)
        var role = present
        role.permissions.subtract(permissions)
        store.roles[role.pk] = role
        return .deleted
    }

    /// The role that a request is about, and the permissions that its body names.
    private static func rolePermissions(
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> (Role, [String]) {
        guard let pk = UUID(lenient: request.key), let role = store.roles[pk] else {
            throw .noMatch(model: Roles.model)
        }
        let permissions = (try request.json()["permissions"]?.array ?? []).map(\.pythonText)
        var errors: [String: JSONValue] = [:]
        for (index, permission) in permissions.enumerated() where !isPermission(permission) {
            errors[String(index)] = .strings(["\"\(permission)\" is not a valid choice."])
        }
        if !errors.isEmpty { throw .invalid(["permissions": .object(errors)]) }
        return (role, permissions)
    }

    private static func isPermission(_ text: String) -> Bool {
        text.wholeMatch(of: /authentik_[a-z0-9_]+\.[a-z_0-9]+/) != nil
    }
}
