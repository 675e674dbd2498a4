import AuthentikAPI
import DesiredState
import Kinds
import Planning
import Testing

@Suite struct WriteOrderTests {
    /// Two services in sync, whose providers the file then gives other names.
    private static func renamed(_ grafana: String, _ argocd: String) -> World {
        var world = World(.grafana(), .argocd())
        world.converge(.grafana(), providerPK: 7)
        world.converge(.argocd(), providerPK: 8)
        world.services[0].provider?.name = grafana
        world.services[1].provider?.name = argocd
        return world
    }

    private static func plan(of world: World) throws -> (grafana: ServicePlan, argocd: ServicePlan) {
        let services = world.plan.services
        return (
            try #require(services.first { $0.slug == "grafana" }), try #require(services.first { $0.slug == "argocd" })
        )
    }

    @Test func `a name that another service gives up is waited for`() throws {
        let plan = try Self.plan(of: Self.renamed("argocd", "cd"))
        #expect(plan.grafana.decision == .update)
        #expect(plan.grafana.comesAfter == ["argocd"])
        #expect(plan.argocd.decision == .update)
        #expect(plan.argocd.comesAfter == [])
    }

    @Test func `names that are exchanged are a conflict for both`() throws {
        let plan = try Self.plan(of: Self.renamed("argocd", "grafana"))
        for service in [plan.grafana, plan.argocd] {
            #expect(service.decision == .conflict)
            #expect(service.steps.isEmpty)
            #expect(service.comesAfter == [])
        }
        #expect(plan.argocd.reason.contains("it and 'grafana' have each other's"))
    }

    @Test func `what a conflict keeps is a conflict for who needs it`() throws {
        var world = Self.renamed("argocd", "cd")
        world.set(OwnershipMark(owner: "others", slug: "argocd", provider: 8), on: "argocd")
        let plan = try Self.plan(of: world)
        #expect(plan.argocd.decision == .conflict)
        #expect(plan.grafana.decision == .conflict)
        #expect(plan.grafana.reason.contains("the name 'argocd' is taken by the provider 'argocd'"))
    }

    @Test func `a provider that one service lets go of is linked by the other in the same pass`() throws {
        var world = World(.grafana(), .argocd())
        world.converge(.grafana(), providerPK: 7)
        world.removeMark(of: "grafana")
        world.removeProvider(7)
        let provider = world.provider(try #require(Service.argocd().provider), pk: 8, linkedTo: "grafana")
        world.observed.providers.append(provider)
        world.observed.applications[0].provider = 8
        let plan = try Self.plan(of: world)
        #expect(plan.grafana.writeSummaries.first?.contains("create") == true)
        #expect(plan.argocd.decision == .link)
        #expect(plan.argocd.comesAfter == ["grafana"])
    }

    @Test func `what a new service takes is not deleted with the absent one that had it`() throws {
        var world = World(.grafana(), .client("metrics", port: 1, path: "/", secret: "ARGOCD"))
        world.converge(.grafana(), providerPK: 7)
        world.services[0].state = .absent
        world.services[0].provider = nil
        world.services[1].provider?.clientID = "grafana"
        let services = world.plan.services
        let grafana = try #require(services.first { $0.slug == "grafana" })
        let metrics = try #require(services.first { $0.slug == "metrics" })
        #expect(grafana.writeSummaries == ["delete application grafana"])
        #expect(metrics.decision == .link)
        #expect(metrics.comesAfter == ["grafana"])
    }

    @Test func `a provider that another owner's mark names is not taken`() throws {
        var world = World(.argocd())
        world.converge(.grafana(), providerPK: 7)
        world.set(OwnershipMark(owner: "others", slug: "grafana", provider: 7), on: "grafana")
        world.link("grafana", to: nil)
        world.services[0].provider?.clientID = "grafana"
        let argocd = try #require(world.plan.services.first { $0.slug == "argocd" })
        #expect(argocd.decision == .conflict)
        #expect(argocd.steps.isEmpty)
    }

    @Test func `a name that a bookmark's pruned provider has is free in the same pass`() throws {
        var docs = Service.client("docs", port: 1, path: "/", secret: "ARGOCD")
        docs.provider?.name = "grafana"
        docs.provider?.clientID = "grafana"
        var world = World(.bookmark("docs", port: 1), .grafana())
        world.prune = true
        world.converge(docs, providerPK: 7)
        world.link("docs", to: nil)
        world.services[1].adopt = .matching
        let services = world.plan.services
        let bookmark = try #require(services.first { $0.slug == "docs" })
        let grafana = try #require(services.first { $0.slug == "grafana" })
        #expect(bookmark.writeSummaries.first == "delete provider 7")
        #expect(grafana.writeSummaries.first == "create both")
        #expect(grafana.comesAfter == ["docs"])
    }

    @Test func `a provider that an application has which falls, too, falls with its own`() throws {
        var world = World(.bookmark("docs", port: 1))
        world.prune = true
        world.converge(.bookmark("docs", port: 1))
        world.converge(.grafana(), providerPK: 7)
        world.converge(.argocd(), providerPK: 8)
        world.link("argocd", to: 7)
        let services = world.plan.services
        let writes = services.filter { $0.decision == .delete }.flatMap(\.writeSummaries)
        #expect(
            writes == [
                "delete provider 8", "delete application argocd", "delete provider 7", "delete application grafana",
            ]
        )
    }
}
