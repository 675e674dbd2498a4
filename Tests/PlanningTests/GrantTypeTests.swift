import AuthentikAPI
import DesiredState
import Kinds
import Planning
import Testing

/// A word of a set that came later than its field.
@Suite struct GrantTypeTests {
    private static let exchange = "urn:ietf:params:oauth:grant-type:token-exchange"

    private func world(_ release: String, _ words: String..., held: [String] = ["authorization_code"]) -> World {
        var service = Service.grafana()
        service.provider?["grantTypes"] = .words(words)
        var world = World(service)
        world.observed.release = World.release(release)
        world.converge(service)
        world.changeProviders { $0["grantTypes"] = .words(held) }
        return world
    }

    private func grantTypes(_ plan: ServicePlan) -> [String]? {
        plan.changes.first { $0.field == "grant_types" }?.after.words
    }

    @Test func `a release that has it gets it`() throws {
        let plan = try #require(world("2026.8.5", "authorization_code", Self.exchange).plan.services.first)
        #expect(grantTypes(plan) == ["authorization_code", Self.exchange])
        #expect(plan.notes == [])
    }

    @Test func `an older one gets the others, and a note says so`() throws {
        let plan = try #require(world("2026.5.8", "authorization_code", "implicit", Self.exchange).plan.services.first)
        #expect(grantTypes(plan) == ["authorization_code", "implicit"])
        let note = "'\(Self.exchange)' in grantTypes is not managed: Authentik 2026.5.8 does not support it"
        #expect(plan.notes == [note])
        let calm = try #require(world("2026.5.8", "authorization_code", Self.exchange).plan.services.first)
        #expect(grantTypes(calm) == nil)
        #expect(calm.notes == [note])
    }

    @Test func `where nothing is left, the field is not managed`() throws {
        var world = world("2026.5.8", Self.exchange, held: ["implicit"])
        #expect(grantTypes(try #require(world.plan.services.first)) == nil)
        // What the file set before, and this release does take, is given up.
        var mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 7)
        mark.providerFields = ["client_secret", "grant_types", "redirect_uris"]
        world.set(mark, on: "grafana")
        #expect(grantTypes(try #require(world.plan.services.first)) == ["authorization_code", "refresh_token"])
        // A new one gets what it gets where the file says nothing.
        world.removeApplication("grafana")
        world.observed.providers = []
        #expect(grantTypes(try #require(world.plan.services.first)) == ["authorization_code", "refresh_token"])
    }

    @Test func `before there are grant types, the field is named as a whole`() throws {
        let plan = try #require(world("2026.2.7", "authorization_code", Self.exchange).plan.services.first)
        #expect(plan.notes == ["grantTypes is not managed: Authentik 2026.2.7 does not support it"])
    }
}
