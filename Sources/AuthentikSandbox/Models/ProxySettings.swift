import FoundationEssentials

/// What `authentik_providers_proxy.proxyprovider` has beyond the OAuth2 provider that it is built on.
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

    /// Where the outpost sends a browser back to.
    var redirectURIs: [RedirectURI] {
        ["\(externalHost)/outpost.goauthentik.io/callback", externalHost].map { address in
            RedirectURI(matchingMode: .strict, url: "\(address)?X-authentik-auth-callback=true", kind: .authorization)
        }
    }
}
