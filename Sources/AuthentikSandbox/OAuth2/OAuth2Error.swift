import JSON

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

    /// Sends the browser back with the error in the query.
    func redirect(to uri: String, state: String?) -> APIResponse {
        var parameters = [("error", rawValue), ("error_description", description)]
        if let state { parameters.append(("state", state)) }
        let query = parameters.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        return APIResponse(302, .emptyHTML, location: uri + (uri.contains("?") ? "&" : "?") + query)
    }
}
