import DesiredState
import Testing

/// A secret in the file is a mistake, and must be in nothing that is said about it.
struct SecretTests {
    private static let base = "slug: a\nport: 8441\nredirectPath: /cb\n"

    @Test(arguments: [
        ("secretRef: ▲hunter2", "service 'a': secretRef must be a reference to a secret"),
        ("secretRef: ▲|\n  hunter2\n  hunter2\n", "service 'a': secretRef must be a reference to a secret"),
        ("secretRef: ▲[hunter2]", "service 'a': secretRef must be a reference to a secret"),
        ("secretRef: {▲value: hunter2}", "service 'a': unknown field in secretRef"),
        ("secretRef: {▲hunter2}", "service 'a': unknown field in secretRef"),
        ("secretRef: {▲enf: hunter2}", "service 'a': unknown field 'enf' in secretRef"),
        ("secretRef: {env: ▲hunter-2}", "service 'a': env is not the name of an environment variable in secretRef"),
        ("secretRef: ▲{env: hunter2, file: hunter2}", "service 'a': secretRef has more than one field"),
        ("secretRef: ▲{}", "service 'a': secretRef has no source"),
        ("secretRef: {env: ▲~}", "service 'a': env has no value in secretRef"),
        ("secretRef: {kubernetes: ▲~}", "service 'a': kubernetes has no value in secretRef"),
        (
            "secretRef: {kubernetes: ▲hunter2}",
            "service 'a': kubernetes must be a mapping of fields, not text in secretRef"
        ),
        (
            "secretRef: {kubernetes: ▲{name: s, key: k}}",
            "service 'a': kubernetes has no namespace in secretRef"
        ),
        (
            "secretRef: {kubernetes: {namespace: n, name: s, key: k, ▲value: hunter2}}",
            "service 'a': unknown field in kubernetes in secretRef"
        ),
        (
            "secretRef: {kubernetes: {namespace: n, name: s, ▲keys: hunter2}}",
            "service 'a': unknown field 'keys' in kubernetes in secretRef"
        ),
        (
            "secretRef: {kubernetes: {namespace: n, name: s, key: ▲hunter2!}}",
            "service 'a': key is not a key of a Secret in kubernetes in secretRef"
        ),
        (
            "secretRef: {kubernetes: {namespace: n, name: s, key: ▲[hunter2]}}",
            "service 'a': key must be text, not a list in kubernetes in secretRef"
        ),
    ])
    func `a wrong reference`(field: String, message: String) throws {
        let input = MarkedText.service(Self.base + field)
        try Mistake.error(input, message).check()
        expectNoSecret(in: input)
    }

    @Test func `this program's own token is no secret of a service`() throws {
        let input = MarkedText.service(Self.base + "secretRef: {env: ▲AUTHENTIK_TOKEN}")
        let message = "service 'a': AUTHENTIK_TOKEN, reconcile's own token, would become the client secret"
        try Mistake.warning(input, message, "use another variable with a secret of its own").check()
    }

    @Test(arguments: [
        "clientSecret: hunter2", "client_secret: hunter2", "secret: hunter2", "password: hunter2", "token: hunter2",
        "clientSecret:\n  - hunter2",
    ])
    func `a written secret`(field: String) throws {
        let input = MarkedText.oidc("▲" + field)
        let name = field.prefix { $0 != ":" }
        let hint = "secrets are referenced, never written: use secretRef"
        try Mistake.error(input, "service 'grafana': unknown field '\(name)'", hint).check()
        expectNoSecret(in: input)
    }

    @Test func `a written secret of a service that needs none is one mistake`() throws {
        let input = MarkedText.service("slug: a\nlaunchURL: https://a.example.net\n▲password: hunter2")
        let hint = "secrets are referenced, never written: use secretRef"
        try Mistake.error(input, "service 'a': unknown field 'password'", hint).check()
        expectNoSecret(in: input)
    }

    @Test(arguments: [
        ("namespace: ▲Monitoring, name: s, key: k", "namespace is not the name of a namespace"),
        ("namespace: ▲a.b, name: s, key: k", "namespace is not the name of a namespace"),
        ("namespace: ▲-a, name: s, key: k", "namespace is not the name of a namespace"),
        (
            "namespace: ▲\(String(repeating: "a", count: 64)), name: s, key: k",
            "namespace is not the name of a namespace"
        ),
        ("namespace: n, name: ▲Grafana, key: k", "name is not the name of a Secret"),
        ("namespace: n, name: ▲a..b, key: k", "name is not the name of a Secret"),
        ("namespace: n, name: ▲a/b, key: k", "name is not the name of a Secret"),
        ("namespace: n, name: ▲\(String(repeating: "a", count: 254)), key: k", "name is not the name of a Secret"),
        ("namespace: n, name: s, key: ▲..data", "key is not a key of a Secret"),
        ("namespace: n, name: s, key: ▲'.'", "key is not a key of a Secret"),
        ("namespace: n, name: s, key: ▲a/b", "key is not a key of a Secret"),
        ("namespace: n, name: s, key: ▲''", "key is empty"),
        ("namespace: n, name: ▲~, key: k", "name has no value"),
    ])
    func `a wrong name in Kubernetes`(fields: String, message: String) throws {
        let input = MarkedText.service(Self.base + "secretRef: {kubernetes: {\(fields)}}")
        try Mistake.error(input, "service 'a': \(message) in kubernetes in secretRef").check()
    }

    @Test(arguments: [
        ("n", "s", "k"), ("monitoring", "grafana-secret", "GRAFANA_OAUTH_CLIENT_SECRET"),
        ("1-a", "a.b-c.1", ".k"), (String(repeating: "a", count: 63), String(repeating: "a", count: 253), "-._A9"),
    ])
    func `a name in Kubernetes`(namespace: String, name: String, key: String) throws {
        let reference = "{kubernetes: {namespace: '\(namespace)', name: '\(name)', key: '\(key)'}}"
        let result = DesiredStateLoader.load(.service(Self.base + "secretRef: \(reference)"))
        #expect(result.diagnostics.isEmpty)
        let secret = result.state?.services.first?.provider?.secret
        #expect(secret == .kubernetes(namespace: namespace, name: name, key: key))
        #expect(secret?.description == "kubernetes \(namespace)/\(name) \(key)")
    }

    @Test func `the names of a Kubernetes Secret are shown`() {
        let line = "kubernetes: {namespace: N, name: s, key: k}"
        let result = DesiredStateLoader.load(.service(Self.base + "secretRef:\n  \(line)"))
        #expect(result.diagnostics.map(\.sourceLine) == ["      \(line)"])
    }

    @Test func `a password in a URL`() throws {
        let input = MarkedText.oidc("launchURL: ▲https://admin:hunter2@x.net")
        try Mistake.error(input, "service 'grafana': launchURL has a user name or password in it").check()
        expectNoSecret(in: input)
    }

    @Test(arguments: [
        "secretRef: *hunter2", "clientID: *hunter2", "secretRef: {env: *hunter2}", "secretRef: &hunter2",
        "secretRef: !hunter2", "secretRef: !hunter2 x", "secretRef: #hunter2", "secretRef: # hunter2",
        "secretRef:\n  # hunter2", "secretRef: ~ # hunter2", "secretRef: {env: ~} # hunter2",
        "secretRef: {kubernetes: {namespace: N, name: s, key: k}} # hunter2", "scretRef: hunter2",
        "sekretref: hunter2", "secret_reference: hunter2", "clientSecrt: hunter2", "clientpw: hunter2",
        "passwrd: hunter2", "pw: hunter2", "key: hunter2", "oidc: {pw: hunter2}", "scretRef:\n  - hunter2",
        "scretRef: *hunter2", "scretRef: 'hunter2", "scretRef: @hunter2", "scretRef: hunter2: x",
        "scretRef: x\nscretRef: hunter2", "? hunter2\n: x", "? hunter2", "hunter2",
        "port: *hunter2", "port: x # hunter2", "portt: 8443 # hunter2",
        "launchURL: https://me:hunter2@x.net", "launchURL: https://me:hun/ter2@x.net",
        "launchURL: https://me:hun#ter2@x.net", "launchURL: 'https://me:hun ter2@x.net'",
        "launchURL: https://me:hun<ter2@x.net", "launchURL: [https://me:hunter2@x.net]", "host: me:hunter2@x.net",
        "redirectPath: me:hunter2@x.net/cb", "redirectPath: https://me:hunter2@x.net/cb",
        "logoutURI: https://me:hunter2@x.net", "icon: https://me:hunter2@x.net/a.png",
        "redirectURIs: [https://me:hunter2@x.net/cb]", "redirectURIs: [{url: https://me:hunter2@x.net/cb, mod: x}]",
        "redirectURIs: ['https://me:hun/ter2@x.net/#a']", "slug: https://me:hunter2@x.net",
    ])
    func `a secret where none belongs`(field: String) {
        let name = field.prefix { $0 != ":" }
        let base = ["slug": "a", "port": "8441", "redirectPath": "/cb", "secretRef": "{env: S}"]
        let others = base.filter { $0.key != name }.map { "\($0.key): \($0.value)" }.sorted().joined(separator: "\n")
        // In front of the others, and behind them, where a parser that stops knows more or less.
        for fields in ["\(field)\n\(others)", "\(others)\n\(field)"] {
            let input = MarkedText.service(fields)
            #expect(DesiredStateLoader.load(input).diagnostics != [])
            expectNoSecret(in: input)
        }
    }

    @Test(arguments: [
        "hunter2", "hunter2\n", "*hunter2", "&hunter2", "!hunter2", "@hunter2", "%hunter2", "`hunter2", "{hunter2",
        "{hunter2}", "[hunter2", "[hunter2]", "'hunter2", "\"hunter2", "|hunter2", ">hunter2", "hunter2: hunter2: x",
        "hunter: hunter2", "hunter:\n  - hunter2", "- hunter2\n", "\thunter2", "---\nhunter2\n---\nhunter2", "#hunter2",
        "? hunter2", "{\"client_secret\": \"hunter2\"}", "{\"hunter\":\"hunter2\"",
        "kind: Secret\ndata: {hunter: hunter2}", "HUNTER=hunter2\nTOKEN=hunter2",
    ])
    func `a file of secrets instead`(text: String) {
        let input = MarkedText(text)
        #expect(DesiredStateLoader.load(input).state == nil)
        expectNoSecret(in: input)
    }

    @Test func `a Secret of Kubernetes instead`() {
        let input = MarkedText(
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {hunter: aHVudGVyMg==}\nstringData:\n  key: hunter2"
        )
        let message = "this is a Kubernetes Secret, not a desired-state file"
        #expect(DesiredStateLoader.load(input).diagnostics.map(\.message) == [message])
        expectNoSecret(in: input)
    }

    @Test func `a misspelt reference`() throws {
        let input = MarkedText.service(
            "slug: a\nport: 8441\nredirectPath: /cb\nclientType: public\n▲secretref: hunter2"
        )
        try Mistake.error(input, "service 'a': unknown field 'secretref'", "did you mean 'secretRef'?").check()
        expectNoSecret(in: input)
    }

    @Test(arguments: [
        "services: [{slug: a, port: 99999, redirectPath: x, secretRef: hunter2}]",
        "services: [{slug: a, port: 99999, clientSecret: hunter2}]",
        "services: [{slug: a, port: 8441, redirectPath: /x,\n  secretRef: {env: S}, secretRef: hunter2}]",
        "services:\n  - slug: a\n    clientSecret: hunter2: x\n",
        "services:\n  - slug: a\n    clientSecret: 'hunter2\n",
        "services:\n  - slug: a\n    clientSecret: @hunter2\n",
        "services:\n  - slug: a\n    clientSecret:\n      'hunter2\n",
        "services:\n  - slug: a\n    clientSecret: |\n      hunter2\n     \thunter2\n   \thunter2",
        "x: &s\n  hunter2\nservices: [{slug: a, port: 8441, redirectPath: /x, secretRef: *s}]",
        "services: [{slug: a, port: 8441, redirectPath: /x, clientType: hunter2, secretRef: hunter2}]",
    ])
    func `a secret beside other mistakes`(text: String) {
        let input = MarkedText(MarkedText.head + text)
        let result = DesiredStateLoader.load(input)
        #expect(result.state == nil)
        #expect(!result.diagnostics.contains { $0.sourceLine?.contains("hunter2") == true })
    }

    private func expectNoSecret(in input: MarkedText, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
        let diagnostics = DesiredStateLoader.load(input).diagnostics
        let text = DiagnosticRenderer().render(diagnostics)
        let shown = text.replacing("\n", with: "").lowercased()
        for part in ["hunter", "hun/", "hun#", "hun<", "hun ", "ter2", "avu"] {
            #expect(!shown.contains(part), "\(text)", sourceLocation: sourceLocation)
        }
        #expect(diagnostics.allSatisfy { $0.sourceLine?.contains("hunter") != true }, sourceLocation: sourceLocation)
    }
}
