import DesiredState
import Kinds
import Testing

/// Where a browser may be sent after a logout, as a file says it.
struct LogoutRedirectTests {
    private static let place = "in an entry of logoutRedirectURIs"

    private func declared(_ top: String, _ fields: String) throws -> [RedirectURI]? {
        let service = "  - {slug: a, redirectURIs: [https://a.net/cb], clientType: public\(fields)}\n"
        let result = DesiredStateLoader.load(MarkedText(MarkedText.head + top + "services:\n" + service))
        #expect(result.diagnostics == [])
        return try #require(result.state?.services.first?.provider).logoutRedirectURIs
    }

    @Test func `one is a URL or a pattern`() throws {
        let uris = try declared("", ", logoutRedirectURIs: [https://a.net/bye, {url: 'app:.*', matching: regex}]")
        #expect(uris == [RedirectURI("https://a.net/bye"), RedirectURI("app:.*", matching: .regex)])
    }

    @Test func `none is something else than nothing`() throws {
        #expect(try declared("", "") == nil)
        #expect(try declared("", ", logoutRedirectURIs: []") == [])
    }

    @Test func `services may share them`() throws {
        let defaults = "defaults: {logoutRedirectURIs: [https://example.net/bye]}\n"
        #expect(try declared(defaults, "") == [RedirectURI("https://example.net/bye")])
        #expect(try declared(defaults, ", logoutRedirectURIs: [app:/]") == [RedirectURI("app:/")])
        #expect(try declared(defaults, ", logoutRedirectURIs: []") == [])
        #expect(try declared(defaults, ", logoutRedirectURIs: null") == nil)
    }

    @Test func `they are apart from those of logins`() throws {
        let input = MarkedText.oidc("logoutRedirectURIs: ['https://sso.example.net:8444/login']")
        let result = DesiredStateLoader.load(input)
        #expect(result.diagnostics == [])
        let provider = try #require(result.state?.services.first?.provider)
        #expect(provider.redirectURIs == provider.logoutRedirectURIs)
        #expect(provider[OAuth2Provider.Row.logoutRedirectURIs.name]?.redirectEntries.map(\.type) == ["logout"])
        #expect(provider[OAuth2Provider.Row.redirectURIs.name]?.redirectEntries.map(\.type) == [nil])
    }

    @Test(arguments: [
        Mistake.error(
            .oidc("logoutRedirectURIs: [▲/bye]"),
            "service 'grafana': an entry of logoutRedirectURIs is not an absolute URL"
        ),
        .error(
            .oidc("logoutRedirectURIs: ▲https://a.net/bye"),
            "service 'grafana': logoutRedirectURIs must be a list, not text",
            "write '[…]' around it, or each entry on a line of its own that begins with '- '"
        ),
        .error(
            .oidc("logoutRedirectURIs: [▲{matching: regex}]"),
            "service 'grafana': an entry of logoutRedirectURIs has no url"
        ),
        .error(
            .oidc("logoutRedirectURIs: [{url: 'https://a.net', matching: ▲regexp}]"),
            "service 'grafana': matching cannot be 'regexp' \(place)",
            "did you mean 'regex'?"
        ),
        .error(
            .oidc("logoutRedirectURIs: [{url: ▲'https://(a', matching: regex}]"),
            "service 'grafana': url is not a valid regular expression: a '(' is not closed \(place)"
        ),
        .error(.oidc("logoutRedirectURIs: ▲null"), "service 'grafana': logoutRedirectURIs has no value"),
        .error(
            .oidc("▲logoutRedirectUris: []"),
            "service 'grafana': unknown field 'logoutRedirectUris'",
            "did you mean 'logoutRedirectURIs'?"
        ),
        .error(
            .bookmark("launchURL: https://a.net\n▲logoutRedirectURIs: []"),
            "service 'docs': logoutRedirectURIs is for OIDC services, but this one is a bookmark",
            "add a redirectPath, or remove it"
        ),
        .warning(
            .oidc("logoutRedirectURIs: [https://a.net, ▲{url: https://a.net}]"),
            "service 'grafana': logoutRedirectURIs has an entry twice",
            "remove one"
        ),
        .warning(
            .oidc("logoutRedirectURIs: [▲'https://a.net/#bye']"),
            "service 'grafana': an entry of logoutRedirectURIs has a fragment ('#…')"
        ),
    ])
    func `mistakes are told at their place`(_ mistake: Mistake) throws { try mistake.check() }
}
