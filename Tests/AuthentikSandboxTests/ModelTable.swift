/// What each operation that the sandbox serves answers, as far as a document states it.
enum ModelTable {
    enum Shape: Equatable {
        /// A page of objects, which have more fields if they are of several kinds.
        case list(String, isOpen: Bool = false)
        case object(String, isOpen: Bool = false)
        case nothing
        /// It is not compared; why not.
        case leftOut(String)
    }

    /// The lists, whose objects are what every operation on them answers.
    private static let lists: [(path: String, object: String)] = [
        ("core/application_entitlements/", "ApplicationEntitlement"), ("core/applications/", "Application"),
        ("core/groups/", "Group"), ("core/tokens/", "Token"), ("core/users/", "User"),
        ("crypto/certificatekeypairs/", "CertificateKeyPair"), ("events/events/", "Event"),
        ("flows/instances/", "Flow"), ("outposts/instances/", "Outpost"), ("policies/bindings/", "PolicyBinding"),
        ("policies/expression/", "ExpressionPolicy"), ("propertymappings/provider/scope/", "ScopeMapping"),
        ("providers/all/", "Provider"), ("providers/oauth2/", "OAuth2Provider"), ("providers/proxy/", "ProxyProvider"),
        ("rbac/permissions/", "Permission"), ("rbac/roles/", "Role"),
    ]

    private static let others: [String: Shape] = [
        "GET admin/version/": .object("Version"),
        "GET core/users/me/": .object("SessionUser"),
        "GET policies/all/": .list("Policy", isOpen: true),
        "GET policies/all/{}/": .object("Policy", isOpen: true),
        "DELETE policies/all/{}/": .nothing,
        "GET providers/oauth2/{}/setup_urls/": .object("OAuth2ProviderSetupURLs"),
        "POST core/groups/{}/add_user/": .nothing,
        "POST core/groups/{}/remove_user/": .nothing,
        "PATCH rbac/permissions/assigned_by_roles/{}/unassign/": .nothing,
        "PUT core/transactional/applications/": .object("TransactionApplicationResponse"),
        "POST crypto/certificatekeypairs/generate/": .object("CertificateKeyPair"),
        "GET outposts/instances/default_settings/": unstated,
        "GET outposts/instances/{}/health/": unstated,
        "GET outposts/service_connections/all/": unstated,
        "GET managed/blueprints/": unstated,
        "GET managed/blueprints/{}/": unstated,
        "GET sources/all/": unstated,
        "GET sources/all/{}/": unstated,
        "GET admin/settings/": unstated,
        "PATCH admin/settings/": unstated,
        "GET core/applications/{}/check_access/": unstated,
        "POST core/applications/{}/set_icon_url/": unstated,
        "GET core/tokens/{}/view_key/": unstated,
        "POST core/users/service_account/": unstated,
        "POST rbac/permissions/assigned_by_roles/{}/assign/": unstated,
    ]

    private static let unstated = Shape.leftOut("the facts do not state its answer")

    /// - Parameter operation: as the sandbox lists it: `GET api/v3/core/applications/{}/`.
    /// - Returns: nil for one that nobody thought of.
    static func shape(of operation: String) -> Shape? {
        let words = operation.split(separator: " ").map(String.init)
        guard words.count == 2, words[1].hasPrefix("api/v3/") else {
            return .leftOut("it is no part of the REST API")
        }
        let (method, path) = (words[0], String(words[1].dropFirst("api/v3/".count)))
        if let shape = others["\(method) \(path)"] { return shape }
        if path.hasSuffix("/used_by/") { return unstated }
        for list in lists {
            switch (method, path) {
            case ("GET", list.path): return .list(list.object)
            case ("POST", list.path), ("GET", list.path + "{}/"), ("PUT", list.path + "{}/"),
                ("PATCH", list.path + "{}/"):
                return .object(list.object)
            case ("DELETE", list.path + "{}/"): return .nothing
            default: continue
            }
        }
        return nil
    }
}
