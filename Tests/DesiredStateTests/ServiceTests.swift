import DesiredState
import Kinds
import Testing

/// What services are made of their fields, the defaults and the top of the file.
struct ServiceTests {
    private func service(_ input: MarkedText) throws -> Service {
        let result = DesiredStateLoader.load(input)
        #expect(result.diagnostics == [])
        return try #require(result.state?.services.first)
    }

    private func file(_ top: String, _ service: String) -> MarkedText {
        let lines = service.split(separator: "\n").map { "    \($0)\n" }.joined()
        return MarkedText("apiVersion: reconcile/v1\nowner: homelab\n\(top)\nservices:\n  -\n\(lines)")
    }

    @Test func `an OIDC service gets what is usual`() throws {
        let provider = try #require(try service(.oidc("")).provider)
        var expected = Provider(
            slug: "grafana",
            redirectURIs: [RedirectURI("https://sso.example.net:8444/login")]
        )
        expected.secret = .environment("SECRET")
        #expect(provider == expected)
        #expect(provider.name == "grafana" && provider.clientID == "grafana" && provider.clientType == .confidential)
        #expect(provider.scopes == ["openid", "email", "profile"])
        #expect(try service(.oidc("")).declared == ["launchURL", "redirectURIs", "secretRef"])
    }

    @Test func `whether and where a login is probed`() throws {
        #expect(try service(.oidc("")).verifies && service(.oidc("")).loginURL == nil)
        #expect(try service(.oidc("verify: false")).isProbed == false)
        #expect(try service(.oidc("loginURL: /login/sso")).loginURL == "https://sso.example.net:8444/login/sso")
        #expect(try service(.oidc("loginURL: http://a.net/login")).loginURL == "http://a.net/login")
        #expect(try service(.service("slug: a\nlaunchURL: https://a.net\nverify: true")).isProbed == false)
        for (text, message) in [
            (
                "slug: a\nredirectURIs: [https://a.net/cb]\nsecretRef: {env: A}\nloginURL: /login",
                "is a path, but the service has no port or host"
            ),
            ("slug: a\nredirectURIs: [https://a.net/cb]\nsecretRef: {env: A}\nloginURL: login", "loginURL"),
            ("slug: a\nlaunchURL: https://a.net\nloginURL: https://a.net/login", "loginURL"),
        ] {
            let diagnostics = DesiredStateLoader.load(file("", text)).diagnostics
            #expect(diagnostics.contains { $0.message.contains(message) }, "\(diagnostics)")
        }
    }

    @Test func `every field arrives`() throws {
        let service = try service(
            .service(
                """
                slug: a
                name: 1984
                group: ""
                description: "x"
                publisher: P
                icon: fa://fa-book
                launchURL: https://a.net
                hidden: false
                openInNewTab: false
                redirectURIs: [https://a.net/cb, {url: 'https://.*', matching: regex}]
                logoutRedirectURIs: [https://a.net/bye, {url: 'https://b.*', matching: regex}]
                providerName: PN
                clientID: CI
                secretRef: {file: /run/secrets/a}
                scopes: [openid, goauthentik.io/providers/oauth2/scope-email]
                signingKey: SK
                encryptionKey: EK
                authorizationFlow: af
                invalidationFlow: if
                authenticationFlow: au
                accessCodeValidity: minutes=1
                accessTokenValidity: hours=1;minutes=30.5
                refreshTokenValidity: days=30
                refreshTokenThreshold: hours=1
                subjectMode: user_email
                issuerMode: global
                includeClaimsInIDToken: true
                logoutURI: https://a.net/out
                logoutMethod: frontchannel
                clientType: confidential
                grantTypes: [authorization_code, "urn:ietf:params:oauth:grant-type:device_code"]
                jwtFederation: {providers: [other], sources: [github]}
                """
            )
        )
        #expect(
            service.declared
                == Set((Application.fields.rows + OAuth2Provider.fields.rows).map(\.name)).subtracting(["slug"])
        )
        #expect(service.name == "1984")
        #expect(service["group"] == .text(""))
        #expect(service["openInNewTab"] == .flag(false))
        let provider = try #require(service.provider)
        #expect(
            provider.redirectURIs == [RedirectURI("https://a.net/cb"), RedirectURI("https://.*", matching: .regex)]
        )
        #expect(
            provider.logoutRedirectURIs
                == [RedirectURI("https://a.net/bye"), RedirectURI("https://b.*", matching: .regex)]
        )
        #expect(provider.name == "PN" && provider.clientID == "CI")
        #expect(provider.secret == .file("/run/secrets/a"))
        #expect(provider["subjectMode"] == .text("user_email") && provider.issuerMode == .global)
        #expect(
            provider["grantTypes"]
                == .words(["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"])
        )
        #expect(provider["logoutMethod"] == .text("frontchannel"))
        #expect(provider["includeClaimsInIDToken"] == .flag(true))
        #expect(provider["accessTokenValidity"] == .duration("hours=1;minutes=30.5"))
    }

    @Test(arguments: [
        ("host: h", "slug: a\nport: 443", "https://h"),
        ("host: h\nscheme: http", "slug: a\nport: 80", "http://h"),
        ("host: h\nscheme: http", "slug: a\nport: 443", "http://h:443"),
        ("host: h", "slug: a\nport: 8444", "https://h:8444"),
        ("host: h", "slug: a\nhost: i", "https://i"),
        ("host: h", "slug: a\nport: 8441\nlaunchURL: https://x.net", "https://x.net"),
        ("defaults: {host: d}", "slug: a", "https://d"),
        ("host: h\ndefaults: {host: d, scheme: http}", "slug: a\nport: 81", "http://d:81"),
        ("scheme: http\nhost: h", "slug: a\nport: 81\nscheme: null", "https://h:81"),
        ("defaults: {launchURL: 'https://x.net'}\nhost: h", "slug: a\nport: 8441\nlaunchURL: null", "https://h:8441"),
    ])
    func `launch URLs`(top: String, fields: String, url: String) throws {
        #expect(try service(file(top, fields)).launchURL == url)
    }

    @Test func `a redirect path needs no port`() throws {
        let service = try service(file("host: h", "slug: a\nredirectPath: /cb\nsecretRef: {env: S}"))
        #expect(service.provider?.redirectURIs == [RedirectURI("https://h/cb")])
        #expect(service.launchURL == "https://h")
    }

    @Test func `absolute redirect URIs alone leave the launch URL alone`() throws {
        let service = try service(file("host: h", "slug: a\nredirectURIs: [https://x.net/cb]\nsecretRef: {env: S}"))
        #expect(service.launchURL == nil)
        #expect(!service.declared.contains("launchURL"))
    }

    @Test func `redirects are the union of all three, in order`() throws {
        let input = MarkedText.oidc(
            "redirectURIs: [app:/cb, ▲'https://sso.example.net:8444/b']\nredirectPaths: [/a, /b]"
        )
        let result = DesiredStateLoader.load(input)
        let uris = result.state?.services.first?.provider?.redirectURIs.map(\.url)
        let origin = "https://sso.example.net:8444"
        #expect(uris == ["\(origin)/login", "\(origin)/a", "\(origin)/b", "app:/cb"])
        #expect(result.diagnostics.map(\.message) == ["service 'grafana': the same redirect URI is listed twice"])
        #expect(result.diagnostics.map(\.location) == [input.marks[0]])
    }

    @Test func `moving a value to the defaults is no change`() throws {
        let own =
            "slug: a\nport: 8441\nredirectPath: /cb\nsecretRef: {env: S}\nscopes: [openid]\ngroup: G\nclientType: confidential"
        let shared = file(
            "host: h\ndefaults: {scopes: [openid], group: G, clientType: confidential}",
            "slug: a\nport: 8441\nredirectPath: /cb\nsecretRef: {env: S}"
        )
        var left = try service(file("host: h\n# as many lines", own))
        let right = try service(shared)
        left.location = right.location
        #expect(left == right)
    }

    @Test func `lists of a service replace, and null unsets`() throws {
        let top = "host: h\ndefaults: {scopes: [openid, email], group: G, publisher: P}"
        let service = try service(
            file(top, "slug: a\nredirectPath: /cb\nsecretRef: {env: S}\nscopes: [openid]\ngroup: ~")
        )
        #expect(service.provider?.scopes == ["openid"])
        #expect(service["group"] == nil && service["publisher"] == .text("P"))
        #expect(!service.declared.contains("group") && service.declared.contains("publisher"))
    }

    @Test func `null takes the file's host away too`() {
        let result = DesiredStateLoader.load(.service("slug: a\nport: 8441\nhost: null"))
        #expect(result.diagnostics.map(\.message) == ["service 'a': port needs a host"])
    }

    @Test func `defaults of providers do not concern bookmarks`() throws {
        let service = try service(
            file("host: h\ndefaults: {scopes: [openid], clientType: public}", "slug: a\nport: 8441")
        )
        #expect(service.provider == nil)
        #expect(service.declared == ["launchURL"])
    }

    @Test func `a public client needs no secret`() throws {
        let provider = try #require(
            try service(file("host: h", "slug: a\nredirectPath: /cb\nclientType: public")).provider
        )
        #expect(provider.clientType == .public && provider.secret == nil)
    }

    @Test func `a service without a valid slug is looked at all the same`() {
        let result = DesiredStateLoader.load(.service("slug: a b\nport: 8441\nredirectPath: /x"))
        #expect(
            result.diagnostics.map(\.message).last
                == "service 'a b': slug has a character that is not allowed in a slug"
        )
        #expect(result.diagnostics.map(\.message).first == "service 'a b': secretRef is missing")
    }

    @Test func `texts are trimmed, blocks in silence`() throws {
        let service = try service(.oidc("description: |\n  a\n  b\nname: !!str 1"))
        #expect(service["description"] == .text("a\nb"))
        #expect(service.name == "1")
    }

    @Test(arguments: [
        Mistake.error(
            .bookmark("▲scopes: [openid]\nport: 8441"),
            "service 'docs': scopes is for OIDC services, but this one is a bookmark"
        ),
        .error(.service("▲slug: docs"), "service 'docs': nothing to open"),
        .error(.service("▲slug: a\nport: 8441\nredirectPath: /x"), "service 'a': secretRef is missing"),
        .warning(
            .service("slug: a\nport: 8441\nredirectPath: /x\nclientType: public\n▲secretRef: {env: S}"),
            "service 'a': secretRef is ignored for a public client"
        ),
        .error(
            MarkedText("apiVersion: reconcile/v1\nowner: o\nservices: [{slug: a, port: ▲1}]"),
            "service 'a': port needs a host"
        ),
        .error(
            MarkedText(
                "apiVersion: reconcile/v1\nowner: o\nservices: [{slug: a, redirectPath: ▲/x, clientType: public}]"
            ),
            "service 'a': redirectPath needs a host"
        ),
    ])
    func `fields that do not fit together`(_ mistake: Mistake) throws { try mistake.check() }
}

extension Service {
    /// The names of the fields that the file sets; each has a slug.
    fileprivate var declared: Set<FieldName> {
        let ofProvider = OAuth2Provider.fields.rows.filter { provider?.declares($0) ?? false }
        return Set((Application.fields.rows.filter(declares) + ofProvider).map(\.name)).subtracting(["slug"])
    }
}
