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
}
