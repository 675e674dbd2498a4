import JSON

/// What differs between the releases, each named once; read off recordings of live servers.
extension Release {
    // MARK: Lists

    /// Rows on a page unless `page_size` says otherwise; a setting of the tenant since 2025.12.
    var defaultPageSize: Int { self < .december2025 ? 100 : 20 }

    /// The most rows that a page has, to which larger sizes are cut in silence; nil means no limit.
    var maximumPageSize: Int? { self < .december2025 ? nil : 100 }

    /// Whether a list says what its search box can complete.
    var hasAutocomplete: Bool { self >= .december2025 }

    /// Whether the cache of an application list holds the rows themselves, not only which ones they are.
    var listCacheHoldsRows: Bool { self < .december2025 }

    // MARK: Answers

    /// Whether the content type of JSON names its charset.
    var namesCharset: Bool { self < .earlyMay2026 }

    /// Whether a look-up that finds nothing names the model.
    var namesModelNotFound: Bool { self >= .december2025 }

    /// Whether an error that Authentik does not handle is 500 to every method; before, it was 405 to all but GET.
    var ownsUpToErrors: Bool { self >= .august2026 }

    /// Whether an error of the OAuth2 endpoints carries the request's id.
    var identifiesOAuthErrors: Bool { self >= .december2025 }

    // MARK: Applications

    /// Whether `meta_icon` is a field like any other; before, only `set_icon_url` set it.
    var iconIsField: Bool { self >= .december2025 }

    /// Whether a slug may not be the name of an OAuth2 endpoint.
    var reservesSlugs: Bool { self >= .december2025 }

    /// Whether `meta_hide` takes an application out of lists.
    var hidesApplications: Bool { self >= .may2026 }

    /// Whether an update answers the nested provider as it was before the write.
    var nestsStaleProvider: Bool { self >= .december2025 }

    var invalidSlug: String {
        let slug = self < .december2025 ? "\"slug\"" : "“slug”"
        return "Enter a valid \(slug) consisting of letters, numbers, underscores or hyphens."
    }

    /// Whether an application answers the key by which policies are bound to it, which is its own.
    var showsBindingKey: Bool { self >= .august2026 }

    // MARK: Access

    /// Whether the installation has a flag that decides who may open an application without a binding.
    var hasDefaultAccessFlag: Bool { self >= .may2026 }

    /// Whether one of several groups and users is enough in the mode `all`.
    var confusesModeAll: Bool { self == .december2025 }

    /// Whether a binding can go by itself, and says so.
    var hasExpiringBindings: Bool { self >= .august2026 }

    /// Whether a binding shows only the names of its group and user, not all of them.
    var abridgesBindingSubjects: Bool { self >= .december2025 }

    /// Whether a flow of the installation asks whether it was set up already.
    var guardsSetupFlow: Bool { self < .may2026 }

    // MARK: Providers

    /// Whether a provider shows the application that has it as a backchannel.
    var namesBackchannelApplication: Bool { self >= .december2025 }

    /// Whether providers have `logout_uri`, `logout_method` and `refresh_token_threshold`.
    var hasLogoutFields: Bool { self >= .december2025 }

    /// Whether a redirect URI can be one for logouts.
    var hasRedirectURITypes: Bool { self >= .earlyMay2026 }

    /// Whether a provider has `grant_types`, without which logins are refused.
    var hasGrantTypes: Bool { self >= .may2026 }

    /// Whether one of them can be that a token is exchanged.
    var exchangesTokens: Bool { self >= .august2026 }

    /// Whether client id and secret must be of ASCII's visible characters and spaces.
    var requiresASCIICredentials: Bool { self >= .august2026 }

    /// Whether only who may change a provider is shown its secret: since 2026.2.7, 2026.5.7 and 2026.8.2, and in no
    /// candidate.
    var hidesSecrets: Bool { self >= .february2026 && !isCandidate }

    /// Whether an outpost fails on a provider that a write names twice.
    var failsOnRepeatedProviders: Bool { self == .december2025 }

    /// The namespace of Kubernetes that is proposed for an outpost.
    var defaultNamespace: String { self < .earlyMay2026 ? "authentik" : "default" }

    // MARK: Other models

    /// Whether the attributes of an entitlement must be an object.
    var requiresAttributesObject: Bool { self >= .december2025 }

    /// Whether an administrator can define what attributes objects have.
    var hasObjectAttributes: Bool { self >= .august2026 }

    /// Whether a group can have several parents, and names its children.
    var groupsHaveParents: Bool { self >= .december2025 }

    var groupNameTaken: String {
        self < .december2025 ? "This field must be unique." : "Group with this name already exists."
    }

    /// The most characters in a role's name; nil means no limit.
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

    /// Whether giving a role a permission is an event.
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
    /// The releases of Authentik that a sandbox can be, in their order.
    package enum Release: String, CaseIterable, Sendable, Codable {
        /// The releases that are offered.
        package static let allCases: [Release] = [
            .december2024, .december2025, .february2026, .may2026, .august2026,
        ]

        case december2024 = "2024.12"
        case december2025 = "2025.12"
        case february2026 = "2026.2"
        /// An early candidate of 2026.5 that was recorded, without `grant_types` and `meta_hide`. It is there to be held
        /// to its recordings, and for what a server that lacks a field of its release makes of it; it is not offered.
        case earlyMay2026 = "2026.5-rc1"
        case may2026 = "2026.5"
        /// A candidate of 2026.8 that was recorded, with all that 2026.5 brought and nothing that is new in 2026.8; it is
        /// there to be held to its recordings, which say what 2026.5 is like, and not offered.
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
    /// What `/api/v3/admin/version/` says.
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

    /// Whether it came before a release, and is not offered.
    var isCandidate: Bool { self == .earlyMay2026 || self == .earlyAugust2026 }
}

typealias Release = Sandbox.Release
