import AuthentikAPI
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

@testable import Applying

@Suite(.timeLimit(.minutes(60))) struct TargetTests {
    private static let targets = (1...5).map { Target(slug: "s\($0)", parts: .all) }

    /// What is read of how many services, what that takes, and which full look is dearer.
    @Test(
        arguments: [
            (count: 0, managesAccess: false, proxies: [], requests: 0),
            (count: 1, managesAccess: false, proxies: [], requests: 3),
            (count: 1, managesAccess: true, proxies: [], requests: 4),
            (count: 5, managesAccess: false, proxies: [], requests: 15),
            (count: 1, managesAccess: false, proxies: ["s1"], requests: 6),
            (count: 5, managesAccess: true, proxies: ["s1", "s2", "s9"], requests: 24),
        ] as [(count: Int, managesAccess: Bool, proxies: Set<String>, requests: Int)]
    )
    func `services are read by themselves where that takes fewer requests`(
        count: Int,
        managesAccess: Bool,
        proxies: Set<String>,
        requests: Int
    ) {
        let targets = Array(Self.targets.prefix(count))
        for (full, isWorthIt) in [(requests, false), (requests + 1, true), (1000, true)] {
            let cost = LookCost(managesAccess: managesAccess, proxies: proxies, full: full)
            #expect(cost.requests(for: targets) == requests)
            #expect(cost.isWorthIt(for: targets) == isWorthIt)
        }
    }

    @Test func `a service of which a part cannot be done does not make other services cost a full look`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            func file(_ groups: String) throws -> DesiredState {
                let head = "groups:\n  - name: family\n"
                var desired = try Homelab.logins(120, head: head, fields: ", access: {groups: [\(groups)]}")
                for index in desired.services.indices.dropFirst() { desired.services[index].access = nil }
                return desired
            }
            let (before, desired) = (try file("family"), try file("family, ghosts"))
            let hindered = desired.services[0].slug
            let snapshots = SnapshotStore()
            #expect(try await homelab.pass(of: before, snapshots).isConverged)
            let full = try await homelab.pass(of: desired, snapshots)
            let failure = full.outcomes.first { $0.plan.slug == hindered }?.failure?.message
            #expect(failure?.contains("ghosts") == true)

            try await homelab.admin.changeApplication("login-7", ["name": "By hand"])
            let report = try await homelab.pass(of: desired, snapshots, .services(["login-7"]))
            #expect(!report.look.isFull, "\(report.look)")
            #expect(try await homelab.admin.application("login-7")["name"] == "Login 7")
            // It is reported as before.
            #expect(report.outcomes.first { $0.plan.slug == hindered }?.failure?.message == failure)

            // Once the part can be done, it is.
            try await homelab.admin.send("POST", "core/groups/", ["name": "ghosts"])
            let last = try await homelab.pass(of: desired, snapshots)
            #expect(last.isConverged)
        }
    }

    @Test func `an Authentik that is overloaded is not asked for everything instead`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let desired = try Homelab.logins(120)
            let snapshots = SnapshotStore()
            #expect(try await homelab.pass(of: desired, snapshots).isConverged)
            #expect(try await homelab.pass(of: desired, snapshots).isConverged)
            homelab.sandbox.faults.set(FaultPlan(rules: [try FaultRule(parsing: "unavailable=503,retry-after=0")]))
            homelab.sandbox.resetRequests()
            var pass = try await homelab.makePass(of: desired)
            pass.client.retryPolicy.maximumAttempts = 1
            pass.scope = .services(["login-7"])
            pass.snapshots = snapshots
            await #expect(throws: PassFailure.self) { try await pass.run() }
            #expect(Set(homelab.sandbox.requests.map(\.path)) == ["/api/v3/core/applications/login-7/"])
        }
    }

    @Test func `of what a pass wrote only the parts are read again`() {
        let cost = LookCost(managesAccess: true, proxies: [], full: 10)
        let parts: [(ServiceParts, Int)] = [
            (.application, 1), (.provider, 1), ([.mark, .bindings], 2), (.published, 0), (.all, 4),
        ]
        for (parts, requests) in parts {
            #expect(cost.requests(for: [Target(slug: "a", parts: parts)]) == requests)
        }
    }

    private func parts(
        _ written: [String],
        of decision: Decision = .update,
        changing field: String = "name"
    ) -> ServiceParts {
        var plan = ServicePlan(slug: "a", decision: decision, reason: "")
        plan.changes = [FieldChange(object: .application, field: field, before: .text("x"), after: .text("y"))]
        var outcome = ServiceOutcome(plan: plan)
        outcome.written = written.compactMap { WriteRecord.Action(rawValue: $0) }
        #expect(outcome.written.count == written.count)
        return ServiceParts(writtenBy: outcome)
    }

    @Test func `which parts a write makes out of date`() {
        #expect(parts([]) == [])
        #expect(parts(["update-application"]) == .application)
        #expect(parts(["update-application"], changing: "slug") == .all)
        #expect(parts(["update-application"], of: .link) == .all)
        #expect(parts(["update-provider", "update-mark"]) == [.provider, .mark])
        #expect(parts(["update-proxy-provider", "update-outpost"]) == [.provider, .outposts])
        #expect(parts(["create-binding", "delete-binding", "update-mark"]) == [.bindings, .mark])
        #expect(parts(["publish", "restart-workload", "update-mark"]) == [.published, .mark])
        for action in ["create-application-and-provider", "create-provider", "delete-provider", "create-mark"] {
            #expect(parts(["update-application", action]) == .all, "\(action)")
        }
    }

    @Test func `scopes together`() {
        let one = PassScope.services(["a"])
        #expect(one.union(.services(["b"])) == .services(["a", "b"]))
        #expect(one.union(.everything) == .everything)
        #expect(PassScope.everything.union(one) == .everything)
        #expect(
            one.union(.services(ChangedServices(["b"], deleted: ["pk"])))
                == .services(ChangedServices(["a", "b"], deleted: ["pk"]))
        )
    }
}
