import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Secrets
import Testing

@testable import Planning

/// Bindings of others, those that end by themselves, and what is taken over or given up.
@Suite struct AccessOwnershipTests {
    // MARK: - Others

    @Test func `those of others are named, and so are those that end by themselves`() {
        var world = World.guarded(.any(.group("a"), .group("b"), .policy("hours")))
        world.bind(.policy("hours"), "p", order: 2)
        world.changeMark {
            $0.access?.append(BoundSubject(.policy("hours"), name: "hours", binding: "p", order: 2))
        }
        world.bind(.group("z"), "w", order: 3)
        world.bind(.bob, "u", order: 4) { $0.isEnabled = false }
        world.bind(.group("b"), "e", order: 5) { $0.isExpiring = true }
        let plan = world.only
        #expect(plan.decision == .inSync)
        #expect(plan.access?.subjects == ["group 'a'", "group 'b'", "policy 'hours'"])
        #expect(plan.access?.others == ["group 'z'", "user 'bob'"])
        #expect(plan.access?.expiring == ["group 'b'"])
        #expect(
            plan.notes == [
                "bound by others, which also let people in: group 'z', user 'bob'; left alone",
                "bound for a time: group 'b'; left alone",
            ]
        )
    }

    @Test func `those of others restrict what is to be open to everyone`() {
        var world = World.open(.everyone)
        world.changeMark { $0.access = [] }
        world.bind(.group("z"), "w", order: 0)
        #expect(world.only.decision == .inSync)
        #expect(world.only.access?.others == ["group 'z'"])
        #expect(
            world.only.notes == ["bound by others, which also restrict it: group 'z'; left alone"]
        )
    }

    @Test func `with exclusive they go, after what is made`() {
        var world = World.guarded(.any(.group("a"), .user("bob"), exclusive: true))
        world.bind(.group("z"), "w", order: 3)
        world.bind(.group("z"), "e", order: 4) { $0.isExpiring = true }
        let plan = world.only
        #expect(plan.stepNames == ["note", "grant user 'bob'", "revocation y", "revocation w", "mark"])
        #expect(plan.accessChanges == ["groups: a b z → a", "users:  → bob"])
        #expect(plan.deletion == Deletion(application: nil, bindings: ["group 'z'"]))
        #expect(plan.access?.others == [])
        #expect(plan.access?.expiring == ["group 'z'"])
    }

    @Test func `the deletion limit counts a service whose others go, and holds them`() throws {
        var world = World.guarded(.any(.group("a"), exclusive: true))
        world.bind(.group("z"), "w", order: 3)
        world.maxDeletions = 0
        let plan = world.plan
        #expect(plan.heldDeletions == HeldDeletions(deletions: 1, limit: 0, isFileEmpty: false))
        let service = try #require(plan.services.first)
        // Its own ones go all the same.
        #expect(service.stepNames == ["revocation y", "mark"])
        #expect(service.accessChanges == ["groups: a b → a"])
        #expect(service.deletion?.bindings == ["group 'z'"])
        #expect(service.deletion?.isHeld == true)
        #expect(service.access?.others == ["group 'z'"])
        let released = Planner.plan(
            world.desired,
            secrets: world.secrets,
            observed: world.observed,
            allowedDeletions: 1
        )
        #expect(released.heldDeletions == nil)
        #expect(released.services.map(\.stepNames) == [["revocation y", "revocation w", "mark"]])
    }

    @Test func `with exclusive they stay while one was never there`() {
        var world = World.guarded(.any(.group("a"), .group("guests"), exclusive: true))
        world.bind(.group("z"), "w", order: 3)
        #expect(world.only.stepNames == [])
        #expect(world.only.deletion == nil)
        #expect(world.only.access?.others == ["group 'z'"])
    }

    /// In the mode `all` it is the last one that opens.
    @Test func `with exclusive a mode is given up last`() {
        var world = World.guarded(.any(.group("a"), exclusive: true))
        world.changeApplications { $0.policyEngineMode = "all" }
        world.bind(.group("z"), "w", order: 3)
        #expect(world.only.stepNames == ["revocation y", "revocation w", "opening", "mark"])
    }

    @Test func `a new one does not stand where one that ends by itself stands`() throws {
        var world = World.guarded(.any(.policy("hours")))
        world.unbind("x", "y")
        world.changeMark { $0.access = [] }
        world.bind(.policy("hours"), "e", order: 6) { $0.isExpiring = true }
        guard case .create(let objects)? = world.only.steps.first(where: { $0.id.place == .policyGrant })?.effect else {
            Issue.record("nothing is bound")
            return
        }
        let order = objects.flatMap(\.assignments).first { $0.field == "order" }
        #expect(order?.value == .number(7))
    }

    // MARK: - Not declared any more

    @Test func `taken out of the file it stays as it is, and that is said once`() {
        var world = World.guarded(nil)
        let plan = world.only
        #expect(plan.stepNames == ["mark"])
        #expect(plan.markedAccess == nil)
        #expect(plan.reason == "its ownership mark is out of date")
        let note = "access is no longer declared, so its bindings are not managed; they stay as they are: "
        #expect(plan.notes == [note + "group 'a', group 'b'"])
        #expect(plan.access?.state == .unmanaged)
        #expect(plan.access?.others == ["group 'a'", "group 'b'"])
        world.changeMark { $0.access = nil }
        #expect(world.only.decision == .inSync)
        #expect(world.only.notes == [])
        world.observed.access = nil
        #expect(world.only.decision == .inSync)
        #expect(world.only.access == nil)
    }

    @Test func `what nobody restricts is told of, if somebody looked`() {
        var world = World.open(nil)
        #expect(world.only.access?.isExposed == true)
        #expect(world.only.decision == .inSync)
        world.bind(.group("z"), "w", order: 0) { $0.isEnabled = false }
        world.bind(.group("z"), "e", order: 0) { $0.isExpiring = true }
        #expect(world.only.access?.isExposed == true)
        world.changeBinding("w") { $0.isEnabled = true }
        #expect(world.only.access?.isExposed == false)
        world.access = .any(.group("guests"))
        #expect(world.only.access?.isExposed == false)
        world.unbind("w")
        #expect(world.only.access?.isExposed == true)
        world.access = .everyone
        #expect(world.only.access?.isExposed == false)
    }

    // MARK: - Adoption

    static let adoptions: [(AdoptionPolicy, String, Decision, [String])] = [
        (.always, "", .adopt, ["claim"]),
        (.matching, "", .adopt, ["claim"]),
        (.never, "", .adopt, ["claim"]),
        (.always, "another bound", .adopt, ["claim"]),
        (.matching, "another bound", .adopt, ["claim"]),
        (.never, "another bound", .adopt, ["claim"]),
        (.always, "one not bound", .adopt, ["claim", "grant group 'b'", "mark"]),
        (.matching, "one not bound", .conflict, []),
        (.never, "one not bound", .conflict, []),
        (.always, "one disabled", .adopt, ["claim", "grant x"]),
        (.matching, "one disabled", .conflict, []),
        (.never, "one disabled", .conflict, []),
        (.always, "one twice", .adopt, ["claim", "revocation x2"]),
        (.matching, "one twice", .conflict, []),
        (.always, "mode", .adopt, ["claim", "opening"]),
        (.matching, "mode", .conflict, []),
        (.never, "mode", .conflict, []),
    ]

    @Test(arguments: adoptions)
    func `what is there without a mark`(
        _ policy: AdoptionPolicy,
        _ bend: String,
        _ decision: Decision,
        _ steps: [String]
    ) {
        var world = World.guarded()
        world.finishProvider()
        world.removeMark(of: "grafana")
        world.services[0].adopt = policy
        switch bend {
        case "another bound": world.bind(.group("z"), "z", order: 4)
        case "one not bound": world.unbind("y")
        case "one disabled": world.changeBinding("x") { $0.isEnabled = false }
        case "one twice": world.bind(.group("a"), "x2", order: 9)
        case "mode": world.changeApplications { $0.policyEngineMode = "all" }
        default: break
        }
        let plan = world.only
        #expect(plan.decision == decision)
        #expect(plan.stepNames == steps)
        guard decision == .adopt else {
            // What would change is told.
            #expect(!plan.accessChanges.isEmpty)
            return
        }
        #expect(plan.access?.others == (bend == "another bound" ? ["group 'z'"] : []))
        let marked = bend == "one not bound" ? ["a x", "b ?"] : ["a x", "b y"]
        #expect(plan.markedAccess == marked)
    }

    @Test func `what is adopted while one was never there is marked, and says nothing of bindings`() {
        var world = World.guarded(.any(.group("a"), .group("guests")))
        world.removeMark(of: "grafana")
        #expect(world.only.decision == .adopt)
        #expect(world.only.stepNames == ["claim"])
        #expect(world.only.markedAccess == nil)
        let reason = "there is no group 'guests' (services.yaml:1:1); there are 'a', 'b' and 'z'"
        #expect(world.only.hindrance == "who may open it is left unchanged: \(reason)")
    }

    /// It was made with nothing to open, and not marked yet.
    @Test(arguments: [AdoptionPolicy.always, .matching, .never], [true, false])
    func `what a pass left behind before it could mark it is gone on with`(_ policy: AdoptionPolicy, _ isLinked: Bool) {
        var world = World.open(.any(.group("a")))
        if !isLinked {
            world.removeProvider(7)
            world.services[0].provider = nil
        } else {
            world.link("grafana", to: nil)
        }
        world.changeApplications { $0.launchURL = "" }
        world.finishProvider()
        world.removeMark(of: "grafana")
        world.services[0].adopt = policy
        #expect(world.only.decision == .adopt)
        #expect(world.only.stepNames == ["claim", "grant group 'a'", "application", "mark"])
        // Anything else about it is somebody's doing.
        world.changeApplications { $0["group"] = .text("By hand") }
        #expect(world.only.decision == (policy == .always ? .adopt : .conflict))
        world.changeApplications { $0["group"] = .text("Apps") }
        world.bind(.group("z"), "z", order: 4)
        #expect(world.only.decision == (policy == .always ? .adopt : .conflict))
    }
}
