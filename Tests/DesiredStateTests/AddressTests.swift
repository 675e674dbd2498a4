import DesiredState
import Kinds
import Testing

/// Hosts, URLs, redirect URIs and icons.
struct AddressTests {
    @Test(arguments: [
        ("https://x.net", "has a scheme in it"), ("x.net/path", "has a path in it"),
        ("x.net:8443", "has a port in it"), ("'[::1]:8443'", "has a port in it"),
        ("x..net", "is not a valid host name"), ("-x.net", "is not a valid host name"),
        ("x_y.net", "is not a valid host name"), ("x y", "is not a valid host name"),
        ("bücher.de", "has letters that are not allowed in a host name"), ("10.0.0.256", "is not a valid IP address"),
        ("10.0.0", "is not a valid IP address"), ("'::1::'", "is not a valid IP address"),
        ("'1:2:3'", "is not a valid IP address"),
    ])
    func `bad hosts`(host: String, message: String) throws {
        try Mistake.error(.oidc("host: ▲\(host)"), "service 'grafana': host \(message)").check()
    }

    @Test(arguments: [
        ("x", "https://x:8444"), ("X.example-1.net", "https://X.example-1.net:8444"),
        ("10.0.0.1", "https://10.0.0.1:8444"), ("'::1'", "https://[::1]:8444"),
        ("'[fe80::1]'", "https://[fe80::1]:8444"), ("'::ffff:10.0.0.1'", "https://[::ffff:10.0.0.1]:8444"),
        ("'1:2:3:4:5:6:7:8'", "https://[1:2:3:4:5:6:7:8]:8444"),
    ])
    func `good hosts`(host: String, origin: String) throws {
        let result = DesiredStateLoader.load(.oidc("host: \(host)"))
        #expect(result.diagnostics == [])
        #expect(result.state?.services.first?.launchURL == origin)
    }

    @Test(arguments: [
        ("x.net", "is not an absolute URL"), ("ftp://x.net", "is not an http or https URL"),
        ("'javascript:alert(1)'", "is not an absolute URL"), ("https://", "has no host"),
        ("https://a b", "has white space in it"), ("https://x.net:0", "has no valid port"),
        ("https://x.net:http", "has no valid port"), ("https://a:b@x.net", "has a user name or password in it"),
        ("https://x_y.net", "has a host that is not a valid host name"), ("''", "is empty"),
        ("https://x.net:+443", "has no valid port"), ("https://x.net:000443", "has no valid port"),
        ("https://x.net:9", "has a one-digit port, which Authentik rejects"),
        ("'https://::1/'", "has no valid port"),
        ("https://a.%(username)s.net", "has a placeholder in its host that Authentik rejects"),
    ])
    func `bad launch URLs`(url: String, message: String) throws {
        try Mistake.error(.bookmark("launchURL: ▲\(url)"), "service 'docs': launchURL \(message)").check()
    }

    @Test(arguments: [
        "https://x.net", "http://localhost:80/a?b=c#d", "https://x.net/%(username)s", "https://%(username)s.x.net/",
        "blank://blank", "https://[::1]:8443/x",
    ])
    func `good launch URLs`(url: String) {
        let result = DesiredStateLoader.load(.bookmark("launchURL: \(url)"))
        #expect(result.diagnostics == [])
        #expect(result.state?.services.first?.launchURL == url)
    }

    @Test(arguments: [
        ("▲login", "an entry of redirectPaths does not begin with '/'"),
        ("▲https://x.net/login", "an entry of redirectPaths is a whole URL"),
        ("▲/a b", "an entry of redirectPaths has white space in it"),
    ])
    func `bad redirect paths`(path: String, message: String) throws {
        try Mistake.error(.oidc("redirectPaths: [\(path)]"), "service 'grafana': \(message)").check()
    }

    @Test(arguments: [
        ("▲/cb", "an entry of redirectURIs is not an absolute URL"),
        ("▲'https://'", "an entry of redirectURIs has no host"),
        ("▲{matching: regex}", "an entry of redirectURIs has no url"),
        ("{url: 'https://x.net', matching: ▲Regex}", "matching cannot be 'Regex' in an entry of redirectURIs"),
        ("{url: 'https://x.net', ▲mode: regex}", "unknown field 'mode' in an entry of redirectURIs"),
        (
            "{url: ▲'https://(x', matching: regex}",
            "url is not a valid regular expression: a '(' is not closed in an entry of redirectURIs"
        ),
        (
            "{url: ▲'https://x)', matching: regex}",
            "url is not a valid regular expression: a ')' has no matching '(' in an entry of redirectURIs"
        ),
        (
            "{url: ▲'https://[x', matching: regex}",
            "url is not a valid regular expression: a '[' is not closed in an entry of redirectURIs"
        ),
        (
            "{url: ▲'*.example.net', matching: regex}",
            "url is not a valid regular expression: there is nothing to repeat before a '*' in an entry of redirectURIs"
        ),
        (
            "{url: ▲'x\\', matching: regex}",
            "url is not a valid regular expression: it ends with a single '\\' in an entry of redirectURIs"
        ),
    ])
    func `bad redirect URIs`(entry: String, message: String) throws {
        try Mistake.error(.oidc("redirectURIs: [\(entry)]"), "service 'grafana': \(message)").check()
    }

    private static let pattern = #"url: 'https://[a-z]+\.example\.net/cb', matching: regex"#

    @Test func `a pattern may have an example, which is not Authentik's`() throws {
        let entries = "{url: 'https://b.*', matching: regex}, {\(Self.pattern), example: https://a.example.net/cb}"
        let input = MarkedText.oidc("redirectURIs: [\(entries)]")
        let provider = try #require(DesiredStateLoader.load(input).state?.services.first?.provider)
        #expect(provider.redirectExample == "https://a.example.net/cb")
        #expect(provider.redirectURIs.map(\.matching) == [.strict, .regex, .regex])
        #expect(provider.redirectURIs.allSatisfy { $0.example == nil })
    }

    @Test(arguments: [
        ("▲https://a.example.com/cb", "example does not match the pattern"),
        ("▲https://a.example.net/cb/more", "example does not match the pattern"),
        ("▲/cb", "example is not an absolute URL"),
    ])
    func `an example that is wrong`(example: String, message: String) throws {
        let input = MarkedText.oidc("redirectURIs: [{\(Self.pattern), example: \(example)}]")
        try Mistake.error(input, "service 'grafana': \(message) in an entry of redirectURIs").check()
    }

    @Test(arguments: [
        (
            "redirectURIs: [{url: 'https://a.net/cb', ▲example: 'https://a.net/cb'}]", "redirectURIs",
            "a strict redirect URI needs none; remove it"
        ),
        (
            "logoutRedirectURIs: [{url: 'https://.*', matching: regex, ▲example: 'https://a.net'}]",
            "logoutRedirectURIs", "it is used to probe logins only; remove it"
        ),
    ])
    func `an example that has no use`(fields: String, list: String, hint: String) throws {
        let message = "service 'grafana': example is ignored in an entry of \(list)"
        try Mistake.warning(.oidc(fields), message, hint).check()
    }

    @Test(arguments: [
        ("{path: /login}", "write it as 'loginURL: /login'"), ("{path: login}", "did you mean 'loginURL'?"),
        ("/login", "did you mean 'loginURL'?"), ("{path: /login, status: 200}", "did you mean 'loginURL'?"),
    ])
    func `check is written as loginURL`(value: String, hint: String) throws {
        let input = MarkedText.oidc("▲check: \(value)")
        try Mistake.error(input, "service 'grafana': unknown field 'check'", hint).check()
    }

    @Test(arguments: [
        ("redirectURIs: [▲'https://nas.example.org/#/signin']", "an entry of redirectURIs"),
        ("redirectURIs: [{url: ▲'app:/cb#x'}]", "url"), ("redirectPath: ▲'/#/signin'", "redirectPath"),
    ])
    func `a fragment is a warning`(field: String, name: String) throws {
        let base = "slug: grafana\nport: 8444\nclientType: public\n"
        let input = MarkedText.service(base + field)
        let place = field.contains("url:") ? " in an entry of redirectURIs" : ""
        let hint = "OAuth2 does not allow one in a redirect URI, although Authentik accepts it"
        try Mistake.warning(input, "service 'grafana': \(name) has a fragment ('#…')\(place)", hint).check()
    }

    @Test func `a fragment hides no mistake`() throws {
        let input = MarkedText.oidc("redirectURIs: [▲'https://x.net:99999/#a']")
        try Mistake.error(input, "service 'grafana': an entry of redirectURIs has no valid port").check()
    }

    @Test(arguments: [
        "https://x.net/cb", "http://localhost:8000", "http://localhost:1/cb", "https://[::1]/cb",
        "app.immich:///oauth-callback", "urn:ietf:wg:oauth:2.0:oob",
    ])
    func `good redirect URIs`(uri: String) {
        let result = DesiredStateLoader.load(.oidc("redirectURIs: ['\(uri)']"))
        #expect(result.diagnostics == [])
        #expect(result.state?.services.first?.provider?.redirectURIs.last == RedirectURI(uri))
    }

    @Test(arguments: [
        #"https://[^/]+\.example\.net/(a|b)/cb"#, #"[]]"#, #"[^]*+]x"#, #"(?:a)*\("#, #"(?i)a"#, "(?<=ab)c", "a++", "{",
    ])
    func `good patterns`(pattern: String) {
        let result = DesiredStateLoader.load(.oidc("redirectURIs: [{url: '\(pattern)', matching: regex}]"))
        #expect(result.diagnostics == [])
        #expect(result.state?.services.first?.provider?.redirectURIs.last == RedirectURI(pattern, matching: .regex))
    }

    @Test(arguments: [
        ("../../etc/passwd", "is a path on this machine"), ("a/../b", "has '..' in it, which Authentik rejects"),
        ("fa://", "does not name an icon"),
        ("'data:image/png;base64,AA'", "has a scheme that Authentik does not show"),
        ("https://", "has no host"), ("a b.png", "has white space in it"),
        ("/media/x.png", "is an absolute path, which Authentik rejects"),
        ("./a.svg", "is a path on this machine"), ("file:///a.svg", "is a path on this machine"),
        (".a", "begins with '.', which Authentik rejects"), ("a//b", "has '//' in it, which Authentik rejects"),
        ("ü.png", "has a character that Authentik rejects in a media path"),
    ])
    func `bad icons`(icon: String, message: String) throws {
        try Mistake.error(.oidc("icon: ▲\(icon)"), "service 'grafana': icon \(message)").check()
    }

    @Test(arguments: ["https://x.net/a..b.svg", "fa://fa-book", "icons/grafana.svg", "/static/dist/x.svg", "''"])
    func `good icons`(icon: String) {
        #expect(DesiredStateLoader.load(.oidc("icon: \(icon)")).diagnostics == [])
    }
}
