import AuthentikAPI
import DesiredState
import Kinds
import Planning
import Testing

/// `state: absent` where the application is gone, and its provider may not be.
@Suite struct AbsenceTests {
    private func world(renamedFrom: [String] = []) -> World {
        let declared = Service.grafana()
        var absent = Service(slug: declared.slug, location: declared.location)
        absent.state = .absent
        absent.renamedFrom = renamedFrom
        var world = World(declared)
        world.converge(declared)
        world.removeApplication("grafana")
        world.services = [absent]
        return world
    }

    @Test func aProviderThatWasItsOwnIsSaidAndStays() throws {
        var world = world()
        world.prune = true
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .conflict)
        #expect(plan.steps.isEmpty)
        #expect(plan.reason.contains("the provider 'grafana' (pk 7, client id 'grafana')"))
        #expect(plan.reason.contains("delete the provider in Authentik"))
    }

    @Test func itIsKnownByItsClientIDToo() {
        var world = world()
        world.changeProviders { $0.name = "Provider for Grafana" }
        #expect(world.plan.services.map(\.decision) == [.conflict])
    }

    @Test func itIsKnownByAFormerSlug() {
        var world = world(renamedFrom: ["metrics"])
        world.changeProviders { ($0.name, $0.clientID) = ("metrics", "x") }
        #expect(world.plan.services.map(\.decision) == [.conflict])
    }

    @Test func itIsKnownByTheNamesThatTheFileGivesIt() {
        var world = world()
        world.changeProviders { ($0.name, $0.clientID) = ("Wiki OIDC", "y") }
        world.services[0].formerProviderNames = ["Wiki OIDC", "xx"]
        #expect(world.plan.services.map(\.decision) == [.conflict])
        world.changeProviders { ($0.name, $0.clientID) = ("other", "xx") }
        #expect(world.plan.services.map(\.decision) == [.conflict])
        world.services[0].formerProviderNames = []
        #expect(world.plan.services.map(\.decision) == [.inSync])
    }

    static let others: [DriftCase] = [
        DriftCase("none") { $0.removeProvider(7) },
        DriftCase("of another name") { $0.changeProviders { ($0.name, $0.clientID) = ("other", "other") } },
        DriftCase("another application has it") {
            $0.observed.applications.append(Application(pk: "app-else", slug: "else", name: "Else"))
            $0.link("else", to: 7)
        },
        DriftCase("another application has it as a backchannel") {
            $0.changeProviders { $0.backchannelApplicationSlug = "else" }
        },
        DriftCase("a mark of another application names it") {
            $0.observed.applications.append(Application(pk: "app-else", slug: "else", name: "Else"))
            $0.set(OwnershipMark(owner: "other", slug: "else", provider: 7), on: "else")
        },
        DriftCase("what may be a proxy provider") { $0.changeProviders { $0.kind = .undetermined } },
        DriftCase("another service takes it") {
            var service = Service.argocd()
            service.provider?.name = "grafana"
            $0.services.append(service)
        },
    ]

    @Test(arguments: others)
    func anyOtherProviderIsNoMatter(_ row: DriftCase) throws {
        var world = world()
        row.bend(&world)
        let plan = try #require(world.plan.services.first { $0.slug == "grafana" })
        #expect(plan.decision == .inSync)
    }
}
