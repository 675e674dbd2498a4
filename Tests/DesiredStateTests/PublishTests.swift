import DesiredState
import Testing

/// `publish`: what a service is told of its provider, and where.
struct PublishTests {
    private static let base = "slug: a\nport: 8441\nredirectPath: /cb\nsecretRef: {env: S}\n"

    private func publication(_ fields: String) -> Publication? {
        let result = DesiredStateLoader.load(.service(Self.base + "publish: {namespace: n, name: o, \(fields)}"))
        #expect(result.diagnostics == [])
        return result.state?.services.first?.provider?.publication
    }

    @Test func `keys of one's own`() {
        let publication = publication("keys: {OIDC_ISSUER: issuer, id: clientID}")
        #expect(publication?.object == PublishedObjectName(.configMap, namespace: "n", name: "o"))
        #expect(publication?.keys == ["OIDC_ISSUER": .value(.issuer), "id": .value(.clientID)])
        #expect(publication?.labels == [:])
    }

    @Test(arguments: [
        ("grafana", "ConfigMap n/o", "GF_AUTH_GENERIC_OAUTH_AUTH_URL", PublishedValue.authorizationURL),
        ("generic", "ConfigMap n/o", "OIDC_CONFIGURATION_URL", .configurationURL),
        ("argocd", "Secret n/o", "oidc.issuer", .issuer),
        ("open-webui", "ConfigMap n/o", "OPENID_PROVIDER_URL", .configurationURL),
        ("vault", "ConfigMap n/o", "oidc_discovery_url", .issuer),
        ("minio", "ConfigMap n/o", "MINIO_IDENTITY_OPENID_CONFIG_URL", .configurationURL),
        ("nextcloud", "ConfigMap n/o", "endsessionendpointuri", .endSessionURL),
        ("outline", "ConfigMap n/o", "OIDC_LOGOUT_URI", .endSessionURL),
        ("proxmox", "ConfigMap n/o", "issuer-url", .issuer),
    ])
    func `a set of keys, without the client secret`(set: String, object: String, key: String, value: PublishedValue) {
        let publication = publication("keySet: \(set)")
        #expect(publication?.object.description == object)
        #expect(publication?.keys[key] == .value(value))
        #expect(publication?.values.contains(.clientSecret) == false)
        let labels = set == "argocd" ? ["app.kubernetes.io/part-of": "argocd"] : [:]
        #expect(publication?.labels == labels)
    }

    @Test(arguments: ["gitea", "forgejo", "immich", "portainer"])
    func `a set whose reader takes all from one place has the client secret, and needs a Secret`(set: String) throws {
        let publication = publication("keySet: \(set)")
        #expect(publication?.object.kind == .secret)
        #expect(publication?.values.contains(.clientSecret) == true)
        let text = "publish: {namespace: n, name: o, kind: ▲ConfigMap, keySet: \(set)}"
        try Mistake.error(.service(Self.base + text), "service 'a': kind cannot be ConfigMap in publish").check()
    }

    @Test func `Grafana's API URL has no slash at its end`() {
        let text = publication("keySet: grafana")?.keys["GF_AUTH_GENERIC_OAUTH_API_URL"]
        #expect(text?.filled { $0 == .authentikURL ? "https://x.net" : "?" } == "https://x.net/application/o/userinfo")
    }

    @Test func `keys of one's own come over a set's`() {
        let publication = publication("keySet: generic, keys: {OIDC_ISSUER: configurationURL, MORE: launchURL}")
        #expect(publication?.keys["OIDC_ISSUER"] == .value(.configurationURL))
        #expect(publication?.keys["MORE"] == .value(.launchURL))
        #expect(publication?.keys["OIDC_CLIENT_ID"] == .value(.clientID))
    }

    @Test func `several sets, with their labels`() {
        let publication = publication("keySet: [generic, argocd]")
        #expect(publication?.keys["OIDC_ISSUER"] == .value(.issuer))
        #expect(publication?.keys["oidc.issuer"] == .value(.issuer))
        #expect(publication?.object.kind == .secret)
        #expect(publication?.labels == ["app.kubernetes.io/part-of": "argocd"])
    }

    /// So any of them can be together; were there two, the reader would say so.
    @Test func `no two sets want something else for one key`() {
        var seen: [String: PublishedText] = [:]
        for tool in ClientTool.all {
            for (key, text) in tool.keys {
                #expect(seen.updateValue(text, forKey: key).map { $0 == text } ?? true, "\(key)")
            }
        }
    }

    @Test func `constants and templates`() {
        let keys =
            #"{A: {value: "true"}, B: {value: 12}, C: {template: "https://x/{clientID}?{{}}"}, D: {value: ""}, E: {value: " x "}}"#
        let publication = publication("keys: \(keys)")
        #expect(publication?.keys["A"] == .constant("true"))
        #expect(publication?.keys["B"] == .constant("12"))
        #expect(publication?.keys["C"]?.parts == [.text("https://x/"), .value(.clientID), .text("?{}")])
        #expect(publication?.keys["D"]?.filled { _ in "?" } == "")
        #expect(publication?.keys["E"] == .constant(" x "))
        #expect(publication?.object.kind == .configMap)
    }

    @Test func `a template that names the client secret goes into a Secret`() throws {
        #expect(publication(#"keys: {A: {template: "{clientID}:{clientSecret}"}}"#)?.object.kind == .secret)
        let text = #"publish: {namespace: n, name: o, kind: ▲ConfigMap, keys: {A: {template: "{clientSecret}"}}}"#
        try Mistake.error(.service(Self.base + text), "service 'a': kind cannot be ConfigMap in publish").check()
    }

    @Test func `a template without a placeholder could be a constant`() {
        let input = MarkedText.service(Self.base + "publish: {namespace: n, name: o, keys: {A: {template: ▲x}}}")
        let result = DesiredStateLoader.load(input)
        #expect(result.diagnostics.map(\.message) == ["service 'a': template has no placeholder in 'A' in publish"])
        #expect(result.diagnostics.first?.location == input.marks.first)
        #expect(result.state != nil)
    }

    @Test(arguments: [
        ("{▲}", "service 'a': 'k' has neither value nor template in publish", nil),
        (#"{value: a, ▲template: "{issuer}"}"#, "service 'a': 'k' has both value and template in publish", nil),
        (
            "{value: ▲true}", "service 'a': value must be text, not 'true' in 'k' in publish",
            #"put it in quotes: "true""#
        ),
        ("{value: ▲[a]}", "service 'a': value must be text, not a list in 'k' in publish", nil),
        (
            "{▲templat: a}", "service 'a': unknown field 'templat' in 'k' in publish", "did you mean 'template'?"
        ),
        (
            #"{template: ▲"{isuer}"}"#, "service 'a': template has an unknown placeholder in 'k' in publish",
            "did you mean '{issuer}'?"
        ),
        (#"{template: ▲"{}"}"#, "service 'a': template has an unknown placeholder in 'k' in publish", nil),
        (
            #"{template: ▲"a}"}"#,
            "service 'a': template has a brace that is not part of a placeholder in 'k' in publish", nil
        ),
        (
            #"{template: ▲"{issuer"}"#,
            "service 'a': template has a brace that is not part of a placeholder in 'k' in publish",
            nil
        ),
    ])
    func `a wrong text`(text: String, message: String, hint: String?) throws {
        let text = text == "{▲}" ? "▲{}" : text
        let input = MarkedText.service(Self.base + "publish: {namespace: n, name: o, keys: {k: \(text)}}")
        let result = DesiredStateLoader.load(input)
        #expect(result.diagnostics.map(\.message) == [message])
        #expect(result.diagnostics.first?.location == input.marks.first)
        if let hint { #expect(result.diagnostics.first?.hint == hint) }
        #expect(result.state == nil)
    }

    @Test func `a wrong template is not shown: it may hold a secret`() {
        let input = MarkedText.service(
            Self.base + #"publish: {namespace: n, name: o, keys: {k: {template: "hunter2{hunter3}"}}}"#
        )
        let text = DiagnosticRenderer().render(DesiredStateLoader.load(input).diagnostics)
        #expect(text.contains("unknown placeholder"))
        #expect(!text.contains("hunter"))
    }

    @Test func `the client secret goes into a Secret`() {
        #expect(publication("keys: {s: clientSecret}")?.object.kind == .secret)
        #expect(publication("kind: Secret, keys: {s: issuer}")?.object.kind == .secret)
    }

    private static let values = """
        use one of clientID, clientSecret, issuer, authorizationURL, tokenURL, userInfoURL, endSessionURL, jwksURL, \
        configurationURL, redirectURI, launchURL, scopes, authentikURL
        """

    @Test(arguments: [
        (
            "publish: ▲{}",
            [
                "service 'a': publish has no namespace", "service 'a': publish has no name",
                "service 'a': publish has no keys",
            ], nil
        ),
        ("publish: ▲{namespace: n, name: o}", ["service 'a': publish has no keys"], nil),
        ("publish: ▲{namespace: n, name: o, keys: {}}", ["service 'a': publish has no keys"], nil),
        ("publish: ▲o", ["service 'a': publish must be a mapping of fields, not text"], nil),
        (
            "publish: {namespace: ▲N, name: o, keySet: generic}",
            ["service 'a': namespace is not the name of a namespace in publish"], nil
        ),
        (
            "publish: {namespace: n, name: ▲O, keySet: generic}",
            ["service 'a': name is not the name of an object in publish"], nil
        ),
        (
            "publish: {namespace: n, name: o, keySet: ▲graphana}",
            ["service 'a': keySet cannot be 'graphana' in publish"], "did you mean 'grafana'?"
        ),
        (
            "publish: {namespace: n, name: o, keySet: [generic, ▲forgeyo]}",
            ["service 'a': an entry of keySet cannot be 'forgeyo' in publish"], "did you mean 'forgejo'?"
        ),
        (
            "publish: {namespace: n, name: o, keySet: ▲[]}", ["service 'a': keySet is an empty list in publish"], nil
        ),
        (
            "publish: {namespace: n, name: o, kind: ▲configmap, keySet: generic}",
            ["service 'a': kind cannot be 'configmap' in publish"], "did you mean 'ConfigMap'?"
        ),
        (
            "publish: {namespace: n, name: o, kind: ▲ConfigMap, keys: {s: clientSecret}}",
            ["service 'a': kind cannot be ConfigMap in publish"], "its keys contain the client secret; use Secret"
        ),
        (
            "publish: {namespace: n, name: o, kind: ▲ConfigMap, keySet: argocd}",
            ["service 'a': kind cannot be ConfigMap in publish"], "Argo CD reads Secrets only; use Secret"
        ),
        (
            "publish: {namespace: n, name: o, keys: {▲'a b': issuer}}",
            ["service 'a': a key is not valid for a Kubernetes object in publish"], nil
        ),
        (
            "publish: {namespace: n, name: o, keys: {k: ▲isuer}}",
            ["service 'a': 'k' does not name a value in publish"], "did you mean 'issuer'?"
        ),
        (
            "publish: {namespace: n, name: o, keys: {k: ▲~}}", ["service 'a': 'k' does not name a value in publish"],
            values
        ),
        (
            "publish: {namespace: n, name: o, keys: ▲[issuer]}",
            ["service 'a': keys must be a mapping of keys to values, not a list in publish"], nil
        ),
        (
            "publish: {namespace: n, name: o, ▲keyset: generic, keys: {k: issuer}}",
            ["service 'a': unknown field 'keyset' in publish"], "did you mean 'keySet'?"
        ),
    ])
    func `a wrong one`(field: String, messages: [String], hint: String?) throws {
        let input = MarkedText.service(Self.base + field)
        let result = DesiredStateLoader.load(input)
        #expect(result.diagnostics.map(\.message) == messages)
        #expect(result.diagnostics.first?.location == input.marks.first)
        if let hint { #expect(result.diagnostics.first?.hint == hint) }
        #expect(result.state == nil)
    }

    @Test func `a secret that is written where a value is named is not repeated`() {
        let input = MarkedText.service(Self.base + "publish: {namespace: n, name: o, keys: {secret: hunter2}}")
        let text = DiagnosticRenderer().render(DesiredStateLoader.load(input).diagnostics)
        #expect(text.contains("'secret' does not name a value"))
        #expect(!text.contains("hunter2"))
    }

    @Test(arguments: [
        (
            "slug: a\nport: 8441\nredirectPath: /cb\nclientType: public\n", "keys: {s: clientSecret}",
            "service 'a': publish contains the client secret, but this is a public client"
        ),
        (
            "slug: a\nredirectURIs: [https://x.net/]\nsecretRef: {env: S}\n", "keys: {s: launchURL}",
            "service 'a': publish contains the launch URL, but the service has none"
        ),
        (
            "slug: a\nlaunchURL: https://x.net\nredirectURIs: [{url: 'https://x.net/.*', matching: regex}]\nsecretRef: {env: S}\n",
            "keys: {s: redirectURI}",
            "service 'a': publish contains the redirect URI, but the service has only patterns"
        ),
        (
            "slug: a\nredirectURIs: [https://x.net/]\nsecretRef: {env: S}\n",
            #"keys: {s: {template: "{launchURL}/x"}}"#,
            "service 'a': publish contains the launch URL, but the service has none"
        ),
        (
            "slug: a\nport: 8441\nredirectPath: /cb\nsecretRef: {kubernetes: {namespace: n, name: o, key: k}}\n",
            "keys: {s: clientSecret}", "service 'a': publish names the Secret that secretRef reads"
        ),
    ])
    func `what there is not, or has no place there`(service: String, keys: String, message: String) throws {
        try Mistake.error(.service(service + "publish: ▲{namespace: n, name: o, \(keys)}"), message).check()
    }

    @Test func `an object is one service's`() throws {
        func service(_ slug: String, _ publish: String) -> String {
            "  - {slug: \(slug), host: \(slug).example.net, redirectPath: /\(slug), secretRef: {env: S}, publish: \(publish)}\n"
        }
        let object = "{namespace: n, name: o, keys: {k: issuer}}"
        let text = MarkedText.head + "services:\n" + service("a", object) + service("b", "▲" + object)
        let column = service("a", "▲").unicodeScalars.prefix { $0 != "▲" }.count + 1
        try Mistake.error(
            MarkedText(text),
            "service 'b': duplicate published object 'ConfigMap n/o'",
            "first used at test.yaml:5:\(column); publish each service to an object of its own"
        ).check()
        let other = "{namespace: n, name: o, kind: Secret, keys: {k: issuer}}"
        let apart = MarkedText.head + "services:\n" + service("a", object) + service("b", other)
        #expect(DesiredStateLoader.load(MarkedText(apart)).diagnostics == [])
    }

    @Test func `a bookmark has nothing to publish, and defaults may not`() throws {
        let publish = "publish: {namespace: n, name: o, keySet: generic}"
        try Mistake.error(
            .bookmark("port: 8441\n▲\(publish)"),
            "service 'docs': publish is for OIDC services, but this one is a bookmark"
        ).check()
        let text = MarkedText.head + "defaults: {▲\(publish)}\nservices: []"
        try Mistake.error(MarkedText(text), "defaults: publish cannot have a default").check()
    }

    @Test(arguments: [
        ("https://sso.example.net", "https://sso.example.net"),
        ("https://sso.example.net/auth/", "https://sso.example.net/auth"),
    ])
    func `where Authentik is for others`(text: String, url: String) {
        let service =
            "{slug: a, port: 8441, redirectPath: /cb, secretRef: {env: S}, publish: {namespace: n, name: o, keySet: generic}}"
        let file = MarkedText.head + "publicURL: \(text)\nservices: [\(service)]"
        let result = DesiredStateLoader.load(MarkedText(file))
        #expect(result.diagnostics == [])
        #expect(result.state?.services.first?.provider?.publication?.publicURL == url)
    }

    @Test(arguments: [
        ("publicURL: ▲sso.example.net", "publicURL is not an absolute URL"),
        ("publicURL: ▲https://sso.example.net/?a=b", "publicURL has a query or fragment"),
        ("publicURL: ▲ftp://sso.example.net", "publicURL is not an http or https URL"),
    ])
    func `a wrong place`(field: String, message: String) throws {
        try Mistake.error(MarkedText(MarkedText.head + field + "\nservices: []"), message).check()
    }

    @Test func `several files agree about it`() {
        let file = { (path: String, url: String) in
            MarkedText(MarkedText.head + "publicURL: \(url)\nservices: []", path: path)
        }
        let result = DesiredStateLoader.load(file("a.yaml", "https://a.net"), file("b.yaml", "https://b.net"))
        #expect(result.diagnostics.map(\.message) == ["publicURL is 'https://b.net' here, but not in another file"])
    }
}
