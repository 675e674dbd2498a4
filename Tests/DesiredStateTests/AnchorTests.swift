import DesiredState
import Kinds
import Testing

/// Anchors, merge keys and fields for them at the top of the file, as in Compose files.
struct AnchorTests {
    @Test func `services share what an anchor has, their own fields win, and an earlier mapping of a list wins`() throws
    {
        let input = MarkedText(
            MarkedText.head
                + """
                x-oidc: &oidc {clientType: public, redirectPath: /callback}
                x-apps: &apps {group: Apps, redirectPath: /apps, port: 8000}
                services:
                  - <<: [*oidc, *apps]
                    slug: a
                  - <<: *apps
                    slug: b
                    clientType: public
                    port: 8443
                    group: Others
                """
        )
        let result = DesiredStateLoader.load(input)
        #expect(result.diagnostics == [])
        let services = try #require(result.state).services
        #expect(services.map { $0["group"]?.text } == ["Apps", "Others"])
        #expect(
            services.map { $0.provider?.redirectURIs.first?.url } == [
                "https://sso.example.net:8000/callback", "https://sso.example.net:8443/apps",
            ]
        )
    }

    @Test func `a mistake in what is shared is shown where it was written`() throws {
        try Mistake.error(
            MarkedText(MarkedText.head + "x-base: &base\n  port: ▲70000\nservices:\n  - {<<: *base, slug: a}\n"),
            "service 'a': port must be from 1 to 65535"
        ).check()
    }

    @Test func `fields for anchors stand at the top of the file only`() throws {
        let input = MarkedText(MarkedText.head + "x-a: {anything: [1, 2]}\nx-: ~\nservices: []\n")
        #expect(DesiredStateLoader.load(input).diagnostics == [])
        try Mistake.error(
            .bookmark("port: 8443\n▲x-a: 1"),
            "service 'docs': unknown field 'x-a'",
            "fields that begin with 'x-' are allowed at the top of the file only"
        ).check()
        #expect(DesiredStateLoader.load(MarkedText("x-a: 1\n")).state == nil)
    }

    @Test func `a secret behind an alias or a merge key is not shown`() {
        for fields in [
            "x-s: &s\n  hunter2: hunter2\nservices:\n  - {slug: a, port: 1443, redirectPath: /x, secretRef: {<<: *s}}\n",
            "x-s: &s\n  env: hunter 2\nservices:\n  - {slug: a, port: 1443, redirectPath: /x, secretRef: {<<: *s}}\n",
            "x-s: &s {clientSecret: hunter2}\nservices:\n  - {<<: *s, slug: a, port: 1443}\n",
        ] {
            let result = DesiredStateLoader.load(MarkedText(MarkedText.head + fields))
            #expect(result.state == nil)
            let text = DiagnosticRenderer().render(result.diagnostics)
            #expect(!text.contains("hunter"), "\(text)")
        }
    }
}
