import DesiredState
import Kinds
import Testing

/// `access`: who may open a service.
struct AccessTests {
    private static let text = """
        defaults:
          ▲access:
            policies: [▲office-hours]
        services:
          - slug: a
            port: 8441
            ▲access:
              policies: [▲night, ▲4711]
              users: [▲bob]
              exclusive: true
              mode: all
              groups:
                - ▲family
                - ▲"admins"
          - {slug: b, redirectURIs: [https://b.net/cb], clientType: public}
          - {slug: c, port: 8443, ▲access: everyone}
          - {slug: d, port: 8444, access: ~}
        """

    @Test func `subjects by kind, each in the order of the file and with its place`() {
        let input = MarkedText(MarkedText.head + Self.text)
        let marks = input.marks
        let result = DesiredStateLoader.load(input)
        #expect(result.diagnostics == [])
        let services = result.state?.services ?? []
        #expect(services.map(\.slug) == ["a", "b", "c", "d"])
        let own = Access.Subjects(
            [
                AccessSubject(.group, "family", location: marks[6]),
                AccessSubject(.group, "admins", location: marks[7]),
                AccessSubject(.user, "bob", location: marks[5]),
                AccessSubject(.policy, "night", location: marks[3]),
                AccessSubject(.policy, "4711", location: marks[4]),
            ],
            mode: .all,
            isExclusive: true
        )
        let shared = Access.Subjects([AccessSubject(.policy, "office-hours", location: marks[1])])
        #expect(
            services.map(\.access) == [
                Access(.subjects(own), location: marks[2]), Access(.subjects(shared), location: marks[0]),
                Access(.everyone, location: marks[8]), nil,
            ]
        )
        #expect(result.state?.managesAccess == true)
        #expect(
            result.state?.accessSubjects == [
                .group: ["family", "admins"], .user: ["bob"], .policy: ["night", "4711", "office-hours"],
            ]
        )
    }

    @Test(arguments: [
        ("services: [{slug: a, port: 8441}]", false),
        ("services: [{slug: a, port: 8441, access: everyone}]", true),
        ("services: [{slug: a, state: absent, access: {groups: [admins]}}]", false),
        ("defaults: {access: {groups: [admins]}}\nservices: [{slug: a, port: 8441, access: null}]", false),
        ("defaults: {access: {groups: [admins]}}\nservices: []", false),
    ])
    func `what names nobody`(body: String, managesAccess: Bool) {
        let result = DesiredStateLoader.load(MarkedText(MarkedText.head + body))
        #expect(result.diagnostics == [])
        #expect(result.state?.managesAccess == managesAccess)
        #expect(result.state?.accessSubjects == [:])
    }

    @Test func `names are told apart as Authentik does`() {
        let result = DesiredStateLoader.load(Self.with("access: {groups: [\"\\u00e9\", \"e\\u0301\", É, e]}"))
        #expect(result.diagnostics == [])
        #expect(result.state?.services.first?.access?.subjects?.list.count == 4)
    }

    private static func with(_ access: String) -> MarkedText { .bookmark("port: 8441\n\(access)") }

    private static let whoMay = "list groups or users, as in 'access: {groups: [admins]}', or use 'access: everyone'"
    private static let notSupported = "that is not supported; list a group without members"

    @Test(arguments: [
        ("Everyone", "did you mean 'everyone'?"), ("evryone", "did you mean 'everyone'?"),
        ("everybody", "did you mean 'everyone'?"), ("anyone", "did you mean 'everyone'?"),
        ("all", "did you mean 'everyone'?"), ("public", "did you mean 'everyone'?"),
        ("nobody", notSupported), ("Nobody", notSupported), ("none", notSupported), ("no one", notSupported),
        ("false", notSupported), ("admins", whoMay), ("true", whoMay), ("4711", whoMay), ("''", whoMay),
    ])
    func `a text that is not 'everyone'`(text: String, hint: String) throws {
        let shown = text == "''" ? text : "'\(text)'"
        try Mistake.error(Self.with("access: ▲\(text)"), "service 'docs': access cannot be \(shown)", hint).check()
    }

    private static let names = "list groups, users or policies, or use 'access: everyone'"
    private static let own = """
        service 'docs': an entry of policies is 'reconcile: nobody', a policy that reconcile itself uses in access
        """

    @Test(arguments: [
        Mistake.error(
            with("access: ▲[admins]"),
            "service 'docs': access must be 'everyone' or a mapping of fields, not a list",
            "name their kind, as in 'access: {groups: [admins]}'"
        ),
        .error(
            with("access: ▲~"),
            "service 'docs': access has no value",
            "give it one, or remove the field; null only removes a default"
        ),
        .error(with("access: ▲!x everyone"), "service 'docs': access has a tag"),
        .error(with("access: ▲!x {groups: [admins]}"), "service 'docs': access has a tag"),
        .error(with("access: ▲{}"), "service 'docs': access names nobody", names),
        .error(with("access: ▲{mode: all, exclusive: true}"), "service 'docs': access names nobody", names),
        .error(with("access: ▲{groups: []}"), "service 'docs': access names nobody", names),
        .error(with("access: ▲{groups: [], users: [], policies: []}"), "service 'docs': access names nobody", names),
        .error(
            with("access: {groups: ▲[], users: [bob]}"),
            "service 'docs': groups is an empty list in access",
            "add an entry, or remove the field"
        ),
        .error(
            with("access: {groups: ▲~}"),
            "service 'docs': groups has no value in access",
            "give it one, or remove the field"
        ),
        .error(with("access: {groups: ▲admins}"), "service 'docs': groups must be a list, not text in access"),
        .error(
            with("access: {users: [bob, ▲'']}"),
            "service 'docs': an entry of users is empty in access"
        ),
        .error(
            with("access: {users: [▲~]}"),
            "service 'docs': an entry of users must be text, not '~' in access"
        ),
        .error(
            with("access: {groups: [▲{name: admins}]}"),
            "service 'docs': an entry of groups must be text, not a mapping in access"
        ),
        .error(
            with("access: {groups: [▲yes]}"),
            "service 'docs': an entry of groups must be text, not 'yes' in access",
            "put it in quotes if it is meant as text"
        ),
        .error(
            with("access: {policies: [▲'reconcile: nobody']}"),
            own,
            "this policy locks a service that has lost all its groups, users and policies; list a group without members"
        ),
        .error(
            with("access: {groups: [a], mode: ▲every}"),
            "service 'docs': mode cannot be 'every' in access"
        ),
        .error(
            with("access: {groups: [a], mode: ▲al}"),
            "service 'docs': mode cannot be 'al' in access",
            "did you mean 'all'?"
        ),
        .error(
            with("access: {groups: [a], exclusive: ▲yes}"),
            "service 'docs': exclusive must be true or false in access",
            "use true"
        ),
        .warning(
            with("access: {groups: [a, b, ▲a]}"),
            "service 'docs': groups has an entry twice in access",
            "remove one"
        ),
        .warning(
            with("access: {groups: [▲' a ']}"),
            "service 'docs': an entry of groups has white space around it in access"
        ),
    ])
    func `what is wrong with it`(_ mistake: Mistake) throws { try mistake.check() }

    @Test(arguments: [
        ("access: {▲group: [admins]}", "'group' in access", "did you mean 'groups'?"),
        ("access: {▲user: bob}", "'user' in access", "did you mean 'users'?"),
        ("access: {▲policy: x}", "'policy' in access", "did you mean 'policies'?"),
        ("access: {▲polices: [x]}", "'polices' in access", "did you mean 'policies'?"),
        ("access: {groups: [a], ▲Mode: all}", "'Mode' in access", "did you mean 'mode'?"),
        ("access: {groups: [a], ▲port: 1}", "'port' in access", "it belongs in a service or in defaults"),
        ("access: {groups: [a], ▲nonsense: 1}", "'nonsense' in access", nil),
        ("▲acess: everyone", "'acess'", "did you mean 'access'?"),
        ("▲groups: [admins]", "'groups'", "write it in access: 'access: {groups: [admins]}'"),
        ("▲users: [bob]", "'users'", "write it in access: 'access: {groups: [admins]}'"),
    ])
    func `unknown fields`(field: String, unknown: String, hint: String?) throws {
        try Mistake.error(Self.with(field), "service 'docs': unknown field \(unknown)", hint).check()
    }

    @Test func `all mistakes at once, in services of either kind and in defaults`() {
        let text = """
            defaults: {access: {groups: [▲'']}}
            services:
              - slug: a
                redirectURIs: [https://a.net/cb]
                clientType: public
                access:
                  ▲gruops: [admins]
                  mode: ▲ANY
                  exclusive: ▲1
              - {slug: b, port: 8442, access: ▲no}
              - {slug: c, state: absent, access: ▲{}}
            """
        let input = MarkedText(MarkedText.head + text)
        let result = DesiredStateLoader.load(input)
        #expect(result.state == nil)
        #expect(result.diagnostics.map(\.location) == input.marks)
        #expect(
            result.diagnostics.map(\.message) == [
                "defaults: an entry of groups is empty in access", "service 'a': unknown field 'gruops' in access",
                "service 'a': mode cannot be 'ANY' in access",
                "service 'a': exclusive must be true or false in access", "service 'b': access cannot be 'no'",
                "service 'c': access names nobody",
            ]
        )
    }

    @Test func `null in defaults is none to take away`() throws {
        let input = MarkedText(MarkedText.head + "defaults: {access: ▲~}\nservices: []")
        try Mistake.error(input, "defaults: access has no value", "give it one, or remove the field").check()
    }
}
