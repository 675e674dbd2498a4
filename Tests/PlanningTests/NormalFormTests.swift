import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Planning
import Testing

/// What is the same to the eye and to Swift's `String`, and another thing to Authentik: `é` as one scalar, or as two.
@Suite struct NormalFormTests {
    private static let (one, two) = ("caf\u{E9}", "cafe\u{301}")

    @Test func aNameInAnotherFormIsDrift() throws {
        var service = Service.grafana()
        (service.name, service["group"]) = (Self.one, .text(Self.one))
        var world = World(service)
        world.converge(service)
        world.changeApplications { ($0.name, $0["group"]) = (Self.two, .text(Self.two)) }
        let plan = try #require(world.plan.services.first)
        #expect(plan.changedFields == ["application.name", "application.group"])
        #expect(plan.changes.allSatisfy { $0.after.shown.map(\.exact) == [Self.one.exact] })
    }

    @Test func twoKeysOfTwoFormsAreTwoKeys() throws {
        var service = Service.grafana()
        service.provider?["signingKey"] = .reference(.init(named: Self.one))
        var world = World(service)
        world.converge(service)
        world.observed.keys = [CertificateKeyPair(pk: "key", name: Self.two), .init(pk: "mine", name: Self.one)]
        let plan = try #require(world.plan.services.first)
        #expect(plan.changedFields == ["provider.signing_key"])
        #expect(plan.changes.first?.after.json == "mine")
        world.observed.keys.removeLast()
        #expect(world.plan.services.first?.decision == .blocked)
    }

    @Test func aProviderOfAnotherFormIsNobodysOwn() throws {
        var service = Service.grafana()
        service.provider?.name = Self.one
        var world = World(service)
        var other = OAuth2Provider(pk: 9, name: Self.two, clientID: "other")
        other.applicationSlug = nil
        world.observed.providers = [other]
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .create)
    }

    @Test func aReviewedPlanIsNotThatOfAnotherForm() {
        func record(_ name: String, was before: String) -> PlanRecord {
            var service = Service.grafana()
            service.name = name
            var world = World(service)
            world.converge(service)
            world.changeApplications { $0.name = before }
            return world.record()
        }
        let reviewed = record(Self.one, was: "x")
        #expect(reviewed.differences(from: record(Self.one, was: "x")) == [])
        #expect(reviewed.differences(from: record(Self.two, was: "x")).count == 1)
        #expect(reviewed.services.first != record(Self.two, was: "x").services.first)
        #expect(record(Self.one, was: Self.two).services.first?.changes.count == 1)
    }
}
