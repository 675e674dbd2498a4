import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Planning
import Secrets
import Testing

/// Whose tokens a provider takes for its own: `jwtFederation`.
@Suite struct FederationTests {
    private static let providers = "jwt_federation_providers"
    private static let sources = "jwt_federation_sources"

    /// `grafana` takes tokens of these.
    private func grafana(_ providers: String...) -> Service {
        var service = Service.grafana()
        service.provider?["jwtFederation.providers"] = .references(providers.map { .init(named: $0) })
        return service
    }

    private func plan(_ world: World, of slug: String = "grafana") throws -> ServicePlan {
        try #require(world.plan.services.first { $0.slug == slug })
    }

    private func federation(_ plan: ServicePlan) -> ChangeRecord? {
        plan.changes.first { $0.field == Self.providers }.map(ChangeRecord.init)
    }

    /// Both there, as the file would have them without federation.
    private func standing(_ service: Service) -> World {
        var world = World(service, .argocd())
        world.converge(.grafana())
        world.converge(.argocd(), providerPK: 8)
        return world
    }

    @Test func `a provider that is there is named by the slug of its application`() throws {
        let plan = try plan(standing(grafana("argocd")))
        #expect(federation(plan)?.before == [] && federation(plan)?.after == ["argocd"])
        let sent = plan.writeRecords.compactMap { $0.provider?[Self.providers] }
        #expect(sent == [[8]])
        #expect(plan.steps.map(\.id.place) == [.provider, .mark])
        let mark = try #require(plan.steps.last?.effect.mark)
        #expect(mark.providerFields.contains(Self.providers))
    }

    /// With the application its provider goes, and then the name means nothing any more.
    @Test func `one that is about to be deleted is told before`() throws {
        var world = standing(grafana("argocd"))
        world.services.removeAll { $0.slug == "argocd" }
        #expect(try plan(world).hindrance == nil)
        world.prune = true
        #expect(try plan(world, of: "argocd").decision == .delete)
        let told = "jwtFederation names 'argocd', which is about to be deleted; remove it from the list"
        #expect(try plan(world).hindrance == told)
    }

    @Test func `they are a set, and managed only where the file says so`() throws {
        var world = standing(grafana("elsewhere", "argocd"))
        var other = OAuth2Provider(pk: 9, name: "Elsewhere", clientID: "elsewhere")
        other.applicationSlug = "elsewhere"
        world.observed.providers.append(other)
        world.changeProviders { provider in
            guard provider.pk == 7 else { return }
            provider["jwtFederation.providers"] = .references([8, 9].map { .init(pk: .integer($0), name: "") })
        }
        #expect(federation(try plan(world)) == nil)
        world.services[0] = .grafana()
        let undeclared = try plan(world)
        #expect(undeclared.decision == .inSync && undeclared.changes.isEmpty)
        world.services[0] = grafana()
        let emptied = try plan(world)
        #expect(federation(emptied)?.before == ["argocd", "elsewhere"] && federation(emptied)?.after == [])
    }

    @Test func `what the file gave up goes back to none`() throws {
        var world = standing(.grafana())
        world.changeProviders { provider in
            guard provider.pk == 7 else { return }
            provider["jwtFederation.providers"] = .references([.init(pk: .integer(8), name: "")])
        }
        var mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 7)
        mark.providerFields = ["client_secret", Self.providers, "redirect_uris"]
        world.set(mark, on: "grafana")
        #expect(federation(try plan(world))?.elements.removed == ["argocd"])
    }

    @Test func `an unknown one blocks the service, and the nearest name is a hint`() throws {
        let plan = try plan(standing(grafana("argocf")))
        #expect(plan.decision == .blocked)
        #expect(
            plan.reason
                == "jwtFederation.providers: neither the file nor Authentik has an application 'argocf' with an OAuth2 "
                + "provider; did you mean 'argocd'?; there are 'argocd' and 'grafana'"
        )
    }

    @Test func `one that is made in the same pass is set last`() throws {
        var world = standing(grafana("argocd"))
        world.removeApplication("argocd")
        world.removeProvider(8)
        let plan = try plan(world)
        #expect(federation(plan)?.after == ["argocd"])
        #expect(plan.steps.map(\.id.place) == [.mark, .federation])
        let last = try #require(plan.steps.last)
        let maker = Step.ID(service: "argocd", .application)
        #expect(last.after.contains(maker) && last.effect.references == [maker])
        #expect(plan.writeRecords.last?.provider == [Self.providers: ["created"]])
        #expect(plan.writeRecords.last?.target == "7")
        #expect(plan.hindrance == nil)
    }

    @Test func `two new ones may take each other's, and one its own`() throws {
        var other = Service.argocd()
        other.provider?["jwtFederation.providers"] = .references([.init(named: "grafana"), .init(named: "argocd")])
        let world = World(grafana("argocd"), other)
        for slug in ["grafana", "argocd"] {
            let plan = try plan(world, of: slug)
            #expect(plan.decision == .create)
            #expect(plan.steps.map(\.id.place) == [.application, .mark, .federation])
            let first = try #require(plan.steps.first)
            #expect(first.after.isEmpty)
            #expect(plan.writeRecords.first?.provider?[Self.providers] == nil)
            let makers = Set(["grafana", "argocd"].map { Step.ID(service: $0, .application) })
            #expect(plan.steps.last?.effect.references == makers)
            #expect(plan.writeRecords.last?.target == nil)
        }
    }

    @Test func `one that is not made in this pass is said not to be set`() throws {
        var world = World(grafana("argocd"), .argocd())
        world.secrets[.environment("ARGOCD")] = .missing(reason: "env ARGOCD is not set")
        #expect(try plan(world, of: "argocd").decision == .blocked)
        let plan = try plan(world)
        #expect(plan.decision == .create && federation(plan) == nil)
        #expect(
            plan.hindrance
                == "jwtFederation.providers is not set: 'argocd' has no provider yet and gets none in this pass"
        )
        #expect(plan.writeRecords.allSatisfy { $0.provider?[Self.providers] == nil })
    }

    @Test func `a renamed one is the same provider`() throws {
        var world = standing(grafana("deploy"))
        world.services[1].slug = "deploy"
        world.services[1].renamedFrom = ["argocd"]
        let plan = try plan(world)
        #expect(plan.writeRecords.compactMap { $0.provider?[Self.providers] } == [[8]])
    }

    @Test func `a source is named by its slug`() throws {
        var service = Service.grafana()
        service.provider?["jwtFederation.sources"] = .references([.init(named: "github")])
        var world = standing(service)
        world.observed.sources = [Source(pk: "uuid-of-github", slug: "github", name: "GitHub")]
        let change = try #require(try plan(world).changes.first { $0.field == Self.sources })
        #expect(change.after.json == ["uuid-of-github"] && change.after.shown == ["github"])
        world.services[0].provider?["jwtFederation.sources"] = .references([.init(named: "githab")])
        #expect(
            try plan(world).reason
                == "jwtFederation.sources: Authentik has no OAuth source 'githab'; did you mean 'github'?; there is only 'github'"
        )
    }
}
