import AuthentikAPI
import DesiredState
import Kinds
import Planning
import Testing

/// Providers that somebody gave an application beside its own: never sent, and named where a change concerns them.
@Suite struct BackchannelTests {
    private static let note =
        "the application has the backchannel provider 'scim' (SCIM Provider), which the file does not declare; left alone"

    private var world: World {
        var world = World(.grafana())
        world.converge(.grafana())
        world.changeApplications { $0.backchannelProviders = [.init(name: "scim", typeName: "SCIM Provider")] }
        return world
    }

    @Test func `they are no matter for a service that is as declared, or changes otherwise`() throws {
        var world = world
        #expect(try #require(world.plan.services.first).notes == [])
        world.services[0]["description"] = .text("Dashboards")
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .update && plan.notes == [])
    }

    @Test func `a deletion names them`() throws {
        var world = world
        world.services = []
        world.prune = true
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .delete && plan.notes == [Self.note])
        world = self.world
        world.services[0].state = .absent
        #expect(try #require(world.plan.services.first).notes == [Self.note])
    }

    @Test func `so does a rename, an adoption and another provider`() throws {
        var renamed = world
        renamed.services[0].slug = "dashboards"
        renamed.services[0].renamedFrom = ["grafana"]
        #expect(try #require(renamed.plan.services.first).notes.contains(Self.note))
        var adopted = world
        adopted.removeMark(of: "grafana")
        let adoption = try #require(adopted.plan.services.first)
        #expect(adoption.decision == .adopt && adoption.notes == [Self.note])
        var remade = world
        remade.observed.providers = []
        remade.changeApplications { $0.provider = nil }
        let plan = try #require(remade.plan.services.first)
        #expect(plan.decision == .recreate && plan.notes.contains(Self.note))
    }

    /// As in 2024.12, where only the application names them.
    @Test func `a provider of which only an application says so is taken`() {
        var observed = ObservedState(release: Release(2024, 12))
        var application = Application(pk: "app", slug: "wiki", name: "Wiki")
        application.backchannelProviders = [.init(pk: 7, name: "grafana", typeName: nil)]
        observed.applications = [application]
        observed.providers = world.observed.providers
        observed.providers[0].applicationSlug = nil
        #expect(!observed.providers[0].isLinked)
        observed.completeBackchannels()
        #expect(observed.providers[0].backchannelApplicationSlug == "wiki" && observed.providers[0].isLinked)
    }

    /// An account that is no superuser gets the applications of others from its list only.
    @Test func `an application that no plan is about keeps its backchannel, also when the provider is read again`() {
        var hub = Application(pk: "hub", slug: "hub", name: "Hub")
        hub.backchannelProviders = [.init(pk: 7, name: "grafana", typeName: nil)]
        var observed = ObservedState(release: Release(2024, 12))
        observed.applications = [Application(pk: "app", slug: "wiki", name: "Wiki")]
        observed.providers = world.observed.providers
        observed.providers[0].applicationSlug = nil
        var rows = observed.providers
        observed.completeBackchannels(of: [hub])
        #expect(observed.providers[0].backchannelApplicationSlug == "hub")
        observed.keepBackchannels(in: &rows)
        #expect(rows[0].backchannelApplicationSlug == "hub")
        // What is read again itself may have let go.
        observed.applications.append(hub)
        rows[0].backchannelApplicationSlug = nil
        observed.keepBackchannels(in: &rows)
        #expect(rows[0].backchannelApplicationSlug == nil)
    }

    @Test func `no write holds them`() throws {
        for plan in world.plan.services.flatMap(\.steps) { #expect(!"\(plan.effect)".contains("backchannel")) }
    }
}
