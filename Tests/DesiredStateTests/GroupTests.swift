import DesiredState
import Testing

/// Groups at the top of the file.
struct GroupTests {
    private static func file(_ groups: String, path: String = "test.yaml") -> MarkedText {
        MarkedText(MarkedText.head + "services: []\n" + groups, path: path)
    }

    @Test(arguments: [
        Mistake.error(file("groups: ▲family"), "groups must be a list, not text"),
        .error(file("groups: ▲{name: family}"), "groups must be a list, not a mapping"),
        .error(file("groups:▲"), "groups has no value"),
        .error(file("groups: [▲family]"), "group 1 must be a mapping of fields, not text"),
        .error(file("groups: [▲{}]"), "group 1: name is missing", "add 'name:', as Authentik shows it"),
        .error(file("groups:\n  - name: a\n  - name:▲"), "group 2: name has no value"),
        .error(file("groups: [{name: ▲''}]"), "group 1: name is empty"),
        .error(file("groups: [{name: ▲' '}]"), "group 1: name is empty"),
        .error(file("groups: [{name: ▲\"a\\nb\"}]"), "group 1: name has more than one line"),
        .error(file("groups: [{name: ▲[a]}]"), "group 1: name must be text, not a list"),
        .error(file("groups: [{▲nmae: a}]"), "group 1: unknown field 'nmae'", "did you mean 'name'?"),
        .error(file("groups: [{name: a, ▲slug: b}]"), "group 1: unknown field 'slug'"),
        .error(file("▲group: [{name: a}]"), "unknown field 'group'", "it belongs in a service or in defaults"),
        .error(file("▲gruops: [{name: a}]"), "unknown field 'gruops'", "did you mean 'groups'?"),
        .warning(file("groups: [{name: ▲' a '}]"), "group 1: name has white space around it"),
        .warning(file("groups: [{name: a}, {name: ▲a}]"), "group 'a': listed twice", "remove one"),
    ])
    func `what is wrong with groups`(_ mistake: Mistake) throws { try mistake.check() }

    @Test func `several files are a union, in their order`() {
        let result = DesiredStateLoader.load(
            Self.file("groups: [{name: family}, {name: admins}]", path: "1.yaml"),
            Self.file("groups: []", path: "2.yaml"),
            Self.file("groups: [{name: Family}, {name: admins}]", path: "3.yaml")
        )
        #expect(result.diagnostics == [])
        #expect(result.state?.groups == ["family", "admins", "Family"])
    }

    @Test func `names are told apart as Authentik does`() {
        let result = DesiredStateLoader.load(Self.file("groups: [{name: \"\\u00e9\"}, {name: \"e\\u0301\"}]"))
        #expect(result.diagnostics == [])
        #expect(result.state?.groups.count == 2)
    }
}
