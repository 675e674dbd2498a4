import AuthentikAPI
import DesiredState
import FoundationEssentials
import JSON
import Kinds
import Secrets
import Testing

@testable import Planning

/// What is written so that the right ones may open a service, what of it is written down, and what a mark remembers.
@Suite struct AccessStepTests {
    private func world(_ service: Service, _ access: Access?) -> World {
        var world = World.guarded(access)
        world.unbind("x", "y")
        world.removeApplication("grafana")
        world.removeProvider(7)
        world.services = [service]
        world.services[0].access = access
        return world
    }

    // MARK: - New services

    @Test func `a new service with a provider is bound by the transaction that makes it`() throws {
        let world = world(.grafana(), .all(.group("a"), .user("bob"), .policy("hours")))
        let plan = world.only
        #expect(plan.decision == .create)
        #expect(plan.stepNames == ["application", "mark"])
        guard case .create(let objects)? = plan.steps.first?.effect else {
            Issue.record("nothing is made")
            return
        }
        #expect(objects.map(\.kind) == [.application, .oauth2Provider] + Array(repeating: .policyBinding, count: 3))
        #expect(objects[0].assignments.first { $0.field == "policy_engine_mode" }?.value == .text("all"))
        let bindings = try #require(plan.writeRecords.first?.bindings)
        let fields: [String: JSONValue] = ["enabled": true, "negate": false, "failure_result": false]
        #expect(
            bindings == [
                fields.merging(["order": 0, "group": "group-a"]) { $1 },
                fields.merging(["order": 1, "user": 5]) { $1 },
                fields.merging(["order": 2, "policy": "policy-hours"]) { $1 },
            ]
        )
        #expect(plan.writeRecords.map(\.action) == [.createApplicationAndProvider, .createMark])
        #expect(plan.markedAccess == ["a ?", "bob ?", "hours ?"])
        #expect(plan.accessChanges == ["groups: - → a", "users: - → bob", "policies: - → hours", "mode: - → all"])
        plan.expectOrder(shared: [])
    }

    @Test func `a new service without a provider has nothing to open before it is bound`() {
        let plan = world(.bookmark("docs", port: 1), .all(.group("a"), .group("b"))).only
        #expect(plan.decision == .create)
        #expect(
            plan.stepNames
                == ["creation", "creationClaim", "grant group 'a'", "grant group 'b'", "application", "mark"]
        )
        let actions = plan.writeRecords.map(\.action.rawValue)
        #expect(
            actions == ["create-application", "create-binding", "create-binding", "update-application", "create-mark"]
        )
        #expect(plan.writeRecords[0].application?["meta_launch_url"] == nil)
        #expect(plan.writeRecords[0].application?["policy_engine_mode"] == "all")
        #expect(plan.writeRecords[3].application == ["meta_launch_url": "https://host:1"])
        #expect(plan.markedAccess == ["a ?", "b ?"])
        plan.expectOrder(shared: [])
    }

    @Test func `a new application of a provider that is there is linked once it is bound`() throws {
        var world = world(.grafana(), .any(.group("a")))
        world.observed.providers.append(world.provider(try #require(world.services[0].provider), pk: 7, linkedTo: nil))
        let plan = world.only
        #expect(plan.decision == .link)
        #expect(plan.stepNames == ["creation", "creationClaim", "grant group 'a'", "application", "mark"])
        #expect(plan.writeRecords[0].link == nil)
        #expect(plan.writeRecords[2].link == "7")
        #expect(plan.steps[1].effect.mark?.provider == 7)
        plan.expectOrder(shared: [])
    }

    @Test(arguments: [Service.grafana(), .bookmark("docs", port: 1)], [Access.everyone, nil])
    func `what is open to everybody is made as ever`(_ service: Service, _ access: Access?) {
        let plan = world(service, access).only
        #expect(plan.stepNames == ["application", "mark"])
        #expect(plan.accessChanges == [])
        #expect(plan.markedAccess == (access == nil ? nil : []))
        #expect(plan.access?.state == (access == nil ? .unmanaged : .everyone))
    }

    @Test(arguments: [Service.grafana(), .bookmark("docs", port: 1)])
    func `a new service is not made if one was never there`(_ service: Service) throws {
        var world = world(service, .any(.group("a"), .user("bobb")))
        let reason =
            "not created, because everybody could open it: there is no user 'bobb' (services.yaml:1:1); did you mean 'bob'?"
        #expect(world.only.decision == .blocked)
        #expect(world.only.reason == reason)
        #expect(world.only.steps.isEmpty)
        #expect(world.only.access?.state == .blocked)
        guard let provider = service.provider else { return }
        world.observed.providers.append(world.provider(provider, pk: 7, linkedTo: nil))
        #expect(world.only.decision == .blocked)
        #expect(world.only.reason == reason)
    }

    /// A pass that ended left it behind; it must not be opened to everybody.
    @Test(arguments: [true, false])
    func `nor is one finished that has nothing to open yet`(_ isMarked: Bool) {
        var world = World.open(.any(.group("guests")))
        world.link("grafana", to: nil)
        world.changeApplications { $0.launchURL = "" }
        if !isMarked { world.removeMark(of: "grafana") }
        #expect(world.only.decision == .blocked)
        let reason = "there is no group 'guests' (services.yaml:1:1); there are 'a', 'b' and 'z'"
        #expect(world.only.reason == "not created, because everybody could open it: \(reason)")
        world.removeProvider(7)
        world.services[0].provider = nil
        #expect(world.only.decision == .blocked)
        // Where somebody guards it, nobody is let in by that.
        world.bind(.group("z"), "z", order: 0)
        #expect(world.only.stepNames == (isMarked ? ["application", "mark"] : ["claim", "application"]))
    }

    @Test func `groups that are made in the same pass come before all that names them`() throws {
        for service in [Service.grafana(), .bookmark("docs", port: 1)] {
            var world = world(service, .any(.group("new"), .group("a")))
            world.groups = ["new", "other"]
            let plan = world.plan
            let group = SharedObjectPlan.group("new", pk: nil).id
            #expect(plan.shared.map(\.decision) == [.create, .create])
            let service = try #require(plan.services.first)
            let naming = service.steps.filter { $0.effect.references.contains(group) }
            #expect(naming.first?.after.contains(group) == true)
            service.expectOrder(shared: [group])
            let record = try #require(service.writeRecords.flatMap { $0.bindings ?? [] }.first)
            #expect(record["group"] == "created")
            let narrow = try plan.narrowed(to: Narrowing(only: [service.slug]), of: world.desired)
            #expect(narrow.shared.map(\.name) == ["new"])
        }
    }

    // MARK: - Services that are there

    @Test func `what is bound to the closing policy waits until that is right`() throws {
        var world = World.closed()
        world.unbind("n")
        world.addNobody("return True")
        let plan = world.plan
        let policy = try #require(plan.shared.first)
        #expect(policy.decision == .update)
        let grant = try #require(plan.services[0].steps.first { $0.id.place == .policyGrant })
        #expect(grant.after.contains(policy.id) || plan.services[0].steps[0].after == [policy.id])
        let narrow = try plan.narrowed(to: Narrowing(only: ["grafana"]), of: world.desired)
        #expect(narrow.shared.map(\.id) == [policy.id])
    }

    @Test func `a binding is corrected with its target and subject`() throws {
        var world = World.guarded(.any(.user("bob")))
        world.unbind("x", "y")
        world.bind(.bob, "u", order: 3) { $0.isNegated = true }
        world.changeMark { $0.access = [BoundSubject(.bob, name: "bob", binding: "u", order: 3)] }
        guard case .update(let key, let fields)? = world.only.steps.first?.effect else {
            Issue.record("nothing is corrected")
            return
        }
        #expect(key == ObjectKey(kind: .policyBinding, key: "u"))
        #expect(fields.references.map(\.field) == ["target", "user"])
        #expect(fields.references.map(\.object) == [.existing("app-grafana"), .existing(5)])
        #expect(fields.assignments.map(\.field) == ["order", "enabled", "negate", "failure_result"])
    }

    @Test func `a rename opens nothing before it is bound`() {
        var world = World.open(.any(.group("a")))
        world.changeApplications { ($0.slug, $0.launchURL) = ("old", "") }
        world.changeProviders { $0.applicationSlug = "old" }
        world.services[0].renamedFrom = ["old"]
        // It has a provider: everybody may open it already.
        #expect(world.only.stepNames == ["note", "rename", "grant group 'a'", "mark"])
        world.link("old", to: nil)
        let plan = world.only
        #expect(plan.stepNames == ["note", "rename", "grant group 'a'", "application", "mark"])
        #expect(plan.writeRecords[1].application == ["slug": "grafana"])
        #expect(plan.writeRecords[1].link == nil)
        let last = plan.writeRecords.last { $0.action == .updateApplication }
        #expect(last?.target == "grafana")
        #expect(last?.application == ["meta_launch_url": "https://host:8444"])
        #expect(last?.link == "7")
    }

    @Test func `a mode is set under the slug that the application has by then`() throws {
        var world = World.guarded(.all(.group("a"), .group("b")))
        world.changeApplications { $0.slug = "old" }
        world.changeProviders { $0.applicationSlug = "old" }
        world.services[0].renamedFrom = ["old"]
        #expect(world.only.stepNames == ["rename", "restriction"])
        #expect(world.only.writeRecords.map(\.target) == ["old", "grafana"])
        // Its new provider comes last, and with it the slug.
        world.removeProvider(7)
        #expect(world.only.stepNames == ["restriction", "provider", "application", "mark"])
        let targets = world.only.writeRecords.filter { $0.action == .updateApplication }.map(\.target)
        #expect(targets == ["old", "old"])
    }

    @Test func `a restart is noted together with what is about to be bound`() throws {
        var world = World.guarded(.any(.group("a"), .group("z")))
        let reference = SecretReference.environment("GRAFANA")
        let version = SecretVersion(uid: "u", resourceVersion: "2")
        world.secrets[reference] = .present(Secret("new"), version: version)
        world.services[0].provider?.restart = Workload(.deployment, namespace: "n", name: "d")
        world.changeMark {
            $0.rotation = SecretRotation(version: SecretVersion(uid: "u", resourceVersion: "1"))
        }
        let plan = world.only
        #expect(
            plan.stepNames == ["note", "grant group 'z'", "revocation y", "provider", "restart", "mark"]
        )
        guard case .updateMark(_, let note)? = plan.steps.first?.effect else {
            Issue.record("nothing is noted")
            return
        }
        #expect(note.mark.rotation?.isPending == true)
        #expect(note.short == ["a x", "b y", "z ?"])
    }

    // MARK: - What is written down

    @Test func `a plan is out of date once somebody else may open it`() throws {
        var world = World.guarded(.any(.group("a"), .group("z")))
        let planned = world.record()
        #expect(planned.differences(from: world.record()) == [])
        let stored = try JSONDecoder().decode(PlanRecord.self, from: JSONEncoder().encode(planned))
        #expect(stored.differences(from: world.record()) == [])
        world.observed.access?.bindings.reverse()
        #expect(planned.differences(from: world.record()) == [])
        world.bind(.group("z"), "w", order: 2)
        #expect(planned.differences(from: world.record()).map(\.slug) == ["grafana"])
    }

    @Test(arguments: ["uuid", "order", "disabled"])
    func `also where that changes only what is sent`(_ bend: String) {
        var world = World.guarded(.any(.group("a"), .group("z")))
        let planned = world.record()
        switch bend {
        case "uuid": world.observed.groups[2].pk = "anew"
        case "order": world.bind(.bob, "u", order: 5)
        default: world.changeBinding("y") { $0.pk = "anew" }
        }
        #expect(planned.differences(from: world.record()) != [])
    }

    @Test func `a mark is read back as it was written`() {
        var mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 7)
        #expect(mark.attributes["access"] == nil)
        let lists: [[BoundSubject]?] = [
            nil, [],
            [
                BoundSubject(.group("a"), name: "a", binding: "x", order: -1),
                BoundSubject(.bob, name: "bob", order: 0),
                BoundSubject(.policy("hours"), name: "hours", binding: "p", order: 1),
            ],
        ]
        for list in lists {
            mark.access = list
            #expect(OwnershipMark.read(mark.attributes) == .mark(mark))
        }
    }

    static let unreadable: [JSONValue] = [
        "a", 7, ["group": "a"], [["group": "a"]], [["group": "a", "pk": 7, "order": 0]],
        [["group": "a", "pk": "x", "order": "0"]], [["team": "a", "pk": "x", "order": 0]],
        [["group": "a", "pk": "x", "order": 0], .null], .null,
    ]

    /// Without it no binding is known as this program's, and none is deleted.
    @Test(arguments: unreadable)
    func `what cannot be read of bindings counts as none`(_ access: JSONValue) {
        let mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 7)
        var attributes = mark.attributes.object ?? [:]
        attributes["access"] = access
        #expect(OwnershipMark.read(.object(attributes)) == .mark(mark))
    }
}
