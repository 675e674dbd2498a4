/// A permission that an account needs to do all that passes and the daemon do, unless it is a superuser's.
package struct RequiredPermission: Sendable, Hashable {
    /// As Authentik names it: `authentik_core.view_application`.
    package var name: String
    /// What it is for: a clause.
    package var purpose: String
    /// Whether passes go on without it, with less done.
    package var isOptional: Bool

    /// All of them, in the order in which people read them; no others are granted.
    package static let all: [RequiredPermission] = {
        var permissions: [RequiredPermission] = []
        var seen: Set<String> = []
        for use in RequestUse.all {
            for name in use.endpoint.permissions(for: use.method) where seen.insert(name).inserted {
                permissions.append(RequiredPermission(name: name, purpose: use.purpose, isOptional: use.isOptional))
            }
        }
        return permissions
    }()
}
