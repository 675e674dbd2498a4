/// The endpoints that this program uses, below `/api/v3/`.
package enum Endpoint: String, Sendable, CaseIterable {
    case version = "admin/version"
    case account = "core/users/me"
    case applications = "core/applications"
    case entitlements = "core/application_entitlements"
    case transaction = "core/transactional/applications"
    case providers = "providers/oauth2"
    case proxyProviders = "providers/proxy"
    case flows = "flows/instances"
    case keys = "crypto/certificatekeypairs"
    case scopeMappings = "propertymappings/provider/scope"
    case policyBindings = "policies/bindings"
    case events = "events/events"
    case roles = "rbac/roles"
    case permissions = "rbac/permissions"
    case rolePermissions = "rbac/permissions/assigned_by_roles"
    case users = "core/users"
    case serviceAccounts = "core/users/service_account"
    case groups = "core/groups"
    case tokens = "core/tokens"

    /// The permissions that a request needs, as Authentik names them: `authentik_core.add_application`.
    ///
    /// None where any valid token will do.
    package func permissions(for method: String) -> [String] {
        switch (self, method) {
        case (.transaction, _):
            return [Endpoint.applications, .providers].flatMap { $0.permissions(for: "POST") }
        case (.rolePermissions, "PATCH"): return ["authentik_rbac.unassign_role_permissions"]
        case (.rolePermissions, _): return ["authentik_rbac.assign_role_permissions"]
        default: break
        }
        guard let model else { return [] }
        let verb =
            switch method {
            case "POST", "PUT": "add"
            case "PATCH": "change"
            case "DELETE": "delete"
            default: "view"
            }
        return ["\(model.app).\(verb)_\(model.name)"]
    }

    /// The model of its objects; nil for what has none.
    package var model: ObjectModel? {
        switch self {
        case .version, .account, .transaction, .permissions: nil
        case .applications: ObjectModel("authentik_core", "application")
        case .entitlements: ObjectModel("authentik_core", "applicationentitlement")
        case .providers: ObjectModel("authentik_providers_oauth2", "oauth2provider")
        case .proxyProviders: ObjectModel("authentik_providers_proxy", "proxyprovider")
        case .flows: ObjectModel("authentik_flows", "flow")
        case .keys: ObjectModel("authentik_crypto", "certificatekeypair")
        case .scopeMappings: ObjectModel("authentik_providers_oauth2", "scopemapping")
        case .policyBindings: ObjectModel("authentik_policies", "policybinding")
        case .events: ObjectModel("authentik_events", "event")
        case .roles, .rolePermissions: ObjectModel("authentik_rbac", "role")
        case .users, .serviceAccounts: ObjectModel("authentik_core", "user")
        case .groups: ObjectModel("authentik_core", "group")
        case .tokens: ObjectModel("authentik_core", "token")
        }
    }
}

/// A model of Django's, after which permissions are named, and by which the audit log tells of objects.
package struct ObjectModel: Sendable, Hashable {
    /// Django's app: `authentik_core`.
    package var app: String
    /// As in `application`.
    package var name: String

    package init(_ app: String, _ name: String) {
        self.app = app
        self.name = name
    }
}
