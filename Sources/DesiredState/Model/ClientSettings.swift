package import Kinds

/// What a client may know of its provider, but the secret: the URLs as Authentik lays them out, which is the same since
/// 2024.12.
package struct ClientSettings: Sendable, Equatable {
    /// Where Authentik is, without a slash at the end.
    package var address: String
    package var slug: String
    package var clientID: String
    package var issuerMode: IssuerMode
    /// The first strict one.
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

    /// Empty for what there is not; nil for the client secret, which is nobody's to tell from here.
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
