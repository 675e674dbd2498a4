import JSON

/// The OAuth2 endpoints for an anonymous user; there are no logins here.
///
/// Tokens are never issued: every code and token in a request is unknown.
enum OAuth2Endpoints {
    static let routes: [Route] = {
        let path = "application/o/"
        return [
            Route("GET", path + "authorize/", access: .everybody, authorize),
            Route("POST", path + "token/", access: .everybody, token),
            Route("POST", path + "revoke/", access: .everybody, revoke),
            Route("POST", path + "introspect/", access: .everybody, introspect),
            Route("GET", path + "{}/.well-known/openid-configuration", access: .everybody, discover),
            Route("GET", path + "{}/jwks/", access: .everybody, keys),
        ]
    }()

    private static func discover(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let provider = try provider(of: request, in: store)
        try provider.requireReadableRedirectURIs()
        let configuration = OpenIDConfiguration(of: provider, origin: request.origin, in: store)
        return APIResponse(200, .plainJSON(configuration.discovery))
    }

    /// The keys that sign tokens; empty if the client's secret does.
    private static func keys(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let provider = try provider(of: request, in: store)
        guard let key = provider.signingKey.flatMap({ store.certificates[$0] }) else {
            return APIResponse(200, .plainJSON([:]))
        }
        guard key.generated == nil else { throw .notInSandbox("the key of a certificate that was generated here") }
        return APIResponse(200, .plainJSON(["keys": [SigningKey.webKey(store.release)]]))
    }

    /// The provider of the application that a path names.
    private static func provider(of request: APIRequest, in store: Store) throws(Refusal) -> OAuth2Provider {
        guard let application = store.application(slug: request.key),
            let provider = application.provider.flatMap({ store.providers[$0] })
        else { throw .noSuchPath }
        return provider
    }

    /// Begins a login.
    ///
    /// An unknown client or a wrong redirect URI is shown to the user; any other error is sent to the client.
    private static func authorize(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        guard let clientID = request.query["client_id"], var provider = store.provider(clientID: clientID) else {
            return .page(400, "Bad Request")
        }
        try provider.requireReadableRedirectURIs()
        guard let uri = request.query["redirect_uri"] else { return .page(400, "Bad Request") }
        if learnsFirstURI(provider, store.release) {
            let kind = store.release.hasRedirectURITypes ? RedirectURI.Kind.authorization : nil
            let old = provider
            provider.redirectURIs = [RedirectURI(matchingMode: .strict, url: uri, kind: kind)]
            store.replace(old, with: provider)
        }
        guard provider.redirectURIs.contains(where: { $0.matches(uri) }) else { return .page(400, "Bad Request") }
        let state = request.query["state"]
        guard let type = request.query["response_type"], responseTypes.contains(type) else {
            return OAuth2Error.unsupportedResponseType.redirect(to: uri, state: state)
        }
        let grant = type == "code" ? "authorization_code" : "implicit"
        if store.release.hasGrantTypes, !provider.grantTypes.contains(grant) {
            return OAuth2Error.invalidRequest.redirect(to: uri, state: state)
        }
        guard store.application(of: provider.pk) != nil else { throw .noSuchPath }
        if request.query["prompt"] == "none" {
            return OAuth2Error.loginRequired.redirect(to: uri, state: state)
        }
        return APIResponse(
            302,
            .emptyHTML,
            location: "/flows/-/default/authentication/?next=" + PercentEncoding.encode(request.rawPath)
        )
    }

    private static let responseTypes: Set = [
        "code", "id_token", "id_token token", "code token", "code id_token", "code id_token token",
    ]

    /// A provider without a redirect URI for logins stores the first one that a client requests.
    private static func learnsFirstURI(_ provider: OAuth2Provider, _ release: Release) -> Bool {
        release.hasRedirectURITypes
            ? !provider.redirectURIs.contains { $0.isForLogins } : provider.redirectURIs.isEmpty
    }

    /// Exchanges a grant for a token, which never succeeds.
    ///
    /// A wrong secret is only detected for two grants; the other two fail in the same way with any secret.
    private static func token(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let error = try tokenError(request, in: &store)
        return error.response(400, to: request, store.release)
    }

    private static func tokenError(_ request: APIRequest, in store: inout Store) throws(Refusal) -> OAuth2Error {
        guard let client = client(of: request), let provider = store.provider(clientID: client.id) else {
            return .invalidClient
        }
        let form = request.form
        let grant = form["grant_type"] ?? ""
        let isExchange = store.release.exchangesTokens && grant == OAuth2Provider.tokenExchange
        guard grantTypes.contains(grant) || isExchange else { return .unsupportedGrantType }
        if store.release.hasGrantTypes, !provider.grantTypes.contains(grant) { return .invalidGrant }
        if grant == "authorization_code" || grant == "refresh_token", !accepts(client.secret, provider) {
            return .invalidClient
        }
        guard grant == "authorization_code", form["code"] != nil else { return .invalidGrant }
        try provider.requireReadableRedirectURIs()
        // A URI that the provider does not have is treated like an unknown client, and logged.
        guard let uri = form["redirect_uri"], provider.redirectURIs.contains(where: { $0.matches(uri) }) else {
            store.record(
                .configurationError,
                app: "authentik.providers.oauth2.views.token",
                context: ["message": "Invalid redirect URI used by provider"]
            )
            return .invalidClient
        }
        return .invalidGrant
    }

    private static let grantTypes: Set = [
        "authorization_code", "refresh_token", "client_credentials", "password",
        "urn:ietf:params:oauth:grant-type:device_code",
    ]

    /// Revokes a token (RFC 7009): an unknown one counts as revoked, so this distinguishes a right secret from a wrong
    /// one.
    private static func revoke(_ request: APIRequest, in store: inout Store) -> APIResponse {
        guard let client = client(of: request), let provider = store.provider(clientID: client.id),
            accepts(client.secret, provider)
        else { return OAuth2Error.invalidClient.response(401, to: request, store.release) }
        return APIResponse(200, .plainJSON([:]))
    }

    /// Introspects a token (RFC 7662), which is always unknown.
    private static func introspect(_ request: APIRequest, in store: inout Store) -> APIResponse {
        APIResponse(200, .plainJSON(["active": false]))
    }

    /// The credentials of a client, from `Authorization` or the form.
    private static func client(of request: APIRequest) -> (id: String, secret: String)? {
        if let basic = request.basicCredentials { return (basic.name, basic.password) }
        let form = request.form
        return form["client_id"].map { ($0, form["client_secret"] ?? "") }
    }

    private static func accepts(_ secret: String, _ provider: OAuth2Provider) -> Bool {
        provider.clientType == .public || secret == provider.clientSecret
    }
}

/// An error of the OAuth2 endpoints (RFC 6749, sections 4.1.2.1 and 5.2), in Authentik's words.
enum OAuth2Error: String {
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case invalidRequest = "invalid_request"
    case loginRequired = "login_required"
    case unsupportedGrantType = "unsupported_grant_type"
    case unsupportedResponseType = "unsupported_response_type"

    var description: String {
        switch self {
        case .invalidClient:
            "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported "
                + "authentication method)"
        case .invalidGrant:
            "The provided authorization grant or refresh token is invalid, expired, revoked, does not match the "
                + "redirection URI used in the authorization request, or was issued to another client"
        case .invalidRequest: "The request is otherwise malformed"
        case .loginRequired: "The Authorization Server requires End-User authentication"
        case .unsupportedGrantType: "The authorization grant type is not supported by the authorization server"
        case .unsupportedResponseType:
            "The authorization server does not support obtaining an authorization code using this method"
        }
    }

    func response(_ status: Int, to request: APIRequest, _ release: Release) -> APIResponse {
        var fields: [String: JSONValue] = [
            "error": .string(rawValue), "error_description": .string(description),
        ]
        if release.identifiesOAuthErrors { fields["request_id"] = .string(request.id) }
        return APIResponse(status, .plainJSON(.object(fields)))
    }

    /// Redirects the browser with the error in the query.
    func redirect(to uri: String, state: String?) -> APIResponse {
        var parameters = [("error", rawValue), ("error_description", description)]
        if let state { parameters.append(("state", state)) }
        let query = parameters.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        return APIResponse(302, .emptyHTML, location: uri + (uri.contains("?") ? "&" : "?") + query)
    }
}
