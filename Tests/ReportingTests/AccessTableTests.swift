import Exporting
import Foundation
import JSON
import Kinds
import Planning
import TestSupport
import Testing

@testable import Reporting

/// Who may open what, at a terminal and for machines.
@Suite(.timeLimit(.minutes(60))) struct AccessTableTests {
    private static var list: AccessList {
        let wiki = Application(pk: "w", slug: "wiki", name: "Wiki")
        var docs = Application(pk: "d", slug: "docs", name: "Docs")
        docs.policyEngineMode = "all"
        let group = BindingSubject(.group, pk: "g")
        var lax = PolicyBinding(pk: "3", target: "d", subject: BindingSubject(.policy, pk: "p"), name: "lax", order: 1)
        lax.letsInOnFailure = true
        lax.isAmbiguous = true
        var request = PolicyBinding(
            pk: "4",
            target: "d",
            subject: BindingSubject(.user, pk: "7"),
            name: "bob",
            order: 2
        )
        request.isExpiring = true
        request.isNegated = true
        let mark = OwnershipMark(
            owner: "homelab",
            slug: "docs",
            access: [BoundSubject(group, name: "admins", binding: "2", order: 0)]
        )
        return AccessList(
            authentik: AuthentikRecord(url: "https://sso.example.net", release: "2026.8.0"),
            applications: [wiki, docs],
            bindings: [
                request, lax, PolicyBinding(pk: "2", target: "d", subject: group, name: "admins"),
                PolicyBinding(pk: "1", target: "a-flow", subject: group, name: "admins"),
            ],
            marks: [ObservedMark(pk: "m", application: "d", attributes: mark.attributes)]
        )
    }

    private static var asked: AccessList {
        var list = list
        list.user = "bob"
        list.applications[0].mayOpen = false
        list.applications[0].messages = ["The office is closed."]
        list.applications[1].mayOpen = true
        list.applications[1].messages = []
        return list
    }

    @Test func `a binding is a line, and those of a file have its owner`() {
        #expect(
            AccessTable(style: Style(isColored: false)).render(Self.list, isSandbox: false) == """
                Authentik 2026.8.0 at https://sso.example.net

                  Application  Name  Open to                                                              Bound for
                  docs         Docs  group 'admins'                                                       homelab
                                     and policy 'lax' (more than one subject, allows access if it fails)
                                     and not user 'bob' (for a time)
                  wiki         Wiki  everybody

                2 applications: 1 restricted, 1 open to everybody.
                """
        )
    }

    @Test func `an answer stands before the bindings, and its reason below them`() {
        #expect(
            AccessTable(style: Style(isColored: false)).render(Self.asked, isSandbox: true) == """
                Authentik 2026.8.0 at https://sso.example.net (sandbox)

                  Application  Name  'bob'  Open to                                                              Bound for
                  docs         Docs  no     group 'admins'                                                       homelab
                                            and policy 'lax' (more than one subject, allows access if it fails)
                                            and not user 'bob' (for a time)
                                            Authentik says: The office is closed.
                  wiki         Wiki  yes    everybody

                2 applications: 1 restricted, 1 open to everybody. 'bob' may open 1.
                """
        )
    }

    @Test func `a group leaves what it is let into`() {
        var list = Self.list
        list.narrow(toGroup: "admins")
        #expect(list.applications.map(\.slug) == ["docs", "wiki"])
        list.narrow(toGroup: "family")
        #expect(list.applications.map(\.slug) == ["wiki"])
    }

    @Test func `the schema describes it`() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = package.appending(path: "manifests/schemas/access.schema.json")
        let schema = JSONSchema(try JSONValue(parsing: Data(contentsOf: file)))
        for list in [Self.list, Self.asked] {
            #expect(schema.mistakes(in: try JSONValue(parsing: Array(JSONText.of(list).utf8))) == [])
        }
    }
}
