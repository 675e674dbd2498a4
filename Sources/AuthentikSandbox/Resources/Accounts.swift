import FoundationEssentials
import JSON

/// Users, their tokens, and what their roles permit.
enum Accounts {
    static let routes: [Route] = {
        let users = "api/v3/core/users/"
        let tokens = "api/v3/core/tokens/"
        return [
            Route("GET", users + "me/", Users.me),
            Route("POST", users + "service_account/", permission: Users.permission("add"), Users.makeServiceAccount),
            Route(users, .tokens, methods: ["GET", "POST"], ["GET": .init(Users.permission("view"), Users.list)]),
            Route(
                users + "{}/",
                .tokens,
                methods: ["GET", "PUT", "PATCH", "DELETE"],
                [
                    "GET": .init(Users.permission("view"), Users.retrieve),
                    "DELETE": .init(Users.permission("delete"), Users.destroy),
                ]
            ),
            Route("GET", tokens + "{}/view_key/", permission: Tokens.permission("view") + "_key", Tokens.viewKey),
            Route(
                "POST",
                "api/v3/rbac/permissions/assigned_by_roles/{}/assign/",
                permission: Roles.permission("change"),
                assignPermissions
            ),
        ] + [Route("GET", "api/v3/rbac/permissions/", RolePermissions.list)] + Tokens.routes(tokens)
    }()

    /// Gives a role permissions for all objects of their models.
    private static func assignPermissions(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        guard let pk = UUID(lenient: request.key), let old = store.roles[pk] else {
            throw .noMatch(model: Roles.model)
        }
        let permissions = try request.json()["permissions"]?.array ?? []
        var errors: [String: JSONValue] = [:]
        for (index, permission) in permissions.enumerated() where !isPermission(permission.pythonText) {
            errors[String(index)] = .strings(["\"\(permission.pythonText)\" is not a valid choice."])
        }
        if !errors.isEmpty { throw .invalid(["permissions": .object(errors)]) }

        var role = old
        var assigned: [JSONValue] = []
        for permission in permissions {
            role.permissions.insert(permission.pythonText)
            let number = store.keys.makePermissionKey()
            assigned.append(["id": .string(String(number))])
            guard store.release.auditsPermissions else { continue }
            store.audit(
                .modelCreated,
                AuditedModel(
                    app: "guardian",
                    modelName: "rolemodelpermission",
                    pk: .integer(number),
                    name: "RoleModelPermission with role \(pk.text) and permission \(number)"
                )
            )
        }
        store.roles[pk] = role
        return .ok(.array(assigned))
    }

    private static func isPermission(_ text: String) -> Bool {
        text.wholeMatch(of: /authentik_[a-z0-9_]+\.[a-z_0-9]+/) != nil
    }
}
