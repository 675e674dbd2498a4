import Kinds

/// A reverse proxy that can ask an outpost whether a user is logged in, or forward to one.
///
/// The output follows Authentik's documentation, which has a page for each:
/// <https://docs.goauthentik.io/add-secure-apps/providers/proxy/forward_auth/>. It differs in these points:
///
/// | | why |
/// |---|---|
/// | the outpost is sent the host with its port | it finds the application by that, e.g. `host:8448` |
/// | an outpost with an `https` address is asked under its own name | another reverse proxy is in front of it, and routes by name |
/// | the outpost's `Authorization` header is passed on only with `basicAuth` | otherwise the service's own would be lost |
enum ReverseProxy: String, CaseIterable {
    case traefik
    case traefikKubernetes = "traefik-kubernetes"
    case nginx, caddy, envoy
    /// For no particular reverse proxy; also the name of a tool's row.
    case generic

    static let page = "https://docs.goauthentik.io/add-secure-apps/providers/proxy"

    var title: String {
        switch self {
        case .traefik: "Traefik (file provider)"
        case .traefikKubernetes: "Traefik (Middleware and IngressRoute)"
        case .nginx: "nginx"
        case .caddy: "Caddy"
        case .envoy: "Envoy (Istio)"
        case .generic: "Any reverse proxy"
        }
    }

    private var documentation: String {
        switch self {
        case .traefik, .traefikKubernetes: "\(Self.page)/server_traefik/"
        case .nginx, .caddy, .envoy: "\(Self.page)/server_\(rawValue)/"
        case .generic: "\(Self.page)/forward_auth/"
        }
    }

    func text(for site: ForwardAuthSite) -> String {
        let body =
            switch self {
            case .traefik: traefik(site)
            case .traefikKubernetes: traefikKubernetes(site)
            case .nginx: nginx(site)
            case .caddy: caddy(site)
            case .envoy: envoy(site)
            case .generic: generic(site)
            }
        return (comments(site).map { "# \($0)" } + [body, ""]).joined(separator: "\n")
    }

    private func comments(_ site: ForwardAuthSite) -> [String] {
        var comments = ["\(title): forward-auth for service '\(site.slug)', \(site.external).", documentation]
        switch site.mode {
        case .single: break
        case .domain:
            comments.append(
                "For all applications below \(site.cookieDomain ?? ""): users log in once, at \(site.external)."
            )
        case .proxy: comments.append("The outpost is the reverse proxy of the service: all requests go to the outpost.")
        }
        if site.mode != .proxy, site.upstreamIsGuessed, self != .generic {
            comments.append(
                "The address of the service itself is unknown (--upstream): replace \(site.service) with it."
            )
        }
        comments.append(
            "The service must only be reachable through the reverse proxy: requests that bypass it need no login."
        )
        return comments
    }

    /// The headers by which the outpost identifies the user, spelled as in Authentik's documentation.
    static let headers = [
        "X-authentik-username", "X-authentik-groups", "X-authentik-entitlements", "X-authentik-email",
        "X-authentik-name", "X-authentik-uid",
    ]

    /// Further headers, rarely needed.
    static let moreHeaders = [
        "X-authentik-jwt", "X-authentik-meta-jwks", "X-authentik-meta-outpost", "X-authentik-meta-provider",
        "X-authentik-meta-app", "X-authentik-meta-version",
    ]

    static func allHeaders(_ site: ForwardAuthSite) -> [String] {
        headers + moreHeaders + (site.sendsBasicAuth ? ["authorization"] : [])
    }

    private func generic(_ site: ForwardAuthSite) -> String {
        let outpost = "\(site.outpost)/outpost.goauthentik.io"
        var lines = ["externalHost: \(site.external)", "mode: \(site.mode.word)"]
        if let domain = site.cookieDomain { lines.append("cookieDomain: \(domain)") }
        if site.mode == .proxy { return (lines + ["upstream: \(site.outpost)"]).joined(separator: "\n") }
        lines += [
            "# Asked about each request: 2xx allows it, with the headers; any other response is returned to the browser unchanged,",
            "# except with nginx, which gets 401 and redirects the browser to 'start'.", "auth:",
        ]
        lines += ["traefik", "nginx", "caddy", "envoy"].map { "  \($0): \(outpost)/auth/\($0)" }
        lines += [
            "# Reachable without a login, at the service's own host: 'start' begins a login, 'callback' ends it.",
            "outpost:",
            "  path: /outpost.goauthentik.io/", "  upstream: \(site.outpost)",
            "start: \(site.external)/outpost.goauthentik.io/start?rd=URL",
            "callback: \(site.external)/outpost.goauthentik.io/callback", "headers:",
        ]
        return (lines + Self.allHeaders(site).map { "  - \($0)" }).joined(separator: "\n")
    }
}
