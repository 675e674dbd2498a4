/// One declared service: an application, and an OAuth2 provider unless it is a bookmark.
///
/// An optional that is nil was not declared and is not managed: whatever Authentik has there stays.
package struct Service: Sendable, Equatable {
    /// The application's slug; matches `^[-a-zA-Z0-9_]+$`.
    package var slug: String
    /// Where the file declares the service.
    package var location: SourceLocation
    /// The display name; without one the application is created with its slug as the name.
    package var name: String?
    package var group: String?
    package var description: String?
    package var publisher: String?
    /// A URL, `fa://` name or media path.
    package var icon: String?
    /// The given launch URL, else the origin of the service.
    package var launchURL: String?
    package var openInNewTab: Bool?
    /// The OAuth2 provider; nil for a bookmark.
    package var provider: Provider?
    /// Whether the service is to be there.
    package var state = ServiceState.present
    /// What becomes of an application that is there without an ownership mark.
    package var adopt = AdoptionPolicy.always
    /// Of a service that is to be absent, the name and client id that the file gives its provider.
    package var formerProviderNames: [String] = []
    /// Slugs that the service had before, the latest of which is there is moved to ``slug``.
    package var renamedFrom: [String] = []
    /// What the file (or its `defaults`) set, and what came from the program's own defaults is not in it.
    package var declaredFields: Set<Field>

    package init(slug: String, location: SourceLocation, declaredFields: Set<Field> = []) {
        self.slug = slug
        self.location = location
        self.declaredFields = declaredFields
    }
}

extension Service {
    /// A field of the file that ends up in a field of Authentik's.
    package enum Field: String, Sendable, Hashable, CaseIterable {
        case name, group, description, publisher, icon, launchURL, openInNewTab
        case providerName, clientID, clientType, secretRef, redirectURIs, scopes
        case signingKey, encryptionKey, authorizationFlow, invalidationFlow, authenticationFlow
        case accessCodeValidity, accessTokenValidity, refreshTokenValidity
        case subjectMode, issuerMode, includeClaimsInIDToken, logoutURI, logoutMethod, grantTypes
    }
}
