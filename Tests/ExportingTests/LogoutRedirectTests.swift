import Exporting
import Kinds
import Planning
import TestSupport
import Testing

/// What of redirect URIs for logouts is written into a file.
struct LogoutRedirectTests {
    private func world(_ entries: RedirectEntry...) -> World {
        var world = World()
        world.observed.release = World.may2026
        world.add(.grafana)
        world.change("grafana") { _, provider in
            provider?["grantTypes"] = .words(["authorization_code", "refresh_token"])
            provider?.redirectURIs += entries
        }
        return world
    }

    private func mark(_ world: inout World, _ fields: [String]) {
        let mark = OwnershipMark(
            owner: "homelab",
            slug: "grafana",
            provider: 1,
            applicationFields: ["meta_launch_url", "name"],
            providerFields: (["client_secret", "redirect_uris"] + fields).sorted()
        )
        world.mark("grafana", mark)
    }

    private static let strict = RedirectEntry(matchingMode: "strict", url: "https://x.example/", type: "logout")
    private static let regex = RedirectEntry(matchingMode: "regex", url: "https://y.*", type: "logout")

    @Test func `each is written once, and plans to nothing`() throws {
        let world = world(Self.strict, Self.regex, Self.strict)
        let export = world.export(.all(owner: "homelab"))
        #expect(
            export.text.contains(
                """
                    logoutRedirectURIs:
                      - https://x.example/
                      - url: https://y.*
                        matching: regex

                """
            ),
            "\(export.text)"
        )
        #expect(!export.text.contains("cannot be expressed"), "\(export.text)")
        #expect(try #require(world.plan(export)?.services.first).changes.isEmpty)
    }

    @Test func `none are left out, unless the mark tells of them`() throws {
        var world = world()
        #expect(!world.export(.all(owner: "homelab")).text.contains("logoutRedirectURIs"))
        mark(&world, ["logout_redirect_uris"])
        let export = world.export(.marked(owner: "homelab"))
        #expect(export.text.contains("    logoutRedirectURIs: []\n"), "\(export.text)")
        #expect(try #require(world.plan(export)?.services.first).changes.isEmpty)
    }

    @Test func `those that the mark tells of are in its file, and others are a comment`() throws {
        for (fields, isDeclared) in [(["logout_redirect_uris"], true), ([], false)] {
            var world = world(Self.strict)
            mark(&world, fields)
            let export = world.export(.marked(owner: "homelab"))
            #expect(export.text.contains("\n    logoutRedirectURIs:\n      - https://x.example/\n") == isDeclared)
            #expect(export.text.contains("\n    # logoutRedirectURIs:\n    #   - https://x.example/\n") == !isDeclared)
            #expect(try #require(world.plan(export)?.services.first).decision == .inSync, "\(export.text)")
        }
    }

    @Test func `one that no file can have stays as it is`() throws {
        let world = world(.init(matchingMode: "regex", url: "https://(x", type: "logout"))
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 1)
        #expect(export.text.contains("a '(' is not closed"), "\(export.text)")
        #expect(try #require(world.plan(export)?.services.first).changes.isEmpty)
    }
}
