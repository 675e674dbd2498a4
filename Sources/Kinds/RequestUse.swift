package import AuthentikAPI

/// A kind of request that passes, a release, the daemon and its look at the audit log send.
///
/// Each kind lists its own (``Kind/requests``); together they are the table that the program's account gets its
/// permissions from: what is sent and does not stand there is refused, and what stands there and is not sent is granted
/// for nothing. A test compares it with what is sent.
///
/// An export needs a superuser, and `bootstrap` an administrator: what only they send does not stand there.
package struct RequestUse: Sendable, Hashable {
    package var method: String
    package var endpoint: Endpoint
    /// What it is for: a clause.
    package var purpose: String
    /// Whether passes go on without it, with less done.
    package var isOptional = false

    /// What a file has to have for it to be sent; nil for any file.
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

    /// In the order in which people read them.
    package static let all =
        [
            RequestUse("GET", .version, "tell the release"),
            RequestUse("GET", .account, "tell whose token it is"),
        ] + Kind.all.flatMap(\.requests) + [
            RequestUse("GET", .events, "see at once what somebody changes, and who", isOptional: true)
        ]

    /// Those that are sent for a file; what several of its features need is there once, for the first of them.
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
            // What one use can do without, another may require.
            if needed[place].isOptional, !use.isOptional { needed[place] = use }
        }
        return needed
    }
}

/// What a file may have beside services, and that takes rights of its own.
package enum FileFeature: Sendable, CaseIterable {
    case groups
    /// A service says who may open it: everyone, or somebody in particular.
    case access
    /// A service says that, and that it is somebody in particular.
    case restriction
    /// A service has a proxy provider, which an outpost serves.
    case forwardAuth
    /// A service's access names subjects of a kind.
    case accessGroups, accessUsers, accessPolicies
    /// A service takes tokens of sources.
    case federatedSources
    case scopeMappings
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
    ///
    /// - Parameter forPlan: whether only what `reconcile plan` needs, which reads.
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
