/// Keys as some services want them; none of the sets has the client secret, which is published by name only.
enum PublishedKeySet: String, CaseIterable {
    /// Environment variables of Grafana
    /// (https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/configure-authentication/generic-oauth/).
    case grafana
    /// What `oidc.config` of Argo CD refers to as `$NAME:KEY`
    /// (https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/#alternative).
    case argocd
    /// Environment variables without a service in mind.
    case generic

    var keys: [String: PublishedValue] {
        switch self {
        case .grafana:
            [
                "GF_AUTH_GENERIC_OAUTH_CLIENT_ID": .clientID, "GF_AUTH_GENERIC_OAUTH_SCOPES": .scopes,
                "GF_AUTH_GENERIC_OAUTH_AUTH_URL": .authorizationURL, "GF_AUTH_GENERIC_OAUTH_TOKEN_URL": .tokenURL,
                "GF_AUTH_GENERIC_OAUTH_API_URL": .userInfoURL, "GF_AUTH_SIGNOUT_REDIRECT_URL": .endSessionURL,
            ]
        case .argocd: ["oidc.issuer": .issuer, "oidc.clientID": .clientID]
        case .generic:
            [
                "OIDC_CLIENT_ID": .clientID, "OIDC_ISSUER": .issuer, "OIDC_AUTHORIZATION_URL": .authorizationURL,
                "OIDC_TOKEN_URL": .tokenURL, "OIDC_USERINFO_URL": .userInfoURL,
                "OIDC_END_SESSION_URL": .endSessionURL, "OIDC_JWKS_URL": .jwksURL,
                "OIDC_CONFIGURATION_URL": .configurationURL, "OIDC_REDIRECT_URI": .redirectURI,
                "OIDC_SCOPES": .scopes,
            ]
        }
    }

    /// Argo CD looks only into Secrets that carry its label.
    var labels: [String: String] { self == .argocd ? ["app.kubernetes.io/part-of": "argocd"] : [:] }

    /// The kind of object that its reader looks into; nil for either.
    var kind: PublishedObjectName.Kind? { self == .argocd ? .secret : nil }
}
