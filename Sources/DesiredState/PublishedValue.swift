/// What can be published of a service and its provider.
///
/// Raw values are the file's.
package enum PublishedValue: String, Sendable, CaseIterable {
    case clientID
    case clientSecret
    case issuer
    case authorizationURL
    case tokenURL
    case userInfoURL
    case endSessionURL
    case jwksURL
    /// The discovery document (OpenID Connect Discovery 1.0, section 4).
    case configurationURL
    /// The first.
    case redirectURI
    case launchURL
    /// Scope names, with spaces between them.
    case scopes
}
