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
    /// How long before its end a refresh token is replaced; since 2025.10.
    package var refreshTokenThreshold: String?
    package var subjectMode: String?
    package var issuerMode: String?
    package var includeClaimsInIDToken: Bool?
    package var logoutURI: String?
    package var logoutMethod: String?
    /// What became ``logoutURI`` in 2025.10; 2025.8 only.
    package var backchannelLogoutURI: String?
    /// The uuids of sources whose tokens are taken for those of this provider.
    package var federatedSources: [String] = []
    /// The pks of providers of which the same is true.
    package var federatedProviders: [Int] = []
    /// Nil on releases that do not know grant types.
    package var grantTypes: [String]?
    /// The slug of the application whose provider this is.
    package var applicationSlug: String?
    /// The slug of the application that has this as a backchannel provider.
    package var backchannelApplicationSlug: String?
    /// Not part of the list: see ``Kind``.
    package var kind = Kind.oauth2

    /// What a provider is that Authentik lists as an OAuth2 provider.
    ///
    /// The inner half of a proxy provider is among them, under its name and under the same type
    /// (https://github.com/goauthentik/authentik/issues/11949). What it is tells its application, or the list of proxy
    /// providers.
    package enum Kind: Sendable, Hashable {
        case oauth2
        case proxy
        /// It looks like a proxy provider, and this account may not see the list that would tell.
        case undetermined
    }

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

    /// Whether it has the redirect URI of an outpost, as each proxy provider does; an ordinary provider may have it, too.
    package var looksLikeProxy: Bool {
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
        case refreshTokenThreshold = "refresh_token_threshold"
        case subjectMode = "sub_mode"
        case issuerMode = "issuer_mode"
        case includeClaimsInIDToken = "include_claims_in_id_token"
        case logoutURI = "logout_uri"
        case logoutMethod = "logout_method"
        case backchannelLogoutURI = "backchannel_logout_uri"
        case federatedSources = "jwt_federation_sources"
        case federatedProviders = "jwt_federation_providers"
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
        refreshTokenThreshold = try text(.refreshTokenThreshold)
        subjectMode = try text(.subjectMode)
        issuerMode = try text(.issuerMode)
        includeClaimsInIDToken = try values.decodeIfPresent(Bool.self, forKey: .includeClaimsInIDToken)
        logoutURI = try text(.logoutURI)
        logoutMethod = try text(.logoutMethod)
        backchannelLogoutURI = try text(.backchannelLogoutURI)
        federatedSources = try values.decodeIfPresent([String].self, forKey: .federatedSources) ?? []
        federatedProviders = try values.decodeIfPresent([Int].self, forKey: .federatedProviders) ?? []
        grantTypes = try values.decodeIfPresent([String].self, forKey: .grantTypes)
        applicationSlug = try text(.applicationSlug)
        backchannelApplicationSlug = try text(.backchannelApplicationSlug)
    }
}
