import JSON

/// The differences between the releases, each defined once; derived from recordings of live servers.
extension Release {
    // MARK: Lists

    /// Rows on a page unless `page_size` says otherwise; a setting of the tenant since 2025.12.
    var defaultPageSize: Int { self < .december2025 ? 100 : 20 }

    /// The maximum number of rows on a page, to which larger sizes are silently reduced; nil for no limit.
    var maximumPageSize: Int? { self < .december2025 ? nil : 100 }

    /// Whether a list says what its search box can complete.
    var hasAutocomplete: Bool { self >= .december2025 }

    /// Whether the cache of an application list holds the rows themselves, rather than only which ones they are.
    var listCacheHoldsRows: Bool { self < .december2025 }

    // MARK: Answers

    /// Whether the content type of JSON names its charset.
    var namesCharset: Bool { self < .earlyMay2026 }

    /// Whether a look-up that finds nothing names the model.
    var namesModelNotFound: Bool { self >= .december2025 }

    /// Whether an unhandled error is answered with 500 for every method; before, it was 405 for all but GET.
    var ownsUpToErrors: Bool { self >= .august2026 }

    /// Whether an error of the OAuth2 endpoints carries the request's id.
    var identifiesOAuthErrors: Bool { self >= .december2025 }

    // MARK: Applications

    /// Whether `meta_icon` is an ordinary field; before, it could only be set by `set_icon_url`.
    var iconIsField: Bool { self >= .december2025 }

    /// Whether the names of OAuth2 endpoints are not allowed as slugs.
    var reservesSlugs: Bool { self >= .december2025 }

    /// Whether `meta_hide` removes an application from lists.
    var hidesApplications: Bool { self >= .may2026 }

    /// Whether the answer to an update has the nested provider as it was before the write.
    var nestsStaleProvider: Bool { self >= .december2025 }

    var invalidSlug: String {
        let slug = self < .december2025 ? "\"slug\"" : "“slug”"
        return "Enter a valid \(slug) consisting of letters, numbers, underscores or hyphens."
    }

    /// Whether an application shows the key to which policies are bound, which is its own.
    var showsBindingKey: Bool { self >= .august2026 }

    // MARK: Access

    /// Whether the installation has a flag that determines who may open an application without a binding.
    var hasDefaultAccessFlag: Bool { self >= .may2026 }

    /// Whether one of several groups and users is enough in mode `all`.
    var confusesModeAll: Bool { self == .december2025 }

    /// Whether a binding can expire, and shows that.
    var hasExpiringBindings: Bool { self >= .august2026 }

    /// Whether a binding shows only the names of its group and user, not all of them.
    var abridgesBindingSubjects: Bool { self >= .december2025 }

    /// Whether a flow of the installation checks whether it was already set up.
    var guardsSetupFlow: Bool { self < .may2026 }

    // MARK: Providers

    /// Whether a provider shows the application that has it as a backchannel.
    var namesBackchannelApplication: Bool { self >= .december2025 }

    /// Whether providers have `logout_uri`, `logout_method` and `refresh_token_threshold`.
    var hasLogoutFields: Bool { self >= .december2025 }

    /// Whether a redirect URI can be one for logouts.
    var hasRedirectURITypes: Bool { self >= .earlyMay2026 }

    /// Whether a provider has `grant_types`, without which logins are rejected.
    var hasGrantTypes: Bool { self >= .may2026 }

    /// Whether token exchange can be one of them.
    var exchangesTokens: Bool { self >= .august2026 }

    /// Whether client id and secret must consist of printable ASCII.
    var requiresASCIICredentials: Bool { self >= .august2026 }

    /// Whether only accounts that may change a provider see its secret: since 2026.2.7, 2026.5.7 and 2026.8.2, and in
    /// no candidate.
    var hidesSecrets: Bool { self >= .february2026 && !isCandidate }

    /// Whether an outpost fails if a write names a provider twice.
    var failsOnRepeatedProviders: Bool { self == .december2025 }

    /// The Kubernetes namespace that is proposed for an outpost.
    var defaultNamespace: String { self < .earlyMay2026 ? "authentik" : "default" }

    // MARK: Other models

    /// Whether the attributes of an entitlement must be an object.
    var requiresAttributesObject: Bool { self >= .december2025 }

    /// Whether an administrator can define the attributes of objects.
    var hasObjectAttributes: Bool { self >= .august2026 }

    /// Whether a group can have several parents, and names its children.
    var groupsHaveParents: Bool { self >= .december2025 }

    var groupNameTaken: String {
        self < .december2025 ? "This field must be unique." : "Group with this name already exists."
    }

    /// The maximum length of a role's name in characters; nil for no limit.
    var longestRoleName: Int? { self < .february2026 ? 150 : nil }

    /// Whether users have roles and dates of their own.
    var usersHaveRoles: Bool { self >= .december2025 }

    /// The field of a certificate that names the kind of its key.
    var keyTypeField: String { self < .december2025 ? "private_key_type" : "key_type" }

    /// Whether a flow shows its background's addresses in addition to its file.
    var resolvesBackgrounds: Bool { self >= .december2025 }

    /// Whether an event of a creation lists the new values, secrets masked.
    var showsCreatedValues: Bool { self < .december2025 }

    /// Whether configuration warnings and reviews exist, with their events.
    var logsReviews: Bool { self >= .february2026 }

    /// Whether events can be matched by a query, too.
    var queriesEvents: Bool { self >= .earlyMay2026 }

    /// Whether an account is shown the other accounts of its session.
    var listsSessionUsers: Bool { self >= .august2026 }

    /// Whether there are providers of the kind WS-Federation.
    var hasWSFederation: Bool { self >= .february2026 }

    /// Whether granting a permission to a role is an event.
    var auditsPermissions: Bool { self >= .december2025 }

    /// Whether discovery shows logout support.
    var advertisesBackchannelLogout: Bool { self >= .december2025 }
    var advertisesFrontchannelLogout: Bool { self >= .earlyMay2026 }

    /// The primary key of `akadmin` in a fresh installation, as recorded.
    var administratorKey: Int { self < .december2025 ? 6 : 3 }

    /// `/api/v3/admin/settings/` of a fresh installation.
    var settings: [String: JSONValue] {
        var settings: [String: JSONValue] = [
            "avatars": "gravatar,initials",
            "default_user_change_name": true,
            "default_user_change_email": false,
            "default_user_change_username": false,
            "event_retention": "days=365",
            "footer_links": [],
            "gdpr_compliance": true,
            "impersonation": true,
            "impersonation_require_reason": true,
            "default_token_duration": "minutes=30",
            "default_token_length": 60,
        ]
        if let maximumPageSize {
            settings["reputation_lower_limit"] = -5
            settings["reputation_upper_limit"] = 5
            settings["pagination_default_page_size"] = .integer(defaultPageSize)
            settings["pagination_max_page_size"] = .integer(maximumPageSize)
            settings["flags"] = [:]
        }
        return settings
    }
}

extension Sandbox {
    /// The releases of Authentik that a sandbox can emulate, in their order.
    package enum Release: String, CaseIterable, Sendable, Codable {
        /// The releases that are offered.
        package static let allCases: [Release] = [
            .december2024, .december2025, .february2026, .may2026, .august2026,
        ]

        case december2024 = "2024.12"
        case december2025 = "2025.12"
        case february2026 = "2026.2"
        /// A recorded early candidate of 2026.5, without `grant_types` and `meta_hide`. It is used to check the sandbox
        /// against its recordings, and for tests of a server that lacks a field of its release; it is not offered.
        case earlyMay2026 = "2026.5-rc1"
        case may2026 = "2026.5"
        /// A recorded candidate of 2026.8, with everything new in 2026.5 and nothing new in 2026.8; it is used to check
        /// the sandbox against its recordings, which show the behaviour of 2026.5, and not offered.
        case earlyAugust2026 = "2026.8-rc1"
        case august2026 = "2026.8"
    }
}

extension Sandbox.Release: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .december2024: 0
        case .december2025: 1
        case .february2026: 2
        case .earlyMay2026: 3
        case .may2026: 4
        case .earlyAugust2026: 5
        case .august2026: 6
        }
    }
}

extension Sandbox.Release {
    /// The version in `/api/v3/admin/version/`.
    package var version: String {
        switch self {
        case .december2024: "2024.12.5"
        case .december2025: "2025.12.4"
        case .february2026: "2026.2.7"
        case .earlyMay2026: "2026.5.0-rc1"
        case .may2026: "2026.5.8"
        case .earlyAugust2026: "2026.8.0-rc1"
        case .august2026: "2026.8.6"
        }
    }

    /// Whether it is a candidate of a release, which is not offered.
    var isCandidate: Bool { self == .earlyMay2026 || self == .earlyAugust2026 }
}

typealias Release = Sandbox.Release
