import AuthentikAPI
import Kinds
import Testing

@testable import Planning

/// Groups that the file declares.
struct GroupTests {
    private func plan(_ groups: [String], there: [String] = []) -> Plan {
        var world = World(.grafana())
        world.groups = groups
        world.observed.groups = there.map { Group(pk: "pk-\($0)", name: $0) }
        return world.plan
    }

    private func record(_ plan: Plan) throws -> PlanRecord {
        let address = try #require(AuthentikAddress("https://sso.example.net"))
        return PlanRecord(plan, release: World.release("2025.12.4"), address: address, owner: "homelab")
    }

    @Test func `those that are missing are made, and no others`() throws {
        let plan = plan(["family", "admins", "Admins"], there: ["admins", "others"])
        #expect(plan.shared.map(\.decision) == [.create, .inSync, .create])
        #expect(plan.shared.map(\.pk) == [nil, "pk-admins", nil])
        let steps = plan.shared.compactMap(\.step)
        #expect(steps.map(\.id.name) == ["the group 'family'", "the group 'Admins'"])
        for step in steps {
            guard case .create(let objects) = step.effect else {
                Issue.record("\(step.effect)")
                continue
            }
            #expect(objects.map(\.kind) == [.group])
            #expect(objects.flatMap(\.assignments).map(\.field) == ["name"])
            #expect(step.after == [])
        }
        #expect(plan.services.map(\.decision) == [.create])
        let groups = try record(plan).shared
        #expect(groups.map(\.kind) == [.group, .group, .group])
        #expect(groups.map(\.name) == ["family", "admins", "Admins"])
        #expect(groups.map(\.action) == ["create", "in-sync", "create"])
    }

    @Test func `names are compared scalar by scalar`() {
        #expect(plan(["\u{E9}"], there: ["e\u{301}"]).shared.map(\.decision) == [.create])
    }

    @Test func `a file without groups has nothing to do with them`() throws {
        let plan = plan([], there: ["admins"])
        #expect(plan.shared.isEmpty)
        #expect(try record(plan).shared == [])
    }

    @Test func `one about some services leaves them out`() throws {
        let desired = World(.grafana()).desired
        let plan = try plan(["family"]).narrowed(to: Narrowing(only: ["grafana"]), of: desired)
        #expect(plan.shared.isEmpty)
        #expect(try self.plan(["family"]).narrowed(to: Narrowing(), of: desired).shared.count == 1)
    }

    @Test func `a plan is out of date once a group is another's doing`() throws {
        let planned = try record(plan(["family", "admins", "old"], there: ["admins"]))
        let now = try record(plan(["family", "admins", "new"], there: ["family"]))
        #expect(planned.differences(from: planned) == [])
        #expect(
            planned.differences(from: now).map(\.message) == [
                "group 'family': planned create; now in-sync", "group 'admins': planned in-sync; now create",
                "group 'new': planned nothing; now create", "group 'old': planned create; now not declared",
            ]
        )
    }
}
