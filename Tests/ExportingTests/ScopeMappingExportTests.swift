import AuthentikAPI
import Kinds
import Planning
import Testing

@testable import Exporting

/// Scope mappings of one's own in an export.
struct ScopeMappingExportTests {
    private static let code = "# a\nif True:\n\n    return {\"email\": request.user.email, 'x': \"#\"}"

    private func world(managed: String?, name: String = "Own email", _ code: String = code) -> World {
        var world = World()
        world.observed.scopeMappings += [
            ScopeMapping(pk: "own", name: name, scopeName: "email", managed: managed, expression: code),
            ScopeMapping(pk: "unused", name: "Unused", scopeName: "unused", expression: "return {}"),
            ScopeMapping(
                pk: "other",
                name: "Other",
                scopeName: "o",
                managed: "reconcile/others/Other",
                expression: "return 1"
            ),
        ]
        world.add(.grafana)
        world.change("grafana") { _, provider in
            provider?["scopes"] = .references(pks: ["scope-openid", "own", "other"])
        }
        return world
    }

    /// It is somebody else's: used, and not declared.
    @Test func `what somebody else keeps is only named`() throws {
        let world = world(managed: "example.net/email")
        let export = world.export(.all(owner: "homelab"))
        #expect(export.problems == [])
        #expect(!export.text.contains("scopeMappings:"), "\(export.text)")
        let plan = try #require(world.plan(export))
        #expect(plan.services.map(\.decision) == [.adopt])
        #expect(plan.services.flatMap(\.changes).isEmpty)
    }

    @Test(arguments: [nil, "", "reconcile/homelab/Own email"])
    func `what its services have is declared where everything is exported`(_ managed: String?) throws {
        let world = world(managed: managed)
        let export = world.export(.all(owner: "homelab"))
        #expect(export.problems == [])
        #expect(
            export.text.contains(
                """
                scopeMappings:
                  - name: Own email
                    scope: email
                    expression: |
                      # a
                      if True:

                          return {"email": request.user.email, 'x': "#"}
                services:
                """
            ),
            "\(export.text)"
        )
        #expect(export.text.contains("scopes: [openid, o, {mapping: Own email}]\n"), "\(export.text)")
        let plan = try #require(world.plan(export))
        #expect(plan.shared.map(\.decision) == [managed?.hasPrefix("reconcile") == true ? .inSync : .adopt])
        #expect(plan.shared.flatMap(\.changes).isEmpty)
        #expect(plan.services.map(\.decision) == [.adopt])
        #expect(plan.services.flatMap(\.changes).isEmpty)
    }

    @Test func `of one owner, what is marked is declared, and the rest is named`() throws {
        var world = world(managed: nil)
        var mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 1)
        mark.providerFields = ["client_secret", "property_mappings", "redirect_uris"]
        world.mark("grafana", mark)
        let export = world.export(.marked(owner: "homelab"))
        #expect(!export.text.contains("scopeMappings:"))
        #expect(export.text.contains("{mapping: Own email}"))
        let plan = try #require(world.plan(export))
        #expect(plan.shared.isEmpty)
        #expect(plan.services.flatMap(\.changes).isEmpty)
        world.observed.scopeMappings[world.observed.scopeMappings.count - 2].managed = "reconcile/homelab/Unused"
        let again = world.export(.marked(owner: "homelab"))
        #expect(again.text.contains("scopeMappings:\n  - name: Unused\n"))
        #expect(world.plan(again)?.shared.map(\.decision) == [.inSync])
    }

    @Test func `what no file can hold is a comment, and is named all the same`() throws {
        let world = world(managed: nil, "return 1\r\n")
        let text = world.export(.all(owner: "homelab")).text
        #expect(text.contains("scopeMappings:"), "trimmed, it can")
        let broken = self.world(managed: "reconcile/homelab/Own email", "a\rb")
        let export = broken.export(.all(owner: "homelab"))
        #expect(export.problems == [])
        #expect(!export.text.contains("scopeMappings:"))
        #expect(export.text.contains("# cannot be expressed: the scope mapping 'Own email': expression has a control"))
        #expect(export.text.contains("is an orphan without an entry"))
        #expect(export.text.contains("{mapping: Own email}"))
        #expect(broken.plan(export)?.services.flatMap(\.changes).isEmpty == true)
    }

    @Test func `a name that needs quotes has a line of its own`() throws {
        let world = world(managed: nil, name: "it's: mine, {really}")
        let export = world.export(.all(owner: "homelab"))
        #expect(export.text.contains("      - mapping: 'it''s: mine, {really}'\n"), "\(export.text)")
        #expect(world.plan(export)?.services.flatMap(\.changes).isEmpty == true)
    }
}
