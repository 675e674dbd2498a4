/// A permission that an account needs to do all that this program can do, unless it is a superuser's.
package struct RequiredPermission: Sendable, Hashable {
    /// As Authentik names it: `authentik_core.view_application`.
    package var name: String
    /// What it is for: a clause.
    package var purpose: String
    /// Whether passes go on without it, with less done.
    package var isOptional: Bool

    /// All of them, in the order in which people read them.
    package static let all: [RequiredPermission] =
        managed("authentik_core", "application", "applications")
        + managed("authentik_providers_oauth2", "oauth2provider", "OAuth2 providers")
        + managed("authentik_core", "applicationentitlement", "ownership marks")
        + managed("authentik_policies", "policybinding", "policy bindings", isOptional: true)
        + [
            viewing("authentik_flows", "flow", "find the flows of providers"),
            viewing("authentik_crypto", "certificatekeypair", "find the keys of providers"),
            viewing("authentik_providers_oauth2", "scopemapping", "find the scopes of providers"),
            viewing("authentik_core", "group", "find groups", isOptional: true),
            viewing("authentik_events", "event", "see at once what somebody changes, and who", isOptional: true),
        ]

    private static func managed(
        _ app: String,
        _ model: String,
        _ objects: String,
        isOptional: Bool = false
    ) -> [RequiredPermission] {
        [("view", "see"), ("add", "create"), ("change", "change"), ("delete", "delete")].map { verb, word in
            RequiredPermission(
                name: "\(app).\(verb)_\(model)",
                purpose: "\(word) \(objects)",
                isOptional: isOptional || verb == "delete"
            )
        }
    }

    private static func viewing(
        _ app: String,
        _ model: String,
        _ purpose: String,
        isOptional: Bool = false
    ) -> RequiredPermission {
        RequiredPermission(name: "\(app).view_\(model)", purpose: purpose, isOptional: isOptional)
    }
}
