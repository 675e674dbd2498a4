import Kinds

extension ReverseProxy {
    /// A server, for the `http` block: a file in `conf.d` or `sites-enabled`.
    func nginx(_ site: ForwardAuthSite) -> String {
        """
        map $http_upgrade $connection_upgrade_keepalive {
            default upgrade;
            ''      '';
        }

        server {
        \(Self.listening(site))

            # For answers with large headers, as the outpost's are.
            proxy_buffers     8 16k;
            proxy_buffer_size 32k;

        \(site.mode == .proxy ? Self.passing(site) : Self.asking(site))
        }
        """
    }

    private static func listening(_ site: ForwardAuthSite) -> String {
        let secure = site.external.isSecure
        // With `domain` the external host is that of the login; the applications use the scheme's default port.
        let port = site.mode == .domain ? (secure ? 443 : 80) : site.external.effectivePort
        let listens = "\(port)\(secure ? " ssl" : "");"
        // Without it nginx only listens on IPv4.
        let isIPv6 = site.external.host.hasPrefix("[")
        var lines =
            ["listen      \(listens)"] + (isIPv6 ? ["listen      [::]:\(listens)"] : [])
            + ["server_name \(site.serverName);"]
        if secure {
            let host = site.mode == .domain ? (site.cookieDomain ?? site.external.host) : site.external.host
            let name = host.filter { !"[]".contains($0) }
            lines += [
                "ssl_certificate     /etc/nginx/tls/\(name).pem;    # adjust both paths",
                "ssl_certificate_key /etc/nginx/tls/\(name).key;",
            ]
        }
        return indented(lines)
    }

    private static func passing(_ site: ForwardAuthSite) -> String {
        indented(
            ["location / {", "    proxy_pass \(site.outpost);"]
                + (forwarding + outpostHost(site) + upgrading).map { "    \($0)" } + ["}"]
        )
    }

    private static func asking(_ site: ForwardAuthSite) -> String {
        let passedOn = (headers + moreHeaders).map { header in
            let name = header.lowercased().replacing("-", with: "_")
            return (header: header, variable: "$" + name.dropFirst(2), source: "$upstream_http_\(name)")
        }
        var lines = ["location / {", "    proxy_pass \(site.service);"]
        lines += (["proxy_set_header Host $http_host;"] + forwarding + upgrading).map { "    \($0)" }
        lines += [
            "", "    auth_request /outpost.goauthentik.io/auth/nginx;",
            "    error_page 401 = @goauthentik_proxy_signin;",
            "    auth_request_set $auth_cookie $upstream_http_set_cookie;", "    add_header Set-Cookie $auth_cookie;",
            "",
            "    # The user; empty for paths without a login. Headers of these names from the browser are never passed on.",
        ]
        lines += passedOn.map { "    auth_request_set \($0.variable) \($0.source);" }
        lines += passedOn.map { "    proxy_set_header \($0.header) \($0.variable);" }
        if site.sendsBasicAuth {
            lines += [
                "    auth_request_set $authentik_auth $upstream_http_authorization;",
                "    proxy_set_header Authorization $authentik_auth;",
            ]
        }
        lines += [
            "}", "", "# Logins begin and end here, so none is required.", "location /outpost.goauthentik.io {",
            "    proxy_pass \(site.outpost)/outpost.goauthentik.io;",
        ]
        lines += (forwarding + outpostHost(site)).map { "    \($0)" }
        lines += [
            "    proxy_set_header X-Original-URL $scheme://$http_host$request_uri;",
            "    add_header Set-Cookie $auth_cookie;",
            "    auth_request_set $auth_cookie $upstream_http_set_cookie;",
            "    proxy_pass_request_body off;", "    proxy_set_header Content-Length \"\";", "}", "",
            "location @goauthentik_proxy_signin {", "    internal;", "    add_header Set-Cookie $auth_cookie;",
            "    return 302 \(start(site));", "}",
        ]
        return indented(lines)
    }

    /// Redirects with the complete return URL, which every release accepts; only newer ones accept a path.
    private static func start(_ site: ForwardAuthSite) -> String {
        site.mode == .domain
            ? "\(site.external)/outpost.goauthentik.io/start?rd=$scheme://$http_host$request_uri"
            : "/outpost.goauthentik.io/start?rd=\(site.external)$request_uri"
    }

    private static let forwarding = [
        "proxy_set_header X-Forwarded-Host $http_host;", "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    ]

    private static let upgrading = [
        "proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $connection_upgrade_keepalive;",
    ]

    private static func outpostHost(_ site: ForwardAuthSite) -> [String] {
        site.outpost.isSecure
            ? ["proxy_set_header Host \(site.outpost.authority);", "proxy_ssl_server_name on;"]
            : ["proxy_set_header Host $http_host;"]
    }

    private static func indented(_ lines: [String]) -> String {
        lines.map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
    }
}

extension ReverseProxy {
    /// A site of a Caddyfile.
    func caddy(_ site: ForwardAuthSite) -> String {
        let address =
            site.mode == .domain ? "\(site.external.scheme)://\(site.serverName)" : site.external.description
        // Under its own name, because another reverse proxy is in front of it.
        let host = site.outpost.isSecure ? ["header_up Host {http.reverse_proxy.upstream.hostport}"] : []
        if site.mode == .proxy {
            return (["\(address) {"] + Self.block("reverse_proxy \(site.outpost)", host, 1) + ["}"])
                .joined(separator: "\n")
        }
        // In canonical capitalisation: otherwise Caddy copies nothing.
        let headers = Self.allHeaders(site).map { header in
            header.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
        }
        let asking =
            ["uri /outpost.goauthentik.io/auth/caddy", "copy_headers \(headers.joined(separator: " "))"] + host
        return
            (["\(address) {", "\t# Directives run in this order only within 'route'.", "\troute {"]
            + [
                "\t\t# Headers of these names from the browser are never passed on.",
                "\t\trequest_header -X-Authentik-*",
            ]
            + Self.block("reverse_proxy /outpost.goauthentik.io/* \(site.outpost)", host, 2)
            + Self.block("forward_auth \(site.outpost)", asking, 2) + Self.forgettingNobody
            + ["\t\treverse_proxy \(site.service)", "\t}", "}"])
            .joined(separator: "\n")
    }

    /// Releases such as 2.6 copy headers without checking whether they exist.
    private static let forgettingNobody = [
        "\t\t# For paths without a login (skipPaths), some releases of Caddy copy the names of their own variables.",
        "\t\t@nobody header_regexp X-Authentik-Username ^\\{http\\.", "\t\trequest_header @nobody -X-Authentik-*",
    ]

    private static func block(_ head: String, _ lines: [String], _ depth: Int) -> [String] {
        let indent = String(repeating: "\t", count: depth)
        guard !lines.isEmpty else { return [indent + head] }
        return ["\(indent)\(head) {"] + lines.map { "\(indent)\t\($0)" } + ["\(indent)}"]
    }
}
