import Exporting
import Kinds
import Testing

/// What the file's own rules say decides what is declared and what becomes a comment.
@Suite struct FileRuleTests {
    @Test func `a redirect URI with a fragment is declared`() {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { _, provider in
            provider?.redirectURIs = [.init(matchingMode: "strict", url: "https://nas.example.org/#/signin")]
        }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 1)
        #expect(export.commented.isEmpty)
        #expect(export.body.contains("\n      - https://nas.example.org/#/signin\n"), "\(export.text)")
    }

    @Test(arguments: ["(?<=ab)c", "a++", "(?P<n>a)(?P=n)", "[]]"])
    func `a pattern that Python takes is declared`(pattern: String) {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { _, provider in
            provider?.redirectURIs = [.init(matchingMode: "regex", url: pattern)]
        }
        #expect(world.export(.all(owner: "homelab")).declared == 1)
    }

    @Test func `a client id that nobody can log in with becomes a comment`() {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { _, provider in provider?.clientID = "grafäna" }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 0)
        #expect(export.commented.map(\.slug) == ["grafana"])
        #expect(export.text.contains("a character that is not allowed in a client id"), "\(export.text)")
    }
}
