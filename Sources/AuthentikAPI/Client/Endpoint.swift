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
        guard let (app, model) = model else { return [] }
        let verb =
            switch method {
            case "POST", "PUT": "add"
            case "PATCH": "change"
            case "DELETE": "delete"
            default: "view"
            }
        return ["\(app).\(verb)_\(model)"]
    }

    private var model: (app: String, model: String)? {
        switch self {
        case .version, .account, .transaction, .permissions: nil
        case .applications: ("authentik_core", "application")
        case .entitlements: ("authentik_core", "applicationentitlement")
        case .providers: ("authentik_providers_oauth2", "oauth2provider")
        case .proxyProviders: ("authentik_providers_proxy", "proxyprovider")
        case .flows: ("authentik_flows", "flow")
        case .keys: ("authentik_crypto", "certificatekeypair")
        case .scopeMappings: ("authentik_providers_oauth2", "scopemapping")
        case .policyBindings: ("authentik_policies", "policybinding")
        case .events: ("authentik_events", "event")
        case .roles, .rolePermissions: ("authentik_rbac", "role")
        case .users, .serviceAccounts: ("authentik_core", "user")
        case .groups: ("authentik_core", "group")
        case .tokens: ("authentik_core", "token")
        }
    }
}
