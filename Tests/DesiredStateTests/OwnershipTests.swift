import DesiredState
import Testing

/// What a file says of whose things are, and of what goes.
struct OwnershipTests {
    private func load(_ top: String, _ services: String) -> DesiredStateLoader.Result {
        DesiredStateLoader.load(MarkedText(MarkedText.head + top + "\nservices:\n" + services))
    }

    private let bookmark = "  - slug: a\n    launchURL: https://a.net\n"

    @Test func `nothing is deleted and everything is adopted unless the file says so`() throws {
        let state = try #require(load("", bookmark).state)
        #expect(!state.prune)
        #expect(state.maxDeletions == nil)
        #expect(state.services.first?.adopt == .always)
        #expect(state.services.first?.state == .present)
        #expect(state.services.first?.renamedFrom == [])
    }

    @Test func `every field arrives`() throws {
        let result = load(
            "prune: true\nmaxDeletions: 0\ndefaults: {adopt: matching}",
            bookmark + "    renamedFrom: [b, c]\n  - slug: d\n    launchURL: https://d.net\n    adopt: never\n"
        )
        #expect(result.diagnostics == [])
        let state = try #require(result.state)
        #expect(state.prune)
        #expect(state.maxDeletions == 0)
        #expect(state.services.map(\.adopt) == [.matching, .never])
        #expect(state.services.first?.renamedFrom == ["b", "c"])
    }

    @Test func `what is to be absent needs its slug only`() throws {
        let result = load(
            "",
            "  - slug: a\n    state: absent\n"
                + "  - {slug: b, state: absent, redirectPath: /x, port: 8441, providerName: B OIDC, clientID: b-id}\n"
        )
        #expect(result.diagnostics == [])
        let services = try #require(result.state?.services)
        #expect(services.map(\.state) == [.absent, .absent])
        #expect(services.map(\.formerProviderNames) == [[], ["B OIDC", "b-id"]])
        #expect(services.allSatisfy { $0.provider == nil })
    }

    @Test(arguments: [
        Mistake.error(.bookmark("port: 8441\nadopt: ▲sometimes"), "service 'docs': adopt cannot be 'sometimes'"),
        .error(.bookmark("port: 8441\nstate: ▲gone"), "service 'docs': state cannot be 'gone'"),
        .error(.bookmark("port: 8441\nrenamedFrom: ▲old"), "service 'docs': renamedFrom must be a list, not text"),
        .error(
            .bookmark("port: 8441\nrenamedFrom: [▲docs]"),
            "service 'docs': renamedFrom contains the service's own slug"
        ),
        .error(
            .bookmark("port: 8441\nrenamedFrom: [▲a b]"),
            "service 'docs': an entry of renamedFrom has a character that is not allowed in a slug"
        ),
        .error(
            MarkedText(MarkedText.head + "services: []\nmaxDeletions: ▲-1\n"),
            "maxDeletions must be a whole number from 0 to 100000",
            "write it in plain digits: 3"
        ),
        .error(MarkedText(MarkedText.head + "services: []\nprune: ▲yes\n"), "prune must be true or false"),
        .error(
            MarkedText(
                MarkedText.head + "services:\n  - {slug: a, launchURL: https://a.net, renamedFrom: ▲[b]}\n"
                    + "  - {slug: b, launchURL: https://b.net}\n"
            ),
            "service 'a': 'b' in renamedFrom is the slug of another service"
        ),
    ])
    func `mistakes`(_ mistake: Mistake) throws { try mistake.check() }

    @Test func `a former slug belongs to one service`() throws {
        let result = load(
            "",
            "  - {slug: a, launchURL: https://a.net, renamedFrom: [x]}\n"
                + "  - {slug: b, launchURL: https://b.net, renamedFrom: [x]}\n"
        )
        #expect(result.diagnostics.map(\.message) == ["service 'b': 'x' is in renamedFrom of another service too"])
    }

    @Test func `files agree on pruning, or leave it to another`() throws {
        func file(_ name: String, _ text: String) -> DesiredStateLoader.Source {
            let head = "apiVersion: reconcile/v1\nowner: homelab\nservices: []\n"
            return .init(path: name, bytes: Array((head + text).utf8))
        }
        let agreed = DesiredStateLoader.load(sources: [file("a.yaml", ""), file("b.yaml", "prune: true\n")])
        #expect(agreed.state?.prune == true)
        let torn = DesiredStateLoader.load(sources: [
            file("a.yaml", "prune: true\n"), file("b.yaml", "prune: false\n"),
        ])
        #expect(torn.diagnostics.map(\.message) == ["prune is 'false' here, but not in another file"])
        #expect(torn.diagnostics.first?.hint == "it is 'true' at a.yaml:4:8; use one value in all files")
    }
}
