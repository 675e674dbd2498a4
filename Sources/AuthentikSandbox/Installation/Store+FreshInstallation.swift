import FoundationEssentials
import JSON

extension Store {
    /// The objects of a fresh installation, which its own blueprints create.
    ///
    /// - Parameter token: the API token of the superuser `akadmin`.
    static func freshInstallation(_ release: Release, token: String) -> Store {
        var store = Store(release: release)
        let administrator = User(
            pk: release.administratorKey,
            username: "akadmin",
            name: "authentik Default Admin",
            email: "akadmin@example.com"
        )
        store.replace(nil, with: administrator)
        // Authentik's own accounts use the numbers up to here.
        store.keys.reserveUserKey(administrator.pk + 1)
        store.admit(token)
        for flow in defaultFlows(release) { store.replace(nil, with: flow) }
        for mapping in defaultScopeMappings() { store.replace(nil, with: mapping) }
        store.replace(nil, with: CertificateKeyPair(name: "authentik Self-signed Certificate"))
        store.replace(nil, with: Group(name: "authentik Admins", isSuperuser: true, users: [administrator.pk]))
        let readers = Role(name: "authentik Read-only")
        store.replace(nil, with: readers)
        store.replace(
            nil,
            with: Group(
                name: "authentik Read-only",
                attributes: [
                    "notes":
                        "An group with an auto-generated role that allows read-only permissions on all objects.\n"
                ],
                roles: [readers.pk]
            )
        )
        store.replace(nil, with: Outpost.makeEmbedded())
        store.makeDefaultPolicies()
        store.recordInstallation(by: administrator)
        return store
    }

    /// Makes a key the API token of `akadmin`.
    mutating func admit(_ key: String) {
        guard let administrator = indexes.userByName["akadmin"] else { return }
        let old = indexes.tokenByIdentifier[Self.administratorToken].flatMap { tokens[$0] }
        var token = old ?? Token()
        token.identifier = Self.administratorToken
        token.user = administrator
        token.key = key
        token.isExpiring = false
        replace(old, with: token)
    }

    /// The key of ``admit(_:)``.
    var administratorKey: String? {
        indexes.tokenByIdentifier[Self.administratorToken].flatMap { tokens[$0]?.key }
    }

    private static let administratorToken = "authentik-bootstrap-token"

    /// The audit log begins with the administrator's first login.
    private mutating func recordInstallation(by administrator: User) {
        auditContext = AuditContext(
            actor: administrator,
            method: "POST",
            path: "/api/v3/flows/executor/initial-setup/",
            requestID: Random.hexadecimal(32),
            userAgent: "sandbox"
        )
        record(.passwordSet, app: "authentik.events.signals")
        record(.login, app: "authentik.events.signals")
        auditContext = nil
    }
}

extension Store {
    /// The scope mappings of a fresh installation.
    static func defaultScopeMappings() -> [ScopeMapping] {
        func mapping(
            _ scope: String,
            _ name: String,
            _ description: String,
            managed: String = "oauth2",
            id: String? = nil,
            claims: [String] = []
        ) -> ScopeMapping {
            ScopeMapping(
                name: "authentik default OAuth Mapping: \(name)",
                scopeName: scope,
                managed: "goauthentik.io/providers/\(managed)/scope-\(id ?? scope)",
                description: description,
                claims: claims
            )
        }
        return [
            mapping("openid", "OpenID 'openid'", ""),
            mapping("email", "OpenID 'email'", "Email address", claims: ["email", "email_verified"]),
            mapping(
                "profile",
                "OpenID 'profile'",
                "General Profile Information",
                claims: ["name", "given_name", "preferred_username", "nickname", "groups"]
            ),
            mapping(
                "entitlements",
                "Application Entitlements",
                "Application entitlements",
                claims: ["entitlements", "roles"]
            ),
            mapping(
                "offline_access",
                "OpenID 'offline_access'",
                "Access to request new tokens without interaction"
            ),
            mapping(
                "goauthentik.io/api",
                "authentik API access",
                "authentik API Access on behalf of your user",
                id: "authentik_api"
            ),
            mapping(
                "ak_proxy",
                "Proxy outpost",
                "authentik Proxy - User information",
                managed: "proxy",
                id: "proxy",
                claims: ["ak_proxy"]
            ),
        ]
    }
}

extension Store {
    /// Creates the policies of a fresh installation and binds them.
    ///
    /// They are for flows, stages of flows, and notification rules; the last two are not objects here and only have a
    /// UUID. Two are used in prompts and are not bound.
    mutating func makeDefaultPolicies() {
        func flow(_ slug: String) -> UUID { indexes.flowBySlug[slug] ?? UUID() }
        if release.guardsSetupFlow { bind("default-oobe-flow-set-authentication", to: UUID()) }
        bind("default-oobe-prefill-user", to: UUID())
        bind("default-oobe-password-usable", to: flow("initial-setup"))
        bind("default-source-authentication-if-sso", to: flow("default-source-authentication"))
        bind("default-source-enrollment-if-sso", to: flow("default-source-enrollment"))
        bind("default-source-enrollment-if-username", to: UUID())
        bindMatcher("configuration_error", to: UUID())
        if release.logsReviews { bindMatcher("configuration_warning", to: UUID()) }
        bindMatcher("update_available", to: UUID(), name: "update")
        let exceptions = UUID()
        bindMatcher("policy_exception", to: exceptions)
        bindMatcher("property_mapping_exception", to: exceptions, order: 1)
        bind("default-authentication-flow-password-stage", to: UUID(), order: 10, failureResult: true)
        if release >= .december2025 {
            bind("default-authentication-flow-authenticator-validate-stage", to: UUID(), order: 10, failureResult: true)
        }
        replace(nil, with: Policy(name: "default-password-change-password-policy", kind: .password, promptCount: 1))
        replace(nil, with: .expression("default-user-settings-authorization", promptCount: 1))
    }

    private mutating func bindMatcher(_ action: String, to target: UUID, name: String? = nil, order: Int = 0) {
        let words = (name ?? action).replacing("_", with: "-")
        bind(Policy(name: "default-match-\(words)", kind: .eventMatcher(action: action)), to: target, order: order)
    }

    private mutating func bind(_ name: String, to target: UUID, order: Int = 0, failureResult: Bool = false) {
        bind(.expression(name), to: target, order: order, failureResult: failureResult)
    }

    private mutating func bind(_ policy: Policy, to target: UUID, order: Int, failureResult: Bool = false) {
        replace(nil, with: policy)
        replace(
            nil,
            with: PolicyBinding(target: target, policy: policy.pk, order: order, failureResult: failureResult)
        )
    }
}

extension Policy {
    /// An expression policy of a fresh installation.
    fileprivate static func expression(_ name: String, promptCount: Int = 0) -> Policy {
        Policy(name: name, kind: .expression, expression: unknown, promptCount: promptCount)
    }
}
