import Base
package import Secrets

/// Whether a client secret is the one that Authentik has but does not show.
package enum SecretProof: Sendable, Equatable {
    case right
    case wrong
    /// It could not be checked; why, as a clause.
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

    /// Whether HTTP's basic authentication can carry them: Authentik takes the first colon for the end of the client id.
    package static func canCarry(clientID: String) -> Bool { !clientID.utf8.contains(UInt8(ascii: ":")) }

    /// The value of `Authorization`.
    ///
    /// Neither half is form-encoded, as RFC 6749 would have it: Authentik does not decode them
    /// (`authentik/providers/oauth2/utils.py`, `extract_client_auth`). White space around a secret is left out, since
    /// Authentik takes it off when it saves one.
    var authorization: String { "Basic \(base64("\(id):\(secret.exposed.trimmed)"))" }
}

extension ClientCredentials: CustomStringConvertible, CustomReflectable {
    package var description: String { id }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Endpoint {
    /// Where a client gives up a token of its own (RFC 7009): of an unknown one it only says whether the client is who it
    /// says it is.
    package static let revocation = Endpoint("revoke", base: "application/o", isReadOnly: true)

    // MARK: What else is probed; the slug in the path is left out, so that each has one name in metrics

    package static let discovery = Endpoint("openid-configuration", base: "application/o")
    package static let keySet = Endpoint("jwks", base: "application/o")
    package static let authorization = Endpoint("authorize", base: "application/o")
    package static let outpostPing = Endpoint("outpost.goauthentik.io/ping", base: "")
}

extension AuthentikClient {
    /// Enough for a brief failure; a path that is closed to this program is not worth waiting for.
    private static let probeAttempts = 2

    /// Asks whether a client secret is the right one, by giving up a token that does not exist: that changes nothing, and
    /// no right is needed for it.
    ///
    /// | the answer | |
    /// |---|---|
    /// | 200, JSON | right |
    /// | 401, `invalid_client` | wrong |
    /// | anything else, or none | unknown |
    ///
    /// It goes to the Authentik that this is a client of, without the client's token.
    ///
    /// - Throws: `CancellationError`.
    package func prove(_ credentials: ClientCredentials) async throws -> SecretProof {
        var client = self
        client.retryPolicy.maximumAttempts = min(retryPolicy.maximumAttempts, Self.probeAttempts)
        var request = APIRequest(method: "POST", endpoint: .revocation, secrets: [credentials.secret])
        request.credentials = credentials
        // No client was ever given such a token.
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
