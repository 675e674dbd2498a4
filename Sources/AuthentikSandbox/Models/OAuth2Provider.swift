import FoundationEssentials

/// `authentik_providers_oauth2.oauth2provider`, and what a proxy provider has of it.
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
    /// By which a token may be had; since 2026.8.
    ///
    /// Without `authorization_code` nobody can log in.
    var grantTypes: [String] = []
    /// Set for a proxy provider, which Authentik builds on an OAuth2 provider of the same key.
    var proxy: ProxySettings?

    enum ClientType: String, Choice, Codable {
        case confidential, `public`
    }

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
