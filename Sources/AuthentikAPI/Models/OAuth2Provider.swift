import Base
package import Secrets

/// An OAuth2 provider as `/providers/oauth2/` shows it, as far as this program reads it.
///
/// Absent fields become their defaults: releases add and drop fields.
package struct OAuth2Provider: Sendable, Equatable {
    package var pk: Int
    package var name: String
    package var clientType = "confidential"
    package var clientID: String
    /// Nil where a release does not show it to this account.
    package var clientSecret: Secret?
    package var redirectURIs: [RedirectEntry] = []
    /// Uuids of scope mappings; their order means nothing.
    package var propertyMappings: [String] = []
    /// Nil means that tokens are signed with the client secret (HS256).
    package var signingKey: String?
    package var encryptionKey: String?
    package var authorizationFlow: String?
    package var invalidationFlow: String?
    package var authenticationFlow: String?
    package var accessCodeValidity: String?
    package var accessTokenValidity: String?
    package var refreshTokenValidity: String?
    package var subjectMode: String?
    package var issuerMode: String?
    package var includeClaimsInIDToken: Bool?
    package var logoutURI: String?
    package var logoutMethod: String?
    /// Nil on releases that do not know grant types.
    package var grantTypes: [String]?
    /// The slug of the application whose provider this is.
    package var applicationSlug: String?
    /// The slug of the application that has this as a backchannel provider.
    package var backchannelApplicationSlug: String?

    /// One entry of `redirect_uris`.
    ///
    /// Equal are two that are so to the byte.
    package struct RedirectEntry: Sendable, Hashable, Decodable {
        package var matchingMode: String
        package var url: String
        /// `authorization` or `logout`; nil before 2026.5, where all are for authorization.
        package var type: String?

        package init(matchingMode: String, url: String, type: String? = nil) {
            self.matchingMode = matchingMode
            self.url = url
            self.type = type
        }

        package static func == (left: Self, right: Self) -> Bool {
            left.matchingMode == right.matchingMode && left.url.exact == right.url.exact && left.type == right.type
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(matchingMode)
            hasher.combine(url.exact)
            hasher.combine(type)
        }

        private enum CodingKeys: String, CodingKey {
            case url
            case matchingMode = "matching_mode"
            case type = "redirect_uri_type"
        }
    }

    package init(pk: Int, name: String, clientID: String) {
        self.pk = pk
        self.name = name
        self.clientID = clientID
    }
}

extension OAuth2Provider {
    /// Whether any application has it.
    package var isLinked: Bool { applicationSlug != nil || backchannelApplicationSlug != nil }

    /// Whether it is the inner half of a proxy provider.
    ///
    /// Authentik lists those among the OAuth2 providers, under that name and type
    /// (https://github.com/goauthentik/authentik/issues/11949); the redirect URI of the outpost gives them away.
    package var isProxy: Bool {
        redirectURIs.contains { $0.url.contains("X-authentik-auth-callback") }
    }
}

extension OAuth2Provider: ListedObject {
    package var key: Int { pk }

    private enum CodingKeys: String, CodingKey {
        case pk, name
        case clientType = "client_type"
        case clientID = "client_id"
        case clientSecret = "client_secret"
        case redirectURIs = "redirect_uris"
        case propertyMappings = "property_mappings"
        case signingKey = "signing_key"
        case encryptionKey = "encryption_key"
        case authorizationFlow = "authorization_flow"
        case invalidationFlow = "invalidation_flow"
        case authenticationFlow = "authentication_flow"
        case accessCodeValidity = "access_code_validity"
        case accessTokenValidity = "access_token_validity"
        case refreshTokenValidity = "refresh_token_validity"
        case subjectMode = "sub_mode"
        case issuerMode = "issuer_mode"
        case includeClaimsInIDToken = "include_claims_in_id_token"
        case logoutURI = "logout_uri"
        case logoutMethod = "logout_method"
        case grantTypes = "grant_types"
        case applicationSlug = "assigned_application_slug"
        case backchannelApplicationSlug = "assigned_backchannel_application_slug"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String? { try values.decodeIfPresent(String.self, forKey: key) }
        pk = try values.decode(Int.self, forKey: .pk)
        name = try values.decode(String.self, forKey: .name)
        clientType = try text(.clientType) ?? "confidential"
        clientID = try text(.clientID) ?? ""
        clientSecret = try text(.clientSecret).map(Secret.init)
        redirectURIs = try values.decodeIfPresent([RedirectEntry].self, forKey: .redirectURIs) ?? []
        propertyMappings = try values.decodeIfPresent([String].self, forKey: .propertyMappings) ?? []
        signingKey = try text(.signingKey)
        encryptionKey = try text(.encryptionKey)
        authorizationFlow = try text(.authorizationFlow)
        invalidationFlow = try text(.invalidationFlow)
        authenticationFlow = try text(.authenticationFlow)
        accessCodeValidity = try text(.accessCodeValidity)
        accessTokenValidity = try text(.accessTokenValidity)
        refreshTokenValidity = try text(.refreshTokenValidity)
        subjectMode = try text(.subjectMode)
        issuerMode = try text(.issuerMode)
        includeClaimsInIDToken = try values.decodeIfPresent(Bool.self, forKey: .includeClaimsInIDToken)
        logoutURI = try text(.logoutURI)
        logoutMethod = try text(.logoutMethod)
        grantTypes = try values.decodeIfPresent([String].self, forKey: .grantTypes)
        applicationSlug = try text(.applicationSlug)
        backchannelApplicationSlug = try text(.backchannelApplicationSlug)
    }
}
