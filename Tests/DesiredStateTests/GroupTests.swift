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
        .error(file("groups: [▲{}]"), "group 1 has no name", "add 'name:', as Authentik shows it"),
        .error(file("groups:\n  - name: a\n  - name:▲"), "name has no value in group 2"),
        .error(file("groups: [{name: ▲''}]"), "name is empty in group 1"),
        .error(file("groups: [{name: ▲' '}]"), "name is empty in group 1"),
        .error(file("groups: [{name: ▲\"a\\nb\"}]"), "name has more than one line in group 1"),
        .error(file("groups: [{name: ▲[a]}]"), "name must be text, not a list in group 1"),
        .error(file("groups: [{▲nmae: a}]"), "unknown field 'nmae' in group 1", "did you mean 'name'?"),
        .error(file("groups: [{name: a, ▲slug: b}]"), "unknown field 'slug' in group 1"),
        .error(file("▲group: [{name: a}]"), "unknown field 'group'", "it belongs in a service or in defaults"),
        .error(file("▲gruops: [{name: a}]"), "unknown field 'gruops'", "did you mean 'groups'?"),
        .warning(file("groups: [{name: ▲' a '}]"), "name has white space around it in group 1"),
        .warning(file("groups: [{name: a}, {name: ▲a}]"), "the group 'a' is in groups twice", "take one out"),
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
