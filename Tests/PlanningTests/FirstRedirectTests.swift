import Base
import DesiredState
import Kinds
import Planning
import Testing

/// Without a launch URL the tile opens the first redirect URI; there, and only there, it counts which that is.
@Suite struct FirstRedirectTests {
    /// With two redirect URIs, which Authentik has the other way round.
    private func world(launchURL: String?) -> World {
        var service = Service.grafana()
        service.launchURL = launchURL
        service.provider?.redirectURIs = [
            RedirectURI("https://wiki.example.net/cb"), RedirectURI("http://localhost/cb"),
        ]
        var world = World(service)
        world.converge(service)
        world.changeProviders { $0.redirectURIs.reverse() }
        if launchURL == nil {
            var mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 7)
            mark.applicationFields = ["group", "name"]
            mark.providerFields = ["client_secret", "redirect_uris"]
            world.set(mark, on: "grafana")
        }
        return world
    }

    @Test func theFirstOneCounts() throws {
        let plan = try #require(world(launchURL: nil).plan.services.first)
        #expect(plan.writeSummaries == ["patch provider 7: redirect_uris"])
        let elements = ChangeRecord(try #require(plan.changes.first)).elements
        #expect(elements.removed == ["http://localhost/cb (first)", "https://wiki.example.net/cb"])
        #expect(elements.added == ["https://wiki.example.net/cb (first)", "http://localhost/cb"])
        #expect(plan.notes == ["it has no launch URL, so its tile opens the first redirect URI"])
    }

    @Test func theOthersDoNot() {
        var world = world(launchURL: nil)
        world.services[0].provider?.redirectURIs.append(RedirectURI("https://third.example.net/cb"))
        world.changeProviders {
            $0.redirectURIs = [
                .init(matchingMode: "strict", url: "https://wiki.example.net/cb", type: "authorization"),
                .init(matchingMode: "strict", url: "https://third.example.net/cb"),
                .init(matchingMode: "strict", url: "http://localhost/cb"),
            ]
        }
        #expect(world.plan.services.first?.decision == .inSync)
    }

    @Test func withALaunchURLNoneDoes() {
        #expect(world(launchURL: "https://wiki.example.net").plan.services.first?.decision == .inSync)
    }

    @Test func aLaunchURLByHandCounts() {
        var world = world(launchURL: nil)
        world.changeApplications { $0.launchURL = "https://by-hand.example.net" }
        #expect(world.plan.services.first?.decision == .inSync)
    }

    /// The pass that takes it away brings the order in, too: the tile opens the first one from then on.
    @Test func aLaunchURLThatIsGivenUpDoesNot() throws {
        var world = world(launchURL: "https://wiki.example.net")
        world.services[0].launchURL = nil
        let plan = try #require(world.plan.services.first)
        #expect(plan.changedFields == ["application.meta_launch_url", "provider.redirect_uris"])
    }
}
