import DesiredState
import Kinds
import Testing

/// `forwardAuth`: services behind an outpost.
struct ForwardAuthTests {
    private static func with(_ forwardAuth: String) -> MarkedText { .bookmark("port: 8441\n\(forwardAuth)") }

    private func load(_ body: String) throws -> [Service] {
        let result = DesiredStateLoader.load(MarkedText(MarkedText.head + body))
        #expect(result.diagnostics == [])
        return try #require(result.state).services
    }

    @Test func `every field arrives`() throws {
        let services = try load(
            """
            services:
              - slug: wiki
                port: 8449
                providerName: Wiki proxy
                forwardAuth:
                  mode: proxy
                  outpost: edge
                  upstream: http://wiki:8080
                  verifyUpstreamTLS: false
                  skipPaths: ["^/health$", '^/api/v[0-9]+/']
                  interceptAuthorization: false
                  basicAuth: {user: wiki_user, password: wiki_password}
                  accessTokenValidity: hours=8
                  scopes: [groups]
                  authorizationFlow: af
                  invalidationFlow: if
                  authenticationFlow: au
            """
        )
        let forwardAuth = try #require(services.first?.forwardAuth)
        #expect(services.first?.provider == nil)
        #expect(services.first?.launchURL == "https://sso.example.net:8449")
        #expect(forwardAuth.outpost == "edge")
        #expect(forwardAuth.mode == .proxy)
        #expect(forwardAuth.externalHost == "https://sso.example.net:8449")
        #expect(forwardAuth.name == "Wiki proxy")
        let unset = ProxyProvider.fields.rows.filter { forwardAuth.values[$0] == nil }.map(\.name.rawValue)
        #expect(unset == ["cookieDomain"])
        #expect(forwardAuth.values[ProxyProvider.fields["skipPaths"]] == .lines(["^/health$", "^/api/v[0-9]+/"]))
    }

    @Test func `little is needed`() throws {
        let services = try load(
            """
            services:
              - {slug: a, port: 8441, forwardAuth: {}}
              - {slug: b, host: b.example.net, forwardAuth: {mode: domain, cookieDomain: .example.net}}
            """
        )
        #expect(services.map { $0.forwardAuth?.outpost } == ["embedded", "embedded"])
        #expect(services.map { $0.forwardAuth?.mode } == [.single, .domain])
        #expect(
            services.map { $0.forwardAuth?.externalHost } == ["https://sso.example.net:8441", "https://b.example.net"]
        )
    }

    /// Otherwise nothing would be said of paths that somebody opens.
    @Test func `that no path is open can be said`() throws {
        let services = try load("services: [{slug: a, port: 8441, forwardAuth: {skipPaths: []}}]")
        #expect(services.first?.forwardAuth?.values[ProxyProvider.fields["skipPaths"]] == .lines([]))
    }

    /// What the service says itself holds.
    @Test func `defaults protect what says nothing else`() throws {
        let services = try load(
            """
            defaults: {forwardAuth: {outpost: edge}}
            services:
              - {slug: a, port: 8441}
              - {slug: b, port: 8442, forwardAuth: {mode: domain, cookieDomain: example.net}}
              - {slug: c, port: 8443, forwardAuth: ~}
              - {slug: d, port: 8444, redirectPath: /cb, clientType: public}
            """
        )
        #expect(services.map { $0.forwardAuth?.outpost } == ["edge", "embedded", nil, nil])
        #expect(services.map { $0.provider != nil } == [false, false, false, true])
    }

    private static let inside = "in forwardAuth"
    private static let both = "a service with a login of its own needs no outpost; keep one of the two"

    @Test(arguments: [
        Mistake.error(
            with("forwardAuth: {}\n▲redirectPath: /cb"),
            "service 'docs': redirectPath is for services with a login of their own, but this one has forwardAuth",
            both
        ),
        .error(
            with("forwardAuth: {}\n▲accessTokenValidity: hours=1"),
            "service 'docs': accessTokenValidity is for services with a login of their own, but this one has forwardAuth",
            "move it into forwardAuth"
        ),
        .error(
            with("forwardAuth: {}\n▲clientID: a"),
            "service 'docs': clientID is for services with a login of their own, but this one has forwardAuth",
            "remove it"
        ),
        .error(
            with("forwardAuth: ▲single"),
            "service 'docs': forwardAuth must be a mapping of fields, not text",
            "write it as 'forwardAuth: {mode: single}'"
        ),
        .error(
            with("forwardAuth: ▲{mode: domain}"),
            "service 'docs': 'mode: domain' needs cookieDomain in forwardAuth",
            "add it, as in 'cookieDomain: example.org'"
        ),
        .error(
            with("forwardAuth: ▲{mode: proxy}"),
            "service 'docs': 'mode: proxy' needs upstream in forwardAuth",
            "add it, as in 'upstream: http://wiki:8080'"
        ),
        .error(
            with("forwardAuth: {▲upstream: 'http://wiki'}"),
            "service 'docs': upstream is for 'mode: proxy', but the mode is 'single' in forwardAuth",
            "remove it, or set 'mode: proxy'"
        ),
        .error(
            with("forwardAuth: {mode: proxy, upstream: 'http://wiki', ▲cookieDomain: example.org}"),
            "service 'docs': cookieDomain is for 'mode: domain', but the mode is 'proxy' in forwardAuth"
        ),
        .error(
            with("forwardAuth: {▲verifyUpstreamTLS: true}"),
            "service 'docs': verifyUpstreamTLS is for 'mode: proxy', but the mode is 'single' in forwardAuth"
        ),
        .error(
            with("forwardAuth: {mode: ▲forward_single}"),
            "service 'docs': mode cannot be 'forward_single' \(inside)"
        ),
        .error(
            with("forwardAuth: {skipPaths: [▲'[']}"),
            "service 'docs': an entry of skipPaths is not a valid regular expression: a '[' is not closed \(inside)"
        ),
        .error(
            with("forwardAuth: {skipPaths: [▲'^/(?!admin)']}"),
            "service 'docs': an entry of skipPaths contains '(?!', which outposts do not support \(inside)",
            "outposts read it as a Go regular expression, which has no look-around and no back-references"
        ),
        .error(
            with(#"forwardAuth: {skipPaths: [▲'(a)\1']}"#),
            #"service 'docs': an entry of skipPaths contains '\1', which outposts do not support \#(inside)"#
        ),
        .error(
            with("forwardAuth: {mode: domain, cookieDomain: ▲'https://example.org'}"),
            "service 'docs': cookieDomain is a URL \(inside)"
        ),
        .error(
            with("forwardAuth: {mode: proxy, upstream: ▲wiki}"),
            "service 'docs': upstream is not an absolute URL \(inside)"
        ),
        .error(
            with("forwardAuth: {mode: domain, cookieDomain: ▲other.net}"),
            "service 'docs': cookieDomain 'other.net' in forwardAuth does not contain the service's host 'sso.example.net'"
        ),
        .error(
            with("forwardAuth: {mode: domain, cookieDomain: ▲net}"),
            "service 'docs': cookieDomain 'net' in forwardAuth does not contain the service's host 'sso.example.net'"
        ),
        .error(
            with("forwardAuth: {mode: domain, cookieDomain: ▲ample.net}"),
            "service 'docs': cookieDomain 'ample.net' in forwardAuth does not contain the service's host 'sso.example.net'"
        ),
        .error(with("forwardAuth: {basicAuth: ▲{user: a}}"), "service 'docs': basicAuth has no password \(inside)"),
        .error(
            with("forwardAuth: {▲outpots: a}"),
            "service 'docs': unknown field 'outpots' \(inside)",
            "did you mean 'outpost'?"
        ),
        .error(with("forwardAuth: {outpost: ▲~}"), "service 'docs': outpost has no value \(inside)"),
    ])
    func `mistakes are reported where they are`(_ mistake: Mistake) throws { try mistake.check() }

    /// An outpost looks hosts up as browsers send them, and keeps one service for each.
    @Test func `each has an address of its own`() throws {
        let services = try load("services: [{slug: a, host: A.Example.net, port: 8441, forwardAuth: {}}]")
        #expect(services.first?.forwardAuth?.externalHost == "https://a.example.net:8441")
        let text = """
            services:
              - {slug: a, host: a.net, forwardAuth: {}}
              - {slug: b, ▲host: A.net, forwardAuth: {}}
            """
        try Mistake.error(
            MarkedText(MarkedText.head + text.replacing("▲host: ", with: "host: ▲")),
            "service 'b': has the same address as service 'a', https://a.net, by which an outpost distinguishes them",
            "give each a host or port of its own, or make one a bookmark with 'forwardAuth: null'"
        ).check()
    }

    @Test func `it needs to be somewhere`() throws {
        let text = """
            apiVersion: reconcile/v1
            owner: homelab
            services:
              - slug: a
                port: 8441
                forwardAuth: ▲{}
            """
        try Mistake.error(MarkedText(text), "service 'a': forwardAuth needs a host").check()
    }

    @Test(arguments: [
        #"^/health$"#, #"(?i)^/API"#, #"^/(?P<id>[0-9]+)$"#, #"\.css$"#, #"[(?=]"#, #"a{2,3}"#,
        #"^/static/.*\.(js|css)$"#,
    ])
    func `patterns of Go's are taken`(_ pattern: String) throws {
        let services = try load("services: [{slug: a, port: 8441, forwardAuth: {skipPaths: ['\(pattern)']}}]")
        #expect(services.first?.forwardAuth?.values[ProxyProvider.fields["skipPaths"]]?.lines == [pattern])
    }
}
