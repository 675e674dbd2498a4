import AuthentikAPI
import CurlTransport
import DesiredState
import JSON
import Kinds
import Secrets
import Testing

@testable import Verification

/// What answers mean, row by row.
@Suite struct EvaluationTests {
    private func words(_ results: [CheckResult]) -> [String] { results.map { "\($0.check.rawValue) \($0.word)" } }

    // MARK: - Discovery

    @Test(
        arguments: [
            (ProbeReply.html(404), "DiscoveryNotFound"), (.html(200), "UnexpectedAnswer"),
            (.json(["issuer": .null]), "UnexpectedAnswer"),
            (.html(301, location: "https://x.example/"), "UnexpectedAnswer"),
            (.html(500), "UnexpectedAnswer"), (.html(502), "Unavailable"), (.html(503), "Unavailable"),
            (.html(504), "Unavailable"), (.html(429), "Unavailable"), (.silence, "Unreachable"),
        ]
    )
    func `an answer that is no discovery ends it`(_ reply: ProbeReply, _ reason: String) {
        let results = ExpectedLogin.grafana().discovery(reply, at: "\(base)/x")
        #expect(words(results) == ["discovery \(reason)"])
        #expect(results.first?.failure?.message.contains("\(base)/x") == true)
        #expect(results.first?.failure?.remedy.isEmpty == false)
    }

    @Test func `a right one passes all`() {
        let results = ExpectedLogin.grafana().discovery(.json(document()), at: base)
        #expect(words(results) == ["discovery passed", "issuer passed", "algorithm passed", "scopes passed"])
    }

    @Test(
        arguments: [
            ("\(base)/application/o/grafana/", nil),
            ("\(base):443/application/o/grafana/", nil),
            ("http://sso.example.net/application/o/grafana/", "scheme 'http' instead of 'https'"),
            ("https://authentik.svc/application/o/grafana/", "host 'authentik.svc' instead of 'sso.example.net'"),
            ("\(base):9443/application/o/grafana/", "port '9443' instead of '443'"),
            ("\(base)/", "path '/' instead of '/application/o/grafana/'"),
        ] as [(String, String?)]
    )
    func `an issuer that differs names both sides`(_ issuer: String, _ difference: String?) {
        let results = ExpectedLogin.grafana().discovery(.json(document(issuer: issuer)), at: base)
        let failure = results.first { $0.check == .issuer }?.failure
        #expect(failure?.reason == difference.map { _ in .issuerMismatch })
        guard let difference else { return }
        #expect(
            failure?.message
                == "the issuer is '\(issuer)'; expected '\(base)/application/o/grafana/': \(difference)"
        )
    }

    @Test func `where nobody says which issuer it is, both are right`() {
        let login = ExpectedLogin.grafana { $0.issuers = ["\(base)/", "\(base)/application/o/grafana/"] }
        for issuer in login.issuers {
            let results = login.discovery(.json(document(issuer: issuer)), at: base)
            #expect(results.allSatisfy { $0.isPassed })
        }
    }

    @Test func `what to do about an issuer depends on what differs`() {
        func remedy(_ issuer: String) -> String {
            let results = ExpectedLogin.grafana().discovery(.json(document(issuer: issuer)), at: base)
            return results.first { $0.check == .issuer }?.failure?.remedy ?? ""
        }
        #expect(remedy("http://sso.example.net/application/o/grafana/").contains("X-Forwarded-Proto"))
        #expect(remedy("\(base)/").contains("issuerMode"))
        #expect(remedy("https://a.example/application/o/grafana/").contains("publicURL"))
    }

    @Test(
        arguments: [
            (ExpectedSigning.key(name: "main", algorithm: .rs256, fingerprint: nil), ["RS256"], nil),
            (.key(name: "main", algorithm: .es256, fingerprint: nil), ["ES256"], nil),
            (.key(name: "main", algorithm: nil, fingerprint: nil), ["PS256"], nil),
            (.secret, ["HS256"], nil),
            (
                .key(name: "main", algorithm: .rs256, fingerprint: nil), ["HS256"],
                "tokens are signed with HS256; expected RS256 with the key 'main'"
            ),
            (
                .key(name: "main", algorithm: nil, fingerprint: nil), ["HS256"],
                "tokens are signed with HS256; expected the algorithm of the key 'main'"
            ),
            (.secret, ["RS256"], "tokens are signed with RS256; expected HS256 with the client secret"),
            (.secret, [], "tokens are signed with nothing; expected HS256 with the client secret"),
        ] as [(ExpectedSigning, [JSONValue], String?)]
    )
    func `the algorithm is the key's`(_ signing: ExpectedSigning, _ offered: [JSONValue], _ message: String?) {
        let login = ExpectedLogin.grafana { $0.signing = signing }
        let results = login.discovery(.json(document(algorithms: offered)), at: base)
        let failure = results.first { $0.check == .algorithm }?.failure
        #expect(failure?.message == message)
        #expect(failure?.reason == message.map { _ in .algorithmMismatch })
    }

    @Test(
        arguments: [
            (["openid", "email"], ["openid", "email"], nil),
            (["openid", "profile", "email"], ["openid", "email"], nil),
            (["openid"], ["openid"], "the scope 'email' is not offered (offered: openid)"),
            (["openid"], [], "the scopes 'openid', 'email' are not offered (offered: openid)"),
            ([], ["openid"], "the scopes 'openid', 'email' are not offered (offered: none)"),
            // Authentik offers it always.
            (["openid", "email"], ["email"], "the scope 'openid' is not offered"),
        ] as [([JSONValue], [String], String?)]
    )
    func `each declared scope is offered`(_ offered: [JSONValue], _ held: [String], _ message: String?) {
        let login = ExpectedLogin.grafana { $0.heldScopes = held }
        let results = login.discovery(.json(document(scopes: offered)), at: base)
        let failure = results.first { $0.check == .scopes }?.failure
        #expect(failure?.reason == message.map { _ in .scopesMissing })
        if let message { #expect(failure?.message.hasPrefix(message) == true, "\(failure?.message ?? "")") }
    }

    // MARK: - Keys

    private static let fingerprint = "00:01:02:fa:fb:fc:fd"

    @Test(
        arguments: [
            (ExpectedSigning.secret, ProbeReply.json([:]), "passed"),
            (.secret, .json(["keys": []]), "passed"),
            (.secret, .json(["keys": [["alg": "RS256"]]]), "KeyMismatch"),
            (.key(name: "main", algorithm: .rs256, fingerprint: nil), .json([:]), "KeyMismatch"),
            (.key(name: "main", algorithm: .rs256, fingerprint: nil), .json(["keys": [["alg": "RS256"]]]), "passed"),
            (
                .key(name: "main", algorithm: .rs256, fingerprint: nil), .json(["keys": [["alg": "ES256"]]]),
                "KeyMismatch"
            ),
            (.key(name: "main", algorithm: nil, fingerprint: nil), .json(["keys": [["alg": "ES256"]]]), "passed"),
            (
                .key(name: "main", algorithm: .rs256, fingerprint: fingerprint),
                .json(["keys": [["alg": "RS256", "x5t#S256": "AAEC-vv8_Q"]]]), "passed"
            ),
            (
                .key(name: "main", algorithm: .rs256, fingerprint: fingerprint),
                .json(["keys": [["alg": "RS256", "x5t#S256": "AAEC"]]]), "KeyMismatch"
            ),
            (
                .key(name: "main", algorithm: .rs256, fingerprint: fingerprint),
                .json(["keys": [["alg": "RS256"]]]), "passed"
            ),
            (.secret, .html(200), "UnexpectedAnswer"), (.secret, .json([]), "UnexpectedAnswer"),
            (.secret, .html(404), "UnexpectedAnswer"), (.secret, .html(503), "Unavailable"),
            (.secret, .silence, "Unreachable"),
        ] as [(ExpectedSigning, ProbeReply, String)]
    )
    func `the key is published`(_ signing: ExpectedSigning, _ reply: ProbeReply, _ word: String) {
        #expect(ExpectedLogin.grafana { $0.signing = signing }.keys(reply, at: base).word == word)
    }

    // MARK: - Login

    @Test(
        arguments: [
            (ProbeReply.html(302, location: "\(redirect)?error=login_required&state=s"), "passed"),
            (.html(302, location: "\(redirect)#error=login_required"), "passed"),
            (.html(302, location: "\(redirect)&error_description=x&error=login_required"), "passed"),
            (.html(302, location: "\(redirect)?error=invalid_request&state=s"), "LoginRefused"),
            (.html(302, location: "\(redirect)?code=1"), "LoginRefused"),
            (.html(302, location: "\(redirect)2?error=login_required"), "UnexpectedAnswer"),
            (.html(302, location: redirect), "UnexpectedAnswer"),
            (.html(302, location: "\(base)/flows/-/default/authentication/?next=x"), "UnexpectedAnswer"),
            (.html(302), "UnexpectedAnswer"), (.html(200), "UnexpectedAnswer"), (.html(404), "UnexpectedAnswer"),
            (.html(502), "Unavailable"), (.silence, "Unreachable"), (.html(400), "LoginRefused"),
        ]
    )
    func `only login_required at the redirect URI proves a login`(_ reply: ProbeReply, _ word: String) {
        #expect(ExpectedLogin.grafana().login(reply, redirectURI: redirect, at: base).word == word)
    }

    @Test(
        arguments: [
            (
                ["https://grafana.example.net/login/generic_oauth"], "grafana", ProbeFailure.Reason.redirectURIMismatch,
                "port '443' instead of '8444'"
            ),
            (
                ["https://other.example/x", "http://grafana.example.net:8444/login/generic_oauth"], "grafana",
                .redirectURIMismatch, "scheme 'http' instead of 'https'"
            ),
            (["\(redirect)/"], "grafana", .redirectURIMismatch, "path '/login/generic_oauth/' instead of"),
            ([redirect], "old", .clientMismatch, "the client id is 'old' in Authentik and 'grafana' in the file"),
        ]
    )
    func `a refusal names what differs`(
        _ held: [String],
        _ clientID: String,
        _ reason: ProbeFailure.Reason,
        _ text: String
    ) {
        let login = ExpectedLogin.grafana { login in
            login.provider?.redirectURIs = held.map { RedirectEntry(matchingMode: "strict", url: $0) }
            login.provider?.clientID = clientID
        }
        let failure = login.login(.html(400), redirectURI: redirect, at: base).failure
        #expect(failure?.reason == reason)
        #expect(failure?.message.contains(text) == true, "\(failure?.message ?? "")")
    }

    @Test(
        arguments: [
            ([(false, redirect)], "grafana", ProbeFailure.Reason.loginRefused, "although its provider has both"),
            ([(true, #"https://grafana\..*"#)], "grafana", .loginRefused, "although its provider has both"),
            ([(true, #"https://[a-z]+\.example\.com/.*"#)], "grafana", .redirectURIMismatch, "its pattern 'https://"),
            ([(true, "a"), (true, "b")], "grafana", .redirectURIMismatch, "its patterns 'a', 'b' do not match"),
        ] as [([(Bool, String)], String, ProbeFailure.Reason, String)]
    )
    func `of a refused login it is said what the provider has`(
        _ held: [(isPattern: Bool, url: String)],
        _ clientID: String,
        _ reason: ProbeFailure.Reason,
        _ text: String
    ) {
        let login = ExpectedLogin.grafana { login in
            login.provider?.redirectURIs = held.map {
                RedirectEntry(matchingMode: $0.isPattern ? "regex" : "strict", url: $0.url)
            }
        }
        let failure = login.login(.html(400), redirectURI: redirect, at: base).failure
        #expect(failure?.reason == reason)
        #expect(failure?.message.contains(text) == true, "\(failure?.message ?? "")")
    }

    @Test func `what would teach Authentik a redirect URI is never tried`() {
        let none = ExpectedLogin.grafana { $0.provider?.redirectURIs = [] }
        #expect(none.loginObstacle.map { CheckResult(.login, $0).word } == "RedirectURIMismatch")
        // Since 2026.5 one that has only logout URIs learns, too.
        let logout = ExpectedLogin.grafana {
            $0.provider?.redirectURIs = [RedirectEntry(matchingMode: "strict", url: redirect, type: "logout")]
        }
        #expect(logout.loginObstacle.map { CheckResult(.login, $0).word } == "RedirectURIMismatch")
        let unseen = ExpectedLogin.grafana { $0.provider = nil }
        #expect(unseen.loginObstacle.map { CheckResult(.login, $0).word } == "ClientMismatch")
        let pattern = ExpectedLogin.grafana { $0.redirectURI = nil }
        #expect(pattern.loginObstacle.map { CheckResult(.login, $0).word } == "skipped")
        #expect(ExpectedLogin.grafana().loginObstacle == nil)
    }

    // MARK: - Secret and outpost

    @Test func `a secret is proved, or said why it is not`() {
        let login = ExpectedLogin.grafana()
        #expect(login.secret(.right, reference: "env G").word == "passed")
        let wrong = login.secret(.wrong, reference: "env G").failure
        #expect(wrong?.reason == .secretMismatch && wrong?.message.contains("env G") == true)
        #expect(login.secret(.unknown(reason: "x"), reference: "env G").word == "UnexpectedAnswer")
        func obstacle(_ secret: ExpectedSecret) -> String? {
            ExpectedLogin.grafana { $0.secret = secret }.secretObstacle.map { CheckResult(.secret, $0).word }
        }
        #expect(login.secretObstacle == nil)
        #expect(obstacle(.none(why: "a public client has no secret")) == "skipped")
        #expect(obstacle(.unavailable(why: "it is not set")) == "SecretUnavailable")
        let other = ExpectedLogin.grafana { $0.provider?.clientID = "old" }
        #expect(other.secretObstacle.map { CheckResult(.secret, $0).word } == "skipped")
    }

    @Test(
        arguments: [
            (ProbeReply.answer(HTTPResponse(status: 204)), "passed"), (.html(200), "OutpostNotFound"),
            (.html(404), "OutpostNotFound"), (.html(302, location: base), "OutpostNotFound"),
            (.html(502), "Unavailable"),
            (.silence, "Unreachable"),
        ]
    )
    func `an outpost answers its ping`(_ reply: ProbeReply, _ word: String) {
        let outpost = ExpectedOutpost(slug: "wiki", externalHost: "https://wiki.example.net/")
        #expect(outpost.pingURL == "https://wiki.example.net/outpost.goauthentik.io/ping")
        #expect(outpost.ping(reply, at: outpost.pingURL).word == word)
    }
}

/// Where the login button of a service leads, row by row.
@Suite struct ButtonTests {
    private static let site = "https://grafana.example.net:8444"
    private static let authorize = "\(base)/application/o/authorize/"
    private static let good =
        "client_id=grafana&redirect_uri=https%3A%2F%2Fgrafana.example.net%3A8444%2Flogin%2Fgeneric_oauth"
    private let button = ExpectedButton(
        url: "\(site)/login/generic_oauth",
        authorizationURL: authorize,
        redirectURIs: [RedirectURI(redirect)]
    )

    @Test(
        arguments: [
            (ProbeReply.html(302, location: "\(authorize)?\(good)&scope=openid"), nil, ""),
            (.html(303, location: "\(base):443/application/o/authorize/?\(good)"), nil, ""),
            (
                .html(302, location: "\(authorize)?client_id=old&redirect_uri=x"), .clientMismatch,
                "the service logs in as the client 'old'; expected 'grafana'"
            ),
            (.html(302, location: "\(authorize)?redirect_uri=x"), .clientMismatch, "the client none"),
            (
                .html(
                    302,
                    location: "\(authorize)?client_id=grafana&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Flogin"
                ),
                .redirectURIMismatch,
                "scheme 'http' instead of 'https', host 'localhost' instead of 'grafana.example.net', port '3000' instead of "
                    + "'8444', path '/login' instead of '/login/generic_oauth'"
            ),
            (
                .html(302, location: "https://old.example.net/application/o/authorize/?\(good)"), .loginNotOffered,
                "host 'old.example.net' instead of 'sso.example.net'"
            ),
            (.html(200), .loginNotOffered, "answers 200 instead of redirecting to"),
            (.html(404), .loginNotOffered, "answers 404"), (.html(302), .loginNotOffered, "answers 302"),
            (.html(502), .unavailable, "502"), (.silence, .unreachable, "does not answer"),
        ] as [(ProbeReply, ProbeFailure.Reason?, String)]
    )
    func `it leads to Authentik as the declared client`(
        _ reply: ProbeReply,
        _ reason: ProbeFailure.Reason?,
        _ text: String
    ) {
        let failure = ExpectedLogin.grafana().button(reply, at: button.url, button).failure
        #expect(failure?.reason == reason)
        if reason != nil { #expect(failure?.message.contains(text) == true, "\(failure?.message ?? "")") }
    }

    @Test(
        arguments: [
            ("https%3A%2F%2Fx.example.net%2Fcb", nil),
            ("https%3A%2F%2Fx.example.com%2Fcb", "expected one that matches 'https://[a-z]+\\.example\\.net/cb'"),
        ] as [(String, String?)]
    )
    func `where a pattern is declared, the redirect URI has to match it`(_ uri: String, _ text: String?) {
        var button = button
        button.redirectURIs = [RedirectURI(#"https://[a-z]+\.example\.net/cb"#, matching: .regex)]
        let reply = ProbeReply.html(302, location: "\(Self.authorize)?client_id=grafana&redirect_uri=\(uri)")
        let result = ExpectedLogin.grafana().button(reply, at: button.url, button)
        #expect(result.isPassed == (text == nil))
        if let text { #expect(result.failure?.message.contains(text) == true, "\(result)") }
    }

    @Test(
        arguments: [
            ("/login/next", "\(site)/login/next"), ("next?a=b", "\(site)/login/next?a=b"), ("\(site)/x", "\(site)/x"),
            ("//grafana.example.net:8444/x", "\(site)/x"), ("https://grafana.example.net/x", nil),
            ("http://grafana.example.net:8444/x", nil), ("\(base)/application/o/authorize/?x", nil),
        ] as [(String, String?)]
    )
    func `only redirects within the service are followed`(_ location: String, _ next: String?) {
        let login = ExpectedLogin.grafana()
        #expect(login.next(after: .html(302, location: location), at: "\(Self.site)/login/start") == next)
        #expect(login.next(after: .html(200, location: location), at: "\(Self.site)/login/start") == nil)
    }
}

/// The same of what live servers answered.
@Suite struct RecordingTests {
    @Test(arguments: Recording.releases)
    func `a recorded server's answers are told apart`(_ release: String) throws {
        let recording = try Recording(release)
        let discovery = try #require(recording.reply { path, _ in path.contains("/o/probe/.well-known") })
        let origin = try #require(discovery.json?["issuer"]?.string?.replacing("/application/o/probe/", with: ""))
        let uri = "https://probe.example.org:8443/auth/callback"
        let probe = ExpectedLogin.grafana { login in
            login.issuers = ["\(origin)/application/o/probe/"]
            login.scopes = ["openid", "email", "profile"]
            login.heldScopes = login.scopes
            login.clientID = "probe"
            login.provider?.clientID = "probe"
            login.provider?.redirectURIs = [RedirectEntry(matchingMode: "strict", url: uri)]
        }
        #expect(probe.discovery(discovery, at: origin).map(\.word) == ["passed", "passed", "passed", "passed"])
        let unsigned = try #require(recording.reply { path, _ in path.contains("/o/probe-hs/.well-known") })
        #expect(
            probe.discovery(unsigned, at: origin).map(\.word) == [
                "passed", "IssuerMismatch", "AlgorithmMismatch", "passed",
            ]
        )
        let bare = try #require(recording.reply { path, _ in path.contains("/o/probe-bare/.well-known") })
        #expect(probe.discovery(bare, at: origin).last?.word == "ScopesMissing")
        let missing = try #require(recording.reply { path, _ in path.contains("/o/nope/.well-known") })
        #expect(probe.discovery(missing, at: origin).map(\.word) == ["DiscoveryNotFound"])

        let keys = try #require(recording.reply { path, _ in path.hasSuffix("/o/probe/jwks/") })
        let none = try #require(recording.reply { path, _ in path.hasSuffix("/o/probe-hs/jwks/") })
        #expect(probe.keys(keys, at: origin).word == "passed")
        #expect(probe.keys(none, at: origin).word == "KeyMismatch")
        let withSecret = ExpectedLogin.grafana { $0.signing = .secret }
        #expect(withSecret.keys(keys, at: origin).word == "KeyMismatch")
        #expect(withSecret.keys(none, at: origin).word == "passed")

        func login(_ isMeant: (String) -> Bool) throws -> String {
            let reply = try #require(recording.reply { path, _ in path.contains("/authorize/") && isMeant(path) })
            return probe.login(reply, redirectURI: uri, at: origin).word
        }
        // Since the final 2026.5.0 a provider that is made without grant types refuses.
        let hasGrantTypes = release.hasPrefix("2026.8")
        #expect(
            try login {
                $0.contains("client_id=probe&") && $0.contains("probe.example.org") && !$0.contains("type=nope")
            }
                == (hasGrantTypes ? "LoginRefused" : "passed")
        )
        #expect(try login { $0.contains("evil.example.org") } == "LoginRefused")
        #expect(try login { $0.contains("client_id=nope") } == "LoginRefused")
        #expect(try login { $0.contains("type=nope") } == "LoginRefused")
    }
}
