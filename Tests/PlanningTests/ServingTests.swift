import AuthentikAPI
import Base
import FoundationEssentials
import Kinds
import Testing

@testable import DesiredState
@testable import Planning

/// Whether people get through to services with forward-auth, by what a pass saw of outposts.
@Suite(.timeLimit(.minutes(60))) struct ServingTests {
    private static let seen = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))

    private static func service(_ slug: String = "trivy", outpost: String = Outpost.embedded) -> Service {
        var service = Service.bookmark(slug, port: 8448)
        service.login = .forwardAuth(ForwardAuth(slug: slug, externalHost: "https://host:8448", outpost: outpost))
        return service
    }

    private static func outpost(
        _ name: String,
        _ health: Outpost.Health = .seen(at: seen),
        type: String = Outpost.proxyType,
        isEmbedded: Bool = false
    ) -> Outpost {
        var outpost = Outpost(pk: "pk-\(name)", name: name, type: type, isEmbedded: isEmbedded)
        outpost.health = health
        return outpost
    }

    private static func world(_ service: Service = service(), _ outposts: Outpost...) -> World {
        var world = World(service)
        world.observed.outposts = outposts
        return world
    }

    private func serving(_ world: World) -> ServingStanding? { world.plan.services.first?.serving }

    @Test func `what is made is served once it is`() {
        let world = Self.world(Self.service(), Self.outpost("inner", isEmbedded: true))
        #expect(world.plan.services.first?.decision == .create)
        #expect(serving(world) == ServingStanding(.served, outpost: "inner", lastSeen: Self.seen))
    }

    @Test func `an outpost that was not seen is named with the time`() {
        let since = Self.world(Self.service(outpost: "edge"), Self.outpost("edge", .notSeen(since: Self.seen)))
        #expect(serving(since)?.state == .outpostNotSeen)
        #expect(serving(since)?.lastSeen == Self.seen)
        #expect(serving(since)?.complaint == "the outpost 'edge' was last seen at 2027-01-15T08:00:00.000Z")
        let never = Self.world(Self.service(outpost: "edge"), Self.outpost("edge", .notSeen(since: nil)))
        #expect(serving(never)?.complaint == "no instance of the outpost 'edge' has connected to Authentik")
        let unknown = Self.world(Self.service(outpost: "edge"), Self.outpost("edge", .unknown(reason: "403")))
        #expect(serving(unknown)?.state == .unknown)
    }

    @Test func `what cannot have its outpost is not in it`() {
        let missing = Self.world(Self.service(outpost: "edgy"), Self.outpost("edge"))
        #expect(missing.plan.services.first?.decision == .blocked)
        #expect(serving(missing)?.state == .notInOutpost)
        #expect(serving(missing)?.outpost == "edgy")
        #expect(serving(missing)?.complaint?.contains("did you mean 'edge'?") == true)
        let wrong = Self.world(Self.service(outpost: "edge"), Self.outpost("edge", type: "ldap"))
        #expect(serving(wrong)?.state == .notInOutpost)
    }

    @Test func `what is blocked for another reason, and not there, is not in its outpost`() {
        var world = Self.world(Self.service(), Self.outpost("inner", isEmbedded: true))
        world.observed.flows = []
        #expect(world.plan.services.first?.decision == .blocked)
        #expect(serving(world)?.state == .notInOutpost)
        #expect(serving(world)?.complaint == "the outpost 'inner' does not serve it")
    }

    @Test func `nothing is said of a bookmark, of what is to be absent, and of a conflict`() {
        #expect(serving(World(.bookmark("docs", port: 8441))) == nil)
        var absent = Self.service()
        absent.state = .absent
        #expect(serving(Self.world(absent, Self.outpost("inner", isEmbedded: true))) == nil)
        var conflict = Self.world(Self.service(), Self.outpost("inner", isEmbedded: true))
        conflict.observed.applications = [Application(pk: "a", slug: "trivy", name: "By hand")]
        conflict.services[0].adopt = .matching
        #expect(conflict.plan.services.first?.decision == .conflict)
        #expect(serving(conflict) == nil)
    }

    @Test func `each outpost is used once, whatever it is called`() {
        var absent = Self.service("gone", outpost: "other")
        absent.state = .absent
        let services = [
            Self.service("a"), Self.service("b", outpost: "inner"), Self.service("c", outpost: "edgy"), absent,
            Self.service("d", outpost: "edgy"),
        ]
        let uses = OutpostUse.all(of: services, among: [Self.outpost("inner", isEmbedded: true), Self.outpost("edge")])
        #expect(uses.map(\.slugs) == [["a", "b"], ["c", "d"]])
        #expect(uses.map { $0.outpost?.name } == ["inner", nil])
        #expect(uses.last?.mistake == "forwardAuth: Authentik has no outpost 'edgy'")
        #expect(uses.last?.hint == "did you mean 'edge'?")
    }
}
