import FoundationEssentials

/// `authentik_providers_oauth2.oauth2provider`.
struct OAuth2Provider: Sendable {
    let pk: Int
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

    enum ClientType: String, Choice {
        case confidential, `public`
    }

    enum LogoutMethod: String, Choice {
        case backchannel, frontchannel
    }

    enum SubjectMode: String, Choice {
        case hashedUserID = "hashed_user_id"
        case userID = "user_id"
        case userUUID = "user_uuid"
        case userUsername = "user_username"
        case userEmail = "user_email"
        case userUPN = "user_upn"
    }

    enum IssuerMode: String, Choice {
        case global
        case perProvider = "per_provider"
    }
}
