import Kinds

extension ReverseProxy {
    /// Istio's resources for Envoy's `ext_authz`: the outpost is asked about every path, including those of logins.
    func envoy(_ site: ForwardAuthSite) -> String {
        let name = site.objectName
        if site.mode == .proxy {
            return """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata:
                  name: \(name)
                spec:
                  hosts:
                    - \(site.external.host)
                  gateways:
                    - istio-system/gateway    # the gateway that receives the requests
                  http:
                    - route:
                        - destination:
                            host: \(site.outpost.host)
                            port:
                              number: \(site.outpost.effectivePort)
                """
        }
        return """
            # Once, for all services:
            apiVersion: install.istio.io/v1alpha1
            kind: IstioOperator
            metadata:
              name: istio
              namespace: istio-system
            spec:
              meshConfig:
                extensionProviders:
                  - name: authentik
                    envoyExtAuthzHttp:
                      service: \(site.outpost.host)
                      port: \(site.outpost.effectivePort)
                      pathPrefix: /outpost.goauthentik.io/auth/envoy
                      headersToDownstreamOnAllow:
                        - set-cookie
                      headersToUpstreamOnAllow:
                        - cookie
                        - x-authentik-*\(site.sendsBasicAuth ? "\n            - authorization" : "")
                      includeRequestHeadersInCheck:
                        - cookie
                        - origin
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata:
              name: authentik-\(name)
              namespace: istio-system
            spec:
              selector:
                matchLabels:
                  istio: ingressgateway
              action: CUSTOM
              provider:
                name: authentik
              rules:
                - to:
                    - operation:
                        # Browsers send it with or without a port.
                        hosts:
                          - "\(site.serverName)"\(site.mode == .domain ? "" : "\n              - \"\(site.serverName):*\"")
            """
    }
}
