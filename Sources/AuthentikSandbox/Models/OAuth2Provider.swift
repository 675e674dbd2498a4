import FoundationEssentials
import JSON
import PythonRegex

/// `authentik_providers_oauth2.oauth2provider`, including that part of a proxy provider.
struct OAuth2Provider: Sendable, Codable {
    var pk: Int
    var name = ""
    var authenticationFlow: UUID?
    var authorizationFlow: UUID?
    var invalidationFlow: UUID?
    var propertyMappings: [UUID] = []
    var clientType = ClientType.confidential
    var clientID = Random.alphanumeric(40)
    var clientSecret = Random.alphanumeric(128)
    var accessCodeValidity = "minutes=1"
    var accessTokenValidity = "hours=1"
    var refreshTokenValidity = "days=30"
    var refreshTokenThreshold = "seconds=0"
    var includeClaimsInIDToken = true
    var signingKey: UUID?
    var encryptionKey: UUID?
    var redirectURIs: [RedirectURI] = []
    var logoutURI = ""
    var logoutMethod = LogoutMethod.backchannel
    var subjectMode = SubjectMode.hashedUserID
    var issuerMode = IssuerMode.perProvider
    var federatedSources: [UUID] = []
    var federatedProviders: [Int] = []
    /// How a token can be obtained; since 2026.5.
    ///
    /// Without `authorization_code` logins are rejected.
    var grantTypes: [String] = []
    /// Set for a proxy provider, which Authentik builds on an OAuth2 provider of the same key.
    var proxy: ProxySettings?

    enum ClientType: String, Choice, Codable {
        case confidential, `public`
    }

    /// All grant types of 2026.5, which the upgrade gives to older providers.
    static let olderGrantTypes = [
        "authorization_code", "implicit", "hybrid", "refresh_token", "client_credentials", "password",
        "urn:ietf:params:oauth:grant-type:device_code",
    ]

    /// The additional one of 2026.8.
    static let tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

    /// The grant types of a proxy provider, which requests cannot change.
    static let proxyGrantTypes = ["authorization_code", "client_credentials", "password"]

    enum LogoutMethod: String, Choice, Codable {
        case backchannel, frontchannel
    }

    enum SubjectMode: String, Choice, Codable {
        case hashedUserID = "hashed_user_id"
        case userID = "user_id"
        case userUUID = "user_uuid"
        case userUsername = "user_username"
        case userEmail = "user_email"
        case userUPN = "user_upn"
    }

    enum IssuerMode: String, Choice, Codable {
        case global
        case perProvider = "per_provider"
    }
}

/// A URI to which a provider redirects browsers after a login or logout.
///
/// All fields can be missing in the store: a PATCH with an incomplete entry is stored before Authentik fails on it, and
/// from then on it fails on every read.
struct RedirectURI: Sendable, Codable {
    var matchingMode: MatchingMode?
    var url: String?
    /// Nil if a PATCH omitted it; that counts as `authorization`, and the answer to the PATCH does not show it.
    var kind: Kind?

    enum MatchingMode: String, Choice, Codable {
        case strict, regex
    }

    /// Its purpose; since 2026.5.
    enum Kind: String, Choice, Codable {
        case authorization, logout
    }

    /// Whether it can be used for logins.
    var isForLogins: Bool { kind != .logout }

    /// - Parameter kind: the kind to show; nil to show none.
    /// - Throws: ``Refusal/crash`` if the entry is incomplete.
    func json(_ kind: Kind?) throws(Refusal) -> JSONValue {
        guard let matchingMode, let url else { throw .crash }
        var fields: [String: JSONValue] = ["matching_mode": .string(matchingMode.rawValue), "url": .string(url)]
        if let kind { fields["redirect_uri_type"] = .string(kind.rawValue) }
        return .object(fields)
    }

    /// Whether it allows a requested URI.
    func matches(_ uri: String) -> Bool {
        guard isForLogins, let url else { return false }
        switch matchingMode {
        case .regex: return (try? PythonPattern(url))?.matches(whole: uri) == true
        default: return url.unicodeScalars.elementsEqual(uri.unicodeScalars)
        }
    }

    /// Checks one entry of a request.
    static func validate(_ body: JSONValue, partial: Bool, _ release: Release) throws(Refusal) -> RedirectURI {
        var fields = try Validator(body, partial: partial)
        var mode = MatchingMode.strict
        var url = ""
        var kind = Kind.authorization
        fields.choice("matching_mode", into: &mode, required: true)
        fields.text("url", into: &url, required: true, blank: false)
        if release.hasRedirectURITypes { fields.choice("redirect_uri_type", into: &kind) }
        let hasKind = release.hasRedirectURITypes && (fields.isSent("redirect_uri_type") || !partial)
        let entry = RedirectURI(
            matchingMode: fields.isSent("matching_mode") ? mode : nil,
            url: fields.isSent("url") ? url : nil,
            kind: hasKind ? kind : nil
        )
        try fields.finish()
        return entry
    }
}
