package import Kinds

/// The settings of a provider that its client needs, except the secret.
///
/// The URLs follow Authentik's layout, which is the same since 2024.12.
package struct ClientSettings: Sendable, Equatable {
    /// Authentik's address, without a slash at the end.
    package var address: String
    package var slug: String
    package var clientID: String
    package var issuerMode: IssuerMode
    /// The first strict redirect URI.
    package var redirectURI: String?
    package var launchURL: String?
    /// Scope names.
    package var scopes: [String]

    /// - Parameter scopes: the names that the provider's scope mappings have.
    package init(
        at address: String,
        of service: Service,
        _ provider: Provider,
        issuerMode: IssuerMode,
        scopes: [String]
    ) {
        self.address = address
        slug = service.slug
        clientID = provider.clientID
        self.issuerMode = issuerMode
        redirectURI = provider.redirectURIs.first { $0.matching == .strict }?.url
        launchURL = service.launchURL
        self.scopes = scopes
    }

    /// The text of a value; empty if there is none; nil for the client secret, which is not known here.
    package func text(of value: PublishedValue) -> String? {
        switch value {
        case .clientID: clientID
        case .clientSecret: nil
        case .issuer: issuerMode == .global ? "\(address)/" : application("")
        case .authorizationURL: shared("authorize/")
        case .tokenURL: shared("token/")
        case .userInfoURL: shared("userinfo/")
        case .endSessionURL: application("end-session/")
        case .jwksURL: application("jwks/")
        case .configurationURL: application(".well-known/openid-configuration")
        case .redirectURI: redirectURI ?? ""
        case .launchURL: launchURL ?? ""
        case .scopes: scopes.joined(separator: " ")
        case .authentikURL: address
        }
    }

    private func shared(_ path: String) -> String { "\(address)/application/o/\(path)" }

    private func application(_ path: String) -> String { shared("\(slug)/\(path)") }
}
