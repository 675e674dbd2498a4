import FoundationEssentials
import JSON

extension Store {
    /// What a fresh installation of 2025.12.4 has: the objects that its own blueprints make.
    static func freshInstallation(token: String) -> Store {
        let administrator = User(
            pk: 3,
            username: "akadmin",
            name: "authentik Default Admin",
            email: "akadmin@example.com",
            isSuperuser: true
        )
        var store = Store(token: token, administrator: administrator)
        for flow in defaultFlows() {
            store.flows[flow.pk] = flow
            store.indexes.flowBySlug[flow.slug] = flow.pk
        }
        for mapping in defaultScopeMappings() { store.scopeMappings[mapping.pk] = mapping }
        let certificate = CertificateKeyPair(name: "authentik Self-signed Certificate")
        store.certificates[certificate.pk] = certificate
        store.replace(nil, with: Group(name: "authentik Admins", isSuperuser: true, users: [administrator.pk]))
        store.replace(
            nil,
            with: Group(
                name: "authentik Read-only",
                attributes: [
                    "notes":
                        "An group with an auto-generated role that allows read-only permissions on all objects.\n"
                ],
                roles: [Group.Role(name: "authentik Read-only")]
            )
        )
        return store
    }

    private static func defaultScopeMappings() -> [ScopeMapping] {
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
            mapping("entitlements", "Application Entitlements", "Application entitlements", claims: ["entitlements"]),
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

    private static func defaultFlows() -> [Flow] {
        func stages(_ count: Int) -> [UUID] { (0..<count).map { _ in UUID() } }
        let login = UUID()
        let passwordWrite = UUID()
        func flow(
            _ slug: String,
            _ designation: Flow.Designation,
            _ authentication: Flow.Authentication,
            name: String? = nil,
            title: String,
            stages: [UUID] = [],
            policies: Int = 0
        ) -> Flow {
            Flow(
                slug: slug,
                name: name ?? slug,
                title: title,
                designation: designation,
                authentication: authentication,
                stages: stages,
                policies: (0..<policies).map { _ in UUID() }
            )
        }
        let welcome = "Welcome to authentik!"
        let enroll = "Welcome to authentik! Please select a username."
        return [
            flow(
                "default-authentication-flow",
                .authentication,
                .none,
                name: welcome,
                title: welcome,
                stages: stages(3) + [login]
            ),
            flow(
                "default-authenticator-static-setup",
                .stageConfiguration,
                .requireAuthenticated,
                title: "Setup Static OTP Tokens",
                stages: stages(1)
            ),
            flow(
                "default-authenticator-totp-setup",
                .stageConfiguration,
                .requireAuthenticated,
                title: "Set up Two-Factor authentication",
                stages: stages(1)
            ),
            flow(
                "default-authenticator-webauthn-setup",
                .stageConfiguration,
                .requireAuthenticated,
                title: "Setup WebAuthn",
                stages: stages(1)
            ),
            flow(
                "default-invalidation-flow",
                .invalidation,
                .none,
                name: "Logout",
                title: "Default Invalidation Flow",
                stages: stages(1)
            ),
            flow(
                "default-password-change",
                .stageConfiguration,
                .requireAuthenticated,
                name: "Change Password",
                title: "Change password",
                stages: stages(1) + [passwordWrite]
            ),
            flow(
                "default-provider-authorization-explicit-consent",
                .authorization,
                .requireAuthenticated,
                name: "Authorize Application",
                title: "Redirecting to %(app)s",
                stages: stages(1)
            ),
            flow(
                "default-provider-authorization-implicit-consent",
                .authorization,
                .requireAuthenticated,
                name: "Authorize Application",
                title: "Redirecting to %(app)s"
            ),
            flow(
                "default-provider-invalidation-flow",
                .invalidation,
                .none,
                name: "Logged out of application",
                title: "You've logged out of %(app)s."
            ),
            flow(
                "default-source-authentication",
                .authentication,
                .requireUnauthenticated,
                name: welcome,
                title: welcome,
                stages: stages(1),
                policies: 1
            ),
            flow(
                "default-source-enrollment",
                .enrollment,
                .none,
                name: enroll,
                title: enroll,
                stages: stages(3),
                policies: 1
            ),
            flow(
                "default-source-pre-authentication",
                .stageConfiguration,
                .none,
                name: "Pre-Authentication",
                title: "Pre-authentication"
            ),
            flow(
                "default-user-settings-flow",
                .stageConfiguration,
                .requireAuthenticated,
                name: "User settings",
                title: "Update your info",
                stages: stages(2)
            ),
            flow(
                "initial-setup",
                .stageConfiguration,
                .none,
                name: "default-oobe-setup",
                title: welcome,
                stages: stages(1) + [passwordWrite, login],
                policies: 1
            ),
        ]
    }
}
