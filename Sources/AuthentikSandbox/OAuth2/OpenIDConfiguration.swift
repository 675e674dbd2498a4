import JSON

/// The addresses of a provider, as OpenID Connect Discovery 1.0 and the setup page show them.
struct OpenIDConfiguration {
    private let provider: OAuth2Provider
    private let slug: String?
    private let mappings: [ScopeMapping]
    /// The signing algorithm of tokens; without a key, that of the client's secret.
    private let algorithm: String
    private let base: String
    private let origin: String
    private let release: Release

    init(of provider: OAuth2Provider, origin: String, in store: Store) {
        self.provider = provider
        self.slug = store.application(of: provider.pk)?.slug
        self.mappings = store.mappings(of: provider)
        self.algorithm = provider.signingKey.flatMap { store.certificates[$0] }?.signatureAlgorithm ?? "HS256"
        self.base = "\(origin)/application/o"
        self.origin = origin
        self.release = store.release
    }

    private var issuer: String? {
        switch provider.issuerMode {
        case .global: "\(origin)/"
        case .perProvider: slug.map { "\(base)/\($0)/" }
        }
    }

    private func application(_ path: String) -> JSONValue { .text(slug.map { "\(base)/\($0)/\(path)" }) }

    private func shared(_ path: String) -> JSONValue { .string("\(base)/\(path)/") }

    /// What depends on an application is null or missing without one.
    var setupURLs: JSONValue {
        var urls: [String: JSONValue] = [
            "issuer": .text(issuer),
            "authorize": shared("authorize"),
            "token": shared("token"),
            "user_info": shared("userinfo"),
            "provider_info": application(".well-known/openid-configuration"),
            "logout": application("end-session/"),
        ]
        if slug != nil { urls["jwks"] = application("jwks/") }
        return .object(urls)
    }

    var discovery: JSONValue {
        var scopes = mappings.map(\.scopeName)
        if !scopes.contains("openid") { scopes.insert("openid", at: 0) }
        var claims = ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce"]
        if provider.includeClaimsInIDToken { claims += mappings.flatMap(\.claims) }
        var document: [String: JSONValue] = [
            "issuer": .text(issuer),
            "authorization_endpoint": shared("authorize"),
            "token_endpoint": shared("token"),
            "userinfo_endpoint": shared("userinfo"),
            "end_session_endpoint": application("end-session/"),
            "introspection_endpoint": shared("introspect"),
            "revocation_endpoint": shared("revoke"),
            "device_authorization_endpoint": shared("device"),
            "response_types_supported": [
                "code", "id_token", "id_token token", "code token", "code id_token", "code id_token token",
            ],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "jwks_uri": application("jwks/"),
            "grant_types_supported": [
                "authorization_code", "refresh_token", "implicit", "client_credentials", "password",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "id_token_signing_alg_values_supported": [.string(algorithm)],
            "subject_types_supported": ["public"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "acr_values_supported": ["goauthentik.io/providers/oauth2/default"],
            "scopes_supported": .strings(scopes),
            "request_parameter_supported": false,
            "claims_supported": .strings(claims),
            "claims_parameter_supported": false,
            "code_challenge_methods_supported": ["plain", "S256"],
        ]
        if release.advertisesBackchannelLogout {
            document["backchannel_logout_supported"] = true
            document["backchannel_logout_session_supported"] = true
        }
        if release.advertisesFrontchannelLogout {
            document["frontchannel_logout_supported"] = true
            document["frontchannel_logout_session_supported"] = true
        }
        return .object(document)
    }
}
