import FoundationEssentials

/// The fields of `authentik_providers_proxy.proxyprovider` in addition to its OAuth2 provider.
struct ProxySettings: Sendable, Codable {
    enum Mode: String, Choice, Codable {
        case proxy
        case forwardSingle = "forward_single"
        case forwardDomain = "forward_domain"
    }

    var mode = Mode.proxy
    var internalHost = ""
    var externalHost = ""
    var validatesInternalHost = true
    var certificate: UUID?
    var skipPathRegex = ""
    var isBasicAuthEnabled = false
    var basicAuthPasswordAttribute = ""
    var basicAuthUserAttribute = ""
    var interceptsHeaderAuth = true
    var cookieDomain = ""

    /// The redirect URIs of the outpost.
    private var redirectURIs: [RedirectURI] {
        [Self.callback(of: externalHost), externalHost].map { address in
            RedirectURI(matchingMode: .strict, url: "\(address)?X-authentik-auth-callback=true", kind: .authorization)
        }
    }

    /// The callback next to an address: what follows the last slash of its path is replaced (RFC 3986, section 5.2.3).
    private static func callback(of address: String) -> String {
        let callback = "outpost.goauthentik.io/callback"
        let plain = address.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = plain.firstRange(of: "://") else { return callback }
        guard let slash = plain[scheme.upperBound...].lastIndex(of: "/") else { return "\(plain)/\(callback)" }
        return "\(plain[...slash])\(callback)"
    }

    /// The scope mappings that a proxy provider always has, by their `managed` names.
    private static let mappings = [
        "goauthentik.io/providers/oauth2/scope-openid", "goauthentik.io/providers/oauth2/scope-profile",
        "goauthentik.io/providers/oauth2/scope-email", "goauthentik.io/providers/oauth2/scope-entitlements",
        "goauthentik.io/providers/proxy/scope-proxy",
    ]

    /// Applies what Authentik does after each write of a proxy provider, whatever was sent: its redirect URIs and grant
    /// types are set by the server, and scope mappings are added.
    ///
    /// Source: `ProxyProvider.set_oauth_defaults` in `authentik/providers/proxy/models.py`.
    func apply(to provider: inout OAuth2Provider, in store: Store) {
        provider.proxy = self
        provider.clientType = .confidential
        provider.signingKey = nil
        provider.includeClaimsInIDToken = true
        provider.redirectURIs = redirectURIs
        for mapping in Self.mappings.compactMap({ store.indexes.scopeMappingByManaged[$0] })
        where !provider.propertyMappings.contains(mapping) { provider.propertyMappings.append(mapping) }
        if store.release.hasGrantTypes { provider.grantTypes = OAuth2Provider.proxyGrantTypes }
    }
}
