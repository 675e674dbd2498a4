/// A kind of request that passes, a release, the daemon and its look at the audit log send.
///
/// This is the table that the program's account gets its permissions from: what is sent and does not stand here is
/// refused, and what stands here and is not sent is granted for nothing. A test compares it with what is sent.
///
/// An export needs a superuser, and `bootstrap` an administrator: what only they send does not stand here.
package struct RequestUse: Sendable, Hashable {
    package var method: String
    package var endpoint: Endpoint
    /// What it is for: a clause.
    package var purpose: String
    /// Whether passes go on without it, with less done.
    package var isOptional = false

    /// What a file has to have for it to be sent; nil for any file.
    package var feature: FileFeature?

    private init(
        _ method: String,
        _ endpoint: Endpoint,
        _ purpose: String,
        isOptional: Bool = false,
        for feature: FileFeature? = nil
    ) {
        self.method = method
        self.endpoint = endpoint
        self.purpose = purpose
        self.isOptional = isOptional
        self.feature = feature
    }

    package static let all = [
        RequestUse("GET", .version, "tell the release"),
        RequestUse("GET", .account, "tell whose token it is"),

        RequestUse("GET", .applications, "see applications"),
        RequestUse("POST", .applications, "create applications"),
        RequestUse("PATCH", .applications, "change applications"),
        RequestUse("DELETE", .applications, "delete applications", isOptional: true),

        RequestUse("GET", .providers, "see OAuth2 providers"),
        RequestUse("POST", .providers, "create OAuth2 providers"),
        RequestUse("PATCH", .providers, "change OAuth2 providers"),
        RequestUse("DELETE", .providers, "delete OAuth2 providers", isOptional: true),

        RequestUse("GET", .proxyProviders, "tell proxy providers apart", isOptional: true),

        RequestUse("PUT", .transaction, "create applications with their OAuth2 providers"),

        RequestUse("GET", .entitlements, "see ownership marks"),
        RequestUse("POST", .entitlements, "create ownership marks"),
        RequestUse("PATCH", .entitlements, "change ownership marks"),
        RequestUse("DELETE", .entitlements, "delete ownership marks", isOptional: true),

        RequestUse("GET", .flows, "find the flows of providers"),
        RequestUse("GET", .keys, "find the keys of providers"),
        RequestUse("GET", .scopeMappings, "find the scopes of providers"),
        RequestUse("GET", .events, "see at once what somebody changes, and who", isOptional: true),

        RequestUse("GET", .groups, "see which groups are missing", for: .groups),
        RequestUse("POST", .groups, "create groups", for: .groups),
    ]

    /// Those that are sent for a file.
    ///
    /// - Parameter features: what the file has.
    package static func needed(by features: Set<FileFeature>) -> [RequestUse] {
        all.filter { use in use.feature.map(features.contains) ?? true }
    }
}

/// What a file may have beside services, and that takes rights of its own.
package enum FileFeature: Sendable, CaseIterable {
    case groups
}

/// A permission that an account needs to do all that passes and the daemon do, unless it is a superuser's.
package struct RequiredPermission: Sendable, Hashable {
    /// As Authentik names it: `authentik_core.view_application`.
    package var name: String
    /// What it is for: a clause.
    package var purpose: String
    /// Whether passes go on without it, with less done.
    package var isOptional: Bool

    /// Those that a file takes, in the order in which people read them; no others are granted.
    package static func needed(by features: Set<FileFeature>) -> [RequiredPermission] {
        var permissions: [RequiredPermission] = []
        var seen: Set<String> = []
        for use in RequestUse.needed(by: features) {
            for name in use.endpoint.permissions(for: use.method) where seen.insert(name).inserted {
                permissions.append(RequiredPermission(name: name, purpose: use.purpose, isOptional: use.isOptional))
            }
        }
        return permissions
    }
}
