/// A path below `/api/v3/` at which objects of one type are read and written, or another path of Authentik.
///
/// The endpoints of a kind of object are declared with the kind; the others are declared here.
package struct Endpoint: Sendable, Hashable {
    /// The path: `core/applications`.
    package let path: String
    /// What the path is below.
    let base: String
    /// The model of its objects, after which its permissions are named; nil if there is none.
    package let model: ObjectModel?
    /// By method, the permissions that a request needs, if they do not follow from the model.
    private let granted: [String: [String]]
    /// Whether a PUT creates something, so that it must not be sent twice.
    let isCreatedByPut: Bool
    /// Whether no request to it changes anything.
    private let isReadOnly: Bool

    package init(
        _ path: String,
        _ model: ObjectModel? = nil,
        base: String = "api/v3",
        granted: [String: [String]] = [:],
        isCreatedByPut: Bool = false,
        isReadOnly: Bool = false
    ) {
        self.path = path
        self.base = base
        self.model = model
        self.granted = granted
        self.isCreatedByPut = isCreatedByPut
        self.isReadOnly = isReadOnly
    }

    /// Whether a request changes anything.
    func isWritten(by method: String) -> Bool { method != "GET" && !isReadOnly }

    package static func == (left: Endpoint, right: Endpoint) -> Bool { left.path == right.path }
    package func hash(into hasher: inout Hasher) { hasher.combine(path) }

    /// The permissions that a request needs, by Authentik's names: `authentik_core.add_application`.
    ///
    /// None if any valid token will do.
    package func permissions(for method: String) -> [String] {
        if let granted = granted[method] { return granted }
        return model.map { ["\($0.app).\(Self.verb(method))_\($0.name)"] } ?? []
    }

    private static func verb(_ method: String) -> String {
        switch method {
        case "POST", "PUT": "add"
        case "PATCH": "change"
        case "DELETE": "delete"
        default: "view"
        }
    }
}

extension Endpoint {
    package static let version = Endpoint("admin/version")
    package static let account = Endpoint("core/users/me")
    /// The settings of the installation.
    package static let settings = Endpoint(
        "admin/settings",
        granted: ["GET": ["authentik_rbac.view_system_settings"]]
    )
    package static let events = Endpoint("events/events", ObjectModel("authentik_events", "event"))
    package static let blueprints = Endpoint(
        "managed/blueprints",
        ObjectModel("authentik_blueprints", "blueprintinstance")
    )

    // MARK: For setting up an account

    package static let users = Endpoint("core/users", ObjectModel("authentik_core", "user"))
    package static let serviceAccounts = Endpoint("core/users/service_account", users.model)
    package static let groups = Endpoint("core/groups", ObjectModel("authentik_core", "group"))
    package static let tokens = Endpoint("core/tokens", ObjectModel("authentik_core", "token"))
    package static let roles = Endpoint("rbac/roles", ObjectModel("authentik_rbac", "role"))
    package static let permissions = Endpoint("rbac/permissions")
    package static let rolePermissions = Endpoint(
        "rbac/permissions/assigned_by_roles",
        roles.model,
        granted: [
            "PATCH": ["authentik_rbac.unassign_role_permissions"],
            "POST": ["authentik_rbac.assign_role_permissions"],
        ]
    )
}

/// A Django model, which permissions and entries of the audit log refer to.
package struct ObjectModel: Sendable, Hashable {
    /// The Django app: `authentik_core`.
    package var app: String
    /// As in `application`.
    package var name: String

    package init(_ app: String, _ name: String) {
        self.app = app
        self.name = name
    }
}
