import AuthentikAPI
import DesiredState
import Kinds
import Planning
import Testing

/// A tile that is not there means the same on every release, whichever way a file says it.
struct HiddenTests {
    /// A bookmark that a file hides, and an application that holds this.
    private func world(_ release: String, isByURL: Bool, launchURL: String, isHidden: Bool) -> World {
        var service = Service.bookmark("docs", port: 8444)
        if isByURL { service.launchURL = "blank://blank" } else { service["hidden"] = .flag(true) }
        var world = World(service)
        world.observed.release = World.release(release)
        world.converge(service)
        world.observed.applications[0].launchURL = launchURL
        world.observed.applications[0].isHidden = isHidden
        return world
    }

    private func changes(_ world: World) throws -> [String] {
        try #require(world.plan.services.first).changes.map { change in
            "\(change.field): \(change.after.shown.joined())"
        }
    }

    @Test(arguments: [true, false])
    func `before there is a field for it, it is a launch URL`(isByURL: Bool) throws {
        let visible = world("2025.12.4", isByURL: isByURL, launchURL: "https://host:8444", isHidden: false)
        #expect(try changes(visible) == ["meta_launch_url: blank://blank"])
        let hidden = world("2025.12.4", isByURL: isByURL, launchURL: "blank://blank", isHidden: false)
        #expect(try changes(hidden) == [])
        #expect(hidden.plan.services.first?.notes == [])
    }

    @Test func `what the upgrade made of a launch URL that is none is no drift`() throws {
        #expect(try changes(world("2026.5.8", isByURL: true, launchURL: "", isHidden: true)) == [])
        let visible = world("2026.5.8", isByURL: true, launchURL: "https://host:8444", isHidden: false)
        #expect(try changes(visible) == ["meta_launch_url: ", "meta_hide: true"])
    }

    @Test func `what the upgrade made of a hidden tile is no drift`() throws {
        #expect(try changes(world("2026.5.8", isByURL: false, launchURL: "", isHidden: true)) == [])
        #expect(
            try changes(world("2026.5.8", isByURL: false, launchURL: "", isHidden: false))
                == ["meta_launch_url: https://host:8444", "meta_hide: true"]
        )
    }

    @Test func `a tile that is shown again gets its launch URL back`() throws {
        var shown = world("2026.5.8", isByURL: false, launchURL: "", isHidden: true)
        shown.services[0]["hidden"] = .flag(false)
        #expect(try changes(shown) == ["meta_launch_url: https://host:8444", "meta_hide: false"])
    }

    @Test func `a hidden tile keeps its launch URL where there is a field for it`() throws {
        #expect(
            try changes(world("2026.5.8", isByURL: false, launchURL: "https://host:8444", isHidden: true)) == []
        )
        #expect(
            try changes(world("2026.5.8", isByURL: false, launchURL: "https://host:8444", isHidden: false))
                == ["meta_hide: true"]
        )
    }
}
