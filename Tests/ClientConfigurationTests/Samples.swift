import DesiredState
import Foundation
import Kinds
import Testing

@testable import ClientConfiguration

/// What the tests print configurations of.
enum Sample {
    static let file = """
        apiVersion: reconcile/v1
        owner: homelab
        host: sso.example.net
        publicURL: https://login.example.net/
        scopeMappings:
          - {name: Groups of one's own, scope: groups, expression: 'return {"groups": []}'}
        services:
          - slug: app
            port: 8444
            redirectPath: /login/generic_oauth
            redirectURIs: [{url: 'https://.*\\.example\\.net/cb', matching: regex}]
            secretRef: {kubernetes: {namespace: apps, name: app-secret, key: oidc.secret}}
            publish: {namespace: apps, name: app-oidc, keys: {secret: clientSecret}}
            scopes: [openid, profile, goauthentik.io/providers/oauth2/scope-email, example.net/own]
          - {slug: env, clientID: "it's", redirectURIs: [https://env.example.net/cb], secretRef: {env: ENV_SECRET}, issuerMode: global, scopes: [openid, {mapping: "Groups of one's own"}, {mapping: Elsewhere}]}
          - {slug: file, redirectURIs: [https://file.example.net/cb], secretRef: {file: /run/it's}}
          - {slug: public, redirectURIs: [https://public.example.net/cb], clientType: public}
          - {slug: docs, launchURL: https://docs.example.net}
          - {slug: gone, state: absent}
          - {slug: trivy, port: 8448, forwardAuth: {basicAuth: {user: name, password: pass}}}
          - {slug: all, host: login.example.net, forwardAuth: {mode: domain, cookieDomain: .example.net}}
          - {slug: behind, port: 8450, forwardAuth: {mode: proxy, upstream: "http://behind:80", outpost: own}}
        """

    static func desired(_ text: String = file) throws -> DesiredState {
        let result = DesiredStateLoader.load(sources: [.init(path: "services.yaml", bytes: Array(text.utf8))])
        return try #require(result.state, "\(result.diagnostics)")
    }

    static func print(
        _ reader: String,
        _ slug: String = "app",
        at authentik: String? = "https://sso.example.net",
        publicURL: String? = "https://login.example.net",
        outpost: String? = nil,
        upstream: String? = nil
    ) throws -> String {
        let addresses = ConfigurationPrinter.Addresses(
            authentik: authentik,
            publicURL: publicURL,
            outpost: outpost,
            upstream: upstream
        )
        let printer = ConfigurationPrinter(addresses)
        return try printer.text(for: reader, of: slug, in: try desired())
    }

    static func site(_ mode: ProxyProvider.Mode, isSecure: Bool = false) throws -> ForwardAuthSite {
        var site = ForwardAuthSite(
            slug: "trivy",
            mode: mode,
            external: try #require(
                HTTPOrigin(mode == .domain ? "https://sso.example.net" : "https://host.example.net:8448/")
            ),
            outpost: try #require(HTTPOrigin(isSecure ? "https://sso.example.net" : "http://authentik:9000"))
        )
        if mode == .domain { site.cookieDomain = "example.net" }
        if isSecure {
            site.upstream = HTTPOrigin("http://10.0.0.2:8080")
            site.sendsBasicAuth = true
        }
        return site
    }

    static let sites: [(name: String, mode: ProxyProvider.Mode, isSecure: Bool)] = [
        ("single", .single, false), ("single-tls", .single, true), ("domain", .domain, false), ("proxy", .proxy, true),
    ]
}

/// Expects a text to be that of a file in `Golden`, or writes it there if `REWRITE_GOLDEN` is set.
func expectGolden(_ text: String, _ name: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
    let path = "\(#filePath.dropLast("Samples.swift".count))Golden/\(name)"
    if ProcessInfo.processInfo.environment["REWRITE_GOLDEN"] != nil {
        try Data(text.utf8).write(to: URL(filePath: path))
    }
    let expected = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    #expect(text == expected, sourceLocation: sourceLocation)
}
