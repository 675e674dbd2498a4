package import AuthentikAPI

/// A kind of request that passes, `release`, the daemon or its look at the audit log sends.
///
/// Each kind lists its own (``Kind/requests``). Together they determine the permissions of the program's account: a
/// request that is not listed is rejected, and one that is listed but never sent grants a needless permission. A test
/// compares them with what is sent.
///
/// Requests that only `export` and `bootstrap` send are not listed: those need a superuser or an administrator.
package struct RequestUse: Sendable, Hashable {
    package var method: String
    package var endpoint: Endpoint
    /// The purpose, as a clause.
    package var purpose: String
    /// Whether passes can do without it, with less done.
    package var isOptional = false

    /// The feature of a file that it is sent for; nil for any file.
    package var feature: FileFeature?

    package init(
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

    /// All uses, in the order in which people read them.
    package static let all =
        [
            RequestUse("GET", .version, "detect the release"),
            RequestUse("GET", .account, "check whose token it is"),
        ] + Kind.all.flatMap(\.requests) + [
            RequestUse("GET", .events, "see at once what others change, and who", isOptional: true)
        ]

    /// The requests for a file; a use that several features need is listed once, for the first of them.
    ///
    /// - Parameter features: what the file has.
    package static func needed(by features: Set<FileFeature>) -> [RequestUse] {
        struct Sent: Hashable {
            var method: String
            var endpoint: Endpoint
        }
        var needed: [RequestUse] = []
        var places: [Sent: Int] = [:]
        for use in all where use.feature.map(features.contains) ?? true {
            let sent = Sent(method: use.method, endpoint: use.endpoint)
            guard let place = places[sent] else {
                places[sent] = needed.count
                needed.append(use)
                continue
            }
            // What is optional for one use may be required for another.
            if needed[place].isOptional, !use.isOptional { needed[place] = use }
        }
        return needed
    }
}

/// A feature of a file that needs additional permissions.
package enum FileFeature: Sendable, CaseIterable {
    case groups
    /// A service declares access: for everyone, or for some subjects.
    case access
    /// A service declares access for some subjects.
    case restriction
    /// A service has a proxy provider, which an outpost serves.
    case forwardAuth
    /// A service's access names subjects of a kind.
    case accessGroups, accessUsers, accessPolicies
    /// A service takes tokens of sources.
    case federatedSources
    case scopeMappings
}

/// A permission that an account without superuser status needs for passes and the daemon.
package struct RequiredPermission: Sendable, Hashable {
    /// As Authentik names it: `authentik_core.view_application`.
    package var name: String
    /// The purpose, as a clause.
    package var purpose: String
    /// Whether passes can do without it, with less done.
    package var isOptional: Bool

    /// The permissions for a file, in the order in which people read them; no others are granted.
    ///
    /// - Parameter forPlan: whether to limit them to what `reconcile plan` needs, which only reads.
    package static func needed(by features: Set<FileFeature>, forPlan: Bool = false) -> [RequiredPermission] {
        var permissions: [RequiredPermission] = []
        var seen: Set<String> = []
        for use in RequestUse.needed(by: features) where !forPlan || use.method == "GET" && !use.isOptional {
            for name in use.endpoint.permissions(for: use.method) where seen.insert(name).inserted {
                permissions.append(RequiredPermission(name: name, purpose: use.purpose, isOptional: use.isOptional))
            }
        }
        return permissions
    }
}
