import Kinds

extension ReverseProxy {
    /// The dynamic configuration of Traefik's file provider.
    func traefik(_ site: ForwardAuthSite) -> String {
        let name = site.slug
        let outpost = """
                \(name)-outpost:
                  loadBalancer:\(site.outpost.isSecure ? "\n        passHostHeader: false" : "")
                    servers:
                      - url: \(site.outpost)
            """
        if site.mode == .proxy {
            return """
                http:
                  routers:
                    \(name):
                      rule: 'Host(`\(site.external.host)`)'\(Self.tls(site, "      "))
                      service: \(name)-outpost
                  services:
                \(outpost)
                """
        }
        let middleware = """
            http:
              middlewares:
                authentik:
                  forwardAuth:
                    address: \(Self.address(site))
                    trustForwardHeader: true
                    authResponseHeaders:
            \(Self.headerList(site, "          "))
            """
        if site.mode == .domain {
            return """
                \(middleware)
                  routers:
                    # One for each application; each only needs the middleware 'authentik'.
                    \(name):
                      rule: 'HostRegexp(`^[a-z0-9-]+\\.\(Self.pattern(site))$`)'\(Self.tls(site, "      "))
                      middlewares:
                        - authentik
                      service: \(name)
                  services:
                    \(name):
                      loadBalancer:
                        servers:
                          - url: \(site.service)
                """
        }
        return """
            \(middleware)
              routers:
                \(name):
                  rule: 'Host(`\(site.external.host)`)'\(Self.tls(site, "      "))
                  middlewares:
                    - authentik
                  priority: 10
                  service: \(name)
                # Logins begin and end here, so none is required.
                \(name)-outpost:
                  rule: 'Host(`\(site.external.host)`) && PathPrefix(`/outpost.goauthentik.io/`)'\(Self.tls(site, "      "))
                  priority: 15
                  service: \(name)-outpost
              services:
                \(name):
                  loadBalancer:
                    servers:
                      - url: \(site.service)
            \(outpost)
            """
    }

    /// Traefik's resources in Kubernetes, where the target of a route is a Service.
    func traefikKubernetes(_ site: ForwardAuthSite) -> String {
        let name = site.objectName
        let authentik = """
            apiVersion: v1
            kind: Service
            metadata:
              name: \(name)-outpost
            spec:
              type: ExternalName
              externalName: \(site.outpost.host)
              ports:
                - port: \(site.outpost.effectivePort)
            """
        let outpostService = """
                    - name: \(name)-outpost
                      port: \(site.outpost.effectivePort)
                      scheme: \(site.outpost.scheme)\(site.outpost.isSecure ? "\n          passHostHeader: false" : "")
            """
        let head = """
            apiVersion: traefik.io/v1alpha1
            kind: IngressRoute
            metadata:
              name: \(name)
            spec:\(site.external.isSecure ? "\n  tls: {}" : "")
              routes:
            """
        if site.mode == .proxy {
            return """
                \(authentik)
                ---
                \(head)
                    - kind: Rule
                      match: Host(`\(site.external.host)`)
                      services:
                \(outpostService)
                """
        }
        let middleware = """
            # In the namespace of the IngressRoute: by default, Traefik rejects references to other namespaces.
            apiVersion: traefik.io/v1alpha1
            kind: Middleware
            metadata:
              name: authentik
            spec:
              forwardAuth:
                address: \(Self.address(site))
                trustForwardHeader: true
                authResponseHeaders:
            \(Self.headerList(site, "      "))
            """
        let match =
            site.mode == .domain
            ? "HostRegexp(`^[a-z0-9-]+\\.\(Self.pattern(site))$`)" : "Host(`\(site.external.host)`)"
        let route = """
            \(head)
                - kind: Rule
                  match: \(match)
                  middlewares:
                    - name: authentik
                  priority: 10
                  services:
                    # The Service of '\(site.slug)': its name and port are a guess.
                    - name: \(name)
                      port: 80
            """
        if site.mode == .domain { return "\(middleware)\n---\n\(route)" }
        return """
            \(middleware)
            ---
            \(authentik)
            ---
            \(route)
                # Logins begin and end here, so none is required.
                - kind: Rule
                  match: Host(`\(site.external.host)`) && PathPrefix(`/outpost.goauthentik.io/`)
                  priority: 15
                  services:
            \(outpostService)
            """
    }

    private static func address(_ site: ForwardAuthSite) -> String {
        "\(site.outpost)/outpost.goauthentik.io/auth/traefik"
    }

    private static func headerList(_ site: ForwardAuthSite, _ indent: String) -> String {
        allHeaders(site).map { "\(indent)- \($0)" }.joined(separator: "\n")
    }

    /// Without it a router only accepts plain HTTP.
    private static func tls(_ site: ForwardAuthSite, _ indent: String) -> String {
        site.external.isSecure ? "\n\(indent)tls: {}" : ""
    }

    private static func pattern(_ site: ForwardAuthSite) -> String {
        (site.cookieDomain ?? site.external.host).replacing(".", with: "\\.")
    }
}
