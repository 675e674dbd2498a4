import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Planning
import Testing

@Suite struct PlanTests {
    @Test func isOrderedBySlugWhateverTheOrderOfTheInput() {
        var world = World(.grafana(), .argocd(), .bookmark("zeta", port: 3))
        world.converge(.bookmark("middle", port: 4))
        let slugs = world.plan.services.map(\.slug)
        world.observed.flows.reverse()
        world.observed.scopeMappings.reverse()
        #expect(slugs == ["argocd", "grafana", "middle", "zeta"])
        #expect(world.plan.services.map(\.slug) == slugs)
    }

    @Test func aBookmarkIsMadeWithoutAProvider() throws {
        let plan = try #require(World(.bookmark("docs", port: 1)).plan.services.first)
        #expect(plan.writeSummaries == ["create application", "mark created provider -"])
        #expect(plan.changedFields == ["name", "slug", "group", "meta_launch_url"].map { "application.\($0)" })
    }

    @Test func aBookmarkWithAProviderKeepsItAndSaysSo() throws {
        var world = World(.grafana())
        world.converge(.grafana())
        world.services = [.bookmark("grafana", port: 8444)]
        let plan = try #require(world.plan.services.first)
        #expect(plan.notes == ["has the provider 'grafana', which the file does not declare; left alone"])
        // The mark keeps what the file set on it: the service may have a login again, with less in it.
        #expect(plan.writeSummaries == [])
        #expect(plan.standingMark?.mark.providerFields.contains("client_secret") == true)
    }

    @Test func anApplicationWithoutANameIsCreatedWithItsSlugAndNotRenamedAfterwards() throws {
        var service = Service.bookmark("docs", port: 1)
        service.name = nil
        let created = try #require(World(service).plan.services.first)
        #expect(created.changes.first { $0.field == "name" }?.after.shown == ["docs"])
        var world = World(service)
        world.converge(service)
        world.changeApplications { $0.name = "By hand" }
        #expect(try #require(world.plan.services.first).changes.isEmpty)
    }

    @Test func theMarkListsWhatTheFileSets() throws {
        var service = Service.grafana()
        service["icon"] = .text("fa://fa-book")
        service.provider?.scopes = ["openid"]
        let plan = try #require(World(service).plan.services.first)
        let mark = try #require(plan.steps.last?.effect.mark)
        #expect(
            mark.attributes == [
                "owner": "homelab", "version": 1, "slug": "grafana", "provider": nil,
                "applied": [
                    "application": ["group", "meta_icon", "meta_launch_url", "name"],
                    "provider": ["client_secret", "property_mappings", "redirect_uris"],
                ],
            ]
        )
        #expect(OwnershipMark.read(mark.attributes) == .mark(mark))
    }

    @Test func aThousandConvergedServicesPlanNothing() {
        let services = (0..<1000).map { Service.bookmark("service-\($0)", port: $0 + 1) }
        var world = World()
        world.services = services
        for service in services { world.converge(service) }
        #expect(world.plan.changing.isEmpty)
        #expect(world.plan.services.count == 1000)
    }
}
