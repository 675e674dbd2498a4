import Base
package import Secrets

/// Whether a client secret is the one that Authentik has but does not show.
package enum SecretProof: Sendable, Equatable {
    case right
    case wrong
    /// It could not be checked, with the reason as a clause.
    case unknown(reason: String)
}

/// The credentials of an OAuth2 client (RFC 6749, section 2.3.1).
package struct ClientCredentials: Sendable {
    package var id: String
    package var secret: Secret

    package init(id: String, secret: Secret) {
        self.id = id
        self.secret = secret
    }

    /// Whether HTTP basic authentication can carry them: for Authentik, the client id ends at the first colon.
    package static func canCarry(clientID: String) -> Bool { !clientID.utf8.contains(UInt8(ascii: ":")) }

    /// The value of `Authorization`.
    ///
    /// Neither half is form-encoded as RFC 6749 requires: Authentik does not decode them
    /// (`authentik/providers/oauth2/utils.py`, `extract_client_auth`). White space around a secret is left out, since
    /// Authentik trims it when it saves one.
    var authorization: String { "Basic \(base64("\(id):\(secret.exposed.trimmed)"))" }
}

extension ClientCredentials: CustomStringConvertible, CustomReflectable {
    package var description: String { id }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Endpoint {
    /// Where a client revokes a token of its own (RFC 7009); for an unknown token, the answer only shows whether the
    /// client's credentials are right.
    package static let revocation = Endpoint("revoke", base: "application/o", isReadOnly: true)

    // MARK: Other probed paths; without the slug, so that each has one name in metrics

    package static let discovery = Endpoint("openid-configuration", base: "application/o")
    package static let keySet = Endpoint("jwks", base: "application/o")
    package static let authorization = Endpoint("authorize", base: "application/o")
    package static let outpostPing = Endpoint("outpost.goauthentik.io/ping", base: "")
}

extension AuthentikClient {
    /// Enough for a brief failure; a path that this program may not access is not worth waiting for.
    private static let probeAttempts = 2

    /// Checks whether a client secret is right by revoking a token that does not exist, which changes nothing and needs
    /// no permission.
    ///
    /// | the answer | |
    /// |---|---|
    /// | 200, JSON | right |
    /// | 401, `invalid_client` | wrong |
    /// | anything else, or none | unknown |
    ///
    /// It is sent to this client's Authentik, without this client's token.
    ///
    /// - Throws: `CancellationError`.
    package func prove(_ credentials: ClientCredentials) async throws -> SecretProof {
        var client = self
        client.retryPolicy.maximumAttempts = min(retryPolicy.maximumAttempts, Self.probeAttempts)
        var request = APIRequest(method: "POST", endpoint: .revocation, secrets: [credentials.secret])
        request.credentials = credentials
        // No client ever got such a token.
        request.form = [("token", "none-\(UInt64.random(in: 0 ... .max))")]
        do {
            _ = try await client.send(request)
            return .right
        } catch let error as AuthentikError {
            let refusal = AuthentikError.FieldError(field: "error", message: "invalid_client")
            return error.status == 401 && error.fields.contains(refusal) ? .wrong : .unknown(reason: error.message)
        }
    }
}
