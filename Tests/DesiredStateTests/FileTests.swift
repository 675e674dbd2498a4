import DesiredState
import Kinds
import Testing

/// The file as a whole, and services beside each other.
struct FileTests {
    private static func file(_ text: String) -> MarkedText { MarkedText(MarkedText.head + text) }

    @Test(arguments: [
        Mistake.error(MarkedText("▲owner: o\nservices: []"), "apiVersion is missing"),
        .error(
            MarkedText("apiVersion: ▲reconcile/v2\nowner: o\nservices: []"),
            "apiVersion cannot be 'reconcile/v2'",
            "did you mean 'reconcile/v1'?"
        ),
        .error(MarkedText("▲apiVersion: reconcile/v1\nservices: []"), "owner is missing"),
        .error(MarkedText("apiVersion: reconcile/v1\nowner: ▲''\nservices: []"), "owner is empty"),
        .error(MarkedText("apiVersion: reconcile/v1\nowner: ▲a b\nservices: []"), "owner is not a valid name"),
        .error(MarkedText("apiVersion: reconcile/v1\nowner:▲\nservices: []"), "owner has no value"),
        .error(MarkedText("▲apiVersion: reconcile/v1\nowner: o"), "services is missing"),
        .error(file("services:▲"), "services has no value"),
        .error(file("services: ▲{}"), "services must be a list, not a mapping"),
        .error(file("services: [▲grafana]"), "service 1 must be a mapping of fields, not text"),
        .error(file("services: [▲~]"), "service 1 must be a mapping of fields, not empty"),
        .error(file("services: []\nscheme: ▲ftp"), "scheme cannot be 'ftp'"),
        .error(file("services: []\ndefaults: ▲[a]"), "defaults must be a mapping of fields, not a list"),
        .error(file("services: []\ndefaults: {▲slug: a}"), "defaults: slug cannot have a default"),
        .error(file("services: []\ndefaults: {▲clientID: a}"), "defaults: clientID cannot have a default"),
        .error(
            file("services: []\ndefaults: {▲scope: a}"),
            "defaults: unknown field 'scope'",
            "did you mean 'scopes'?"
        ),
        .error(file("services: []\ndefaults: {group: ▲~}"), "defaults: group has no value"),
        .error(file("services: []\n▲owner: x"), "duplicate key 'owner'", "first given at test.yaml:2:1"),
        .error(MarkedText("▲just text"), "the document must be a mapping of fields, not text"),
        .error(MarkedText("▲[]"), "the document must be a mapping of fields, not a list"),
        .error(MarkedText(""), "the document is empty"),
        .error(MarkedText("# nothing\n"), "the document is empty"),
        .error(MarkedText("---\n"), "the document is empty"),
    ])
    func `the file's own fields`(_ mistake: Mistake) throws { try mistake.check() }

    @Test(arguments: [
        Mistake.error(file("services: [{▲slgu: a, port: 8441}]"), "service 1: unknown field 'slgu'"),
        .error(file("services: [{slug: a, ▲Port: 1}]"), "service 'a': unknown field 'Port'"),
        .error(
            file("services: [{slug: a, port: 8441, redirectPath: /a, ▲secret: {env: S}}]"),
            "service 'a': unknown field 'secret'"
        ),
        .error(MarkedText("apiVersion: reconcile/v1\n▲ower: o\nservices: []"), "unknown field 'ower'"),
    ])
    func `what hangs on a misspelt field is not missing too`(_ mistake: Mistake) throws { try mistake.check() }

    @Test func `a file without services is valid`() {
        let result = DesiredStateLoader.load(Self.file("services: []"))
        #expect(result.diagnostics == [])
        #expect(result.state == DesiredState(owner: "homelab", services: []))
    }

    @Test(arguments: [
        Mistake.error(
            file("services: [{slug: a, port: 8441}, {slug: ▲a, port: 8442}]"),
            "service 'a': duplicate slug",
            "first used at test.yaml:4:19"
        ),
        .error(
            file(
                """
                defaults: {clientType: public, redirectPath: /cb}
                services:
                  - {slug: a, port: 8441, providerName: p}
                  - {slug: b, port: 8442, providerName: ▲p}
                """
            ),
            "service 'b': duplicate provider name 'p'",
            "first used at test.yaml:6:41; names and ids are unique in Authentik"
        ),
        .error(
            file(
                "defaults: {clientType: public, redirectPath: /cb}\nservices: [{slug: a, port: 8441}, {slug: b, port: 8442, clientID: ▲a}]"
            ),
            "service 'b': duplicate client id 'a'",
            "first used at test.yaml:5:19; names and ids are unique in Authentik"
        ),
        .error(
            file(
                "defaults: {clientType: public, redirectPath: /cb}\nservices: [{slug: a, port: 8441}, {slug: b, port: ▲8441}]"
            ),
            "service 'b': has the same host, port and redirect URI as service 'a'",
            "the other is at test.yaml:5:28"
        ),
        .warning(
            file("services: [{slug: a, port: 8441, name: N}, {slug: b, port: 8442, name: ▲N}]"),
            "service 'b': has the same name as service 'a'"
        ),
    ])
    func `services that cannot be there together`(_ mistake: Mistake) throws { try mistake.check() }

    @Test func `two clients may share a URI elsewhere`() {
        let services =
            "services: [{slug: a, redirectURIs: ['http://localhost:8000']}, {slug: b, redirectURIs: ['http://localhost:8000']}]"
        #expect(DesiredStateLoader.load(Self.file("defaults: {clientType: public}\n\(services)")).diagnostics == [])
    }

    @Test func `files are a union, each with its own host`() {
        let head = "apiVersion: reconcile/v1\nowner: o\n"
        let result = DesiredStateLoader.load(
            MarkedText(head + "host: one\ndefaults: {group: G}\nservices: [{slug: b, port: 8441}]", path: "1.yaml"),
            MarkedText(head + "host: two\nservices: [{slug: a, port: 8441}]", path: "2.yaml")
        )
        #expect(result.diagnostics == [])
        #expect(result.state?.services.map(\.slug) == ["a", "b"])
        #expect(result.state?.services.map(\.launchURL) == ["https://two:8441", "https://one:8441"])
        #expect(result.state?.services.map { $0["group"]?.text } == [nil, "G"])
        #expect(result.state?.services.map(\.location.description) == ["2.yaml:4:12", "1.yaml:5:12"])
    }

    @Test func `files must agree on the owner and on slugs`() {
        let head = "apiVersion: reconcile/v1\nhost: h\n"
        let one = MarkedText(head + "owner: ▲o\nservices: [{slug: ▲a, port: 8441}]", path: "1.yaml")
        let two = MarkedText(head + "owner: ▲p\nservices: [{slug: ▲a, port: 8441}]", path: "2.yaml")
        let result = DesiredStateLoader.load(one, two)
        #expect(result.diagnostics.map(\.location) == two.marks)
        #expect(
            result.diagnostics.map(\.hint) == [
                "it is 'o' at \(one.marks[0]); use one value in all files", "first used at \(one.marks[1])",
            ]
        )
    }
}
