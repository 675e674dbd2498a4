package import Kinds

/// The declared OAuth2 provider of a service, with the program's own defaults filled in.
package struct Provider: Sendable, Equatable {
    /// The provider's name; the service's slug unless said otherwise.
    package var name: String
    /// The OAuth2 client id; the service's slug unless said otherwise.
    package var clientID: String
    package var clientType: ClientType = .confidential
    /// Where the client secret is; nil only for a public client, whose secret is never compared.
    package var secret: SecretReference?
    /// What reads the secret at its start, and so is restarted when that changes; only with a Kubernetes Secret.
    package var restart: Workload?
    /// What of it the service finds in Kubernetes.
    package var publication: Publication?
    /// At least one; no entry twice.
    package var redirectURIs: [RedirectURI]
    /// Scope names (`openid`), or the `managed` name of a scope mapping.
    package var scopes: [String] = ProgramDefaults.scopes
    /// The name of the certificate-key pair that signs tokens.
    package var signingKey: String = ProgramDefaults.signingKey
    /// The name of the certificate-key pair that encrypts tokens.
    package var encryptionKey: String?
    /// Slugs of flows.
    package var authorizationFlow: String = ProgramDefaults.authorizationFlow
    package var invalidationFlow: String = ProgramDefaults.invalidationFlow
    package var authenticationFlow: String?
    /// Authentik's text of a duration, as `hours=1;minutes=30`.
    package var accessCodeValidity: String?
    package var accessTokenValidity: String?
    package var refreshTokenValidity: String?
    package var subjectMode: SubjectMode?
    package var issuerMode: IssuerMode?
    package var includeClaimsInIDToken: Bool?
    package var logoutURI: String?
    package var logoutMethod: LogoutMethod?
    package var grantTypes: [GrantType]?

    package init(name: String, clientID: String, redirectURIs: [RedirectURI]) {
        self.name = name
        self.clientID = clientID
        self.redirectURIs = redirectURIs
    }
}

/// A place where a client may be sent back to (RFC 6749, section 3.1.2).
package struct RedirectURI: Sendable, Hashable {
    package enum Matching: String, Sendable, CaseIterable {
        case strict, regex
    }

    package var matching: Matching
    package var url: String

    package init(_ url: String, matching: Matching = .strict) {
        self.matching = matching
        self.url = url
    }
}

/// What the `sub` claim holds.
///
/// Raw values are Authentik's.
package enum SubjectMode: String, Sendable, CaseIterable {
    case hashedUserID = "hashed_user_id"
    case userID = "user_id"
    case userUUID = "user_uuid"
    case userUsername = "user_username"
    case userEmail = "user_email"
    case userUPN = "user_upn"
}

/// How a client learns of a logout.
///
/// Raw values are Authentik's.
package enum LogoutMethod: String, Sendable, CaseIterable {
    case backchannel, frontchannel
}

/// OAuth2 grant types.
///
/// Raw values are Authentik's.
package enum GrantType: String, Sendable, CaseIterable {
    case authorizationCode = "authorization_code"
    case implicit
    case hybrid
    case refreshToken = "refresh_token"
    case clientCredentials = "client_credentials"
    case password
    case deviceCode = "urn:ietf:params:oauth:grant-type:device_code"
}
