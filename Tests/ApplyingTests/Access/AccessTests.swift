import Applying
import AuthentikAPI
import AuthentikSandbox
import Base
import DesiredState
import FoundationEssentials
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// A change of who may open a service, and what is sent for it.
struct AccessChange: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: Service?
    var after: Service
    /// The methods and paths, without pks.
    var writes: [String]
    var bound: [String]
    var tamper: @Sendable (Homelab) async throws -> Void

    init(
        _ name: String,
        _ before: Service?,
        to after: Service,
        writes: [String],
        bound: [String],
        tamper: @escaping @Sendable (Homelab) async throws -> Void = { _ in }
    ) {
        testDescription = name
        self.before = before
        self.after = after
        self.writes = writes
        self.bound = bound
        self.tamper = tamper
    }

    private static let make = "POST policies/bindings"

    static let all = [
        AccessChange(
            "new, with a provider",
            nil,
            to: .oidc("wiki", .all(.group("a"), .user("b"), .policy("yes"))),
            writes: ["PUT core/transactional/applications", "POST core/application_entitlements"],
            bound: ["group a", "user b", "policy yes"]
        ),
        AccessChange(
            "new, without one",
            nil,
            to: .bookmark("wiki", .all(.group("a"), .user("b"))),
            writes: ["POST core/applications", "POST core/application_entitlements"]
                + [make, make, "PATCH core/applications", "PATCH core/application_entitlements"],
            bound: ["group a", "user b"]
        ),
        AccessChange(
            "new, with a provider that is there",
            nil,
            to: .oidc("wiki", .any(.group("a"))),
            writes: ["POST core/applications", "POST core/application_entitlements", make, "PATCH providers/oauth2"]
                + ["PATCH core/applications", "PATCH core/application_entitlements"],
            bound: ["group a"]
        ) { try await $0.admin.makeProvider("wiki") },
        AccessChange(
            "its provider is made again",
            .oidc("wiki", .any(.group("a"))),
            to: .oidc("wiki", .any(.group("b"))),
            writes: ["PATCH core/application_entitlements", make, "DELETE policies/bindings", "POST providers/oauth2"]
                + ["PATCH core/applications", "PATCH core/application_entitlements"],
            bound: ["group b"]
        ) { try await $0.admin.deleteProvider("wiki") },
        AccessChange(
            "renamed at the same time",
            .oidc("wiki", .any(.group("a"))),
            to: .oidc("docs", .all(.group("a"), .group("b"))).renamed(from: "wiki"),
            writes: ["PATCH core/application_entitlements", "PATCH core/applications", "PATCH core/applications"]
                + [make, "PATCH providers/oauth2", "PATCH core/application_entitlements"],
            bound: ["group a", "group b"]
        ),
        AccessChange(
            "adopted",
            nil,
            to: .bookmark("wiki", .any(.group("a"), .group("b"))),
            writes: ["POST core/application_entitlements", make, "PATCH core/applications"]
                + ["PATCH core/application_entitlements"],
            bound: ["group b", "group a"]
        ) { homelab in
            homelab.sandbox.change { $0.bind("wiki", to: .init(.group("b"))) }
        },
        AccessChange(
            "others of all kinds",
            .oidc("wiki", .any(.group("a"))),
            to: .oidc("wiki", .any(.group("b"), .user("c"), .policy("yes"))),
            writes: ["PATCH core/application_entitlements", make, make, make, "DELETE policies/bindings"]
                + ["PATCH core/application_entitlements"],
            bound: ["group b", "user c", "policy yes"]
        ),
        AccessChange(
            "everyone",
            .oidc("wiki", .any(.group("a"), .group("b"))),
            to: .oidc("wiki", .everyone),
            writes: ["DELETE policies/bindings", "DELETE policies/bindings", "PATCH core/application_entitlements"],
            bound: []
        ),
        AccessChange(
            "unsaid",
            .oidc("wiki", .any(.group("a"), .group("b"))),
            to: .oidc("wiki", nil),
            writes: ["PATCH core/application_entitlements"],
            bound: ["group a", "group b"]
        ),
        AccessChange(
            "another mode",
            .oidc("wiki", .any(.group("a"), .group("b"))),
            to: .oidc("wiki", .all(.group("a"), .group("b"))),
            writes: ["PATCH core/applications"],
            bound: ["group a", "group b"]
        ),
    ]
}

@Suite(.timeLimit(.minutes(60))) struct AccessTests {
    private func withPeople(
        _ release: Sandbox.Release = .august2026,
        _ body: @escaping @Sendable (Homelab) async throws -> Void
    ) async throws {
        var configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        configuration.state = .withPeople(release)
        try await withHomelab(configuration: configuration, body)
    }

    // MARK: - Changes

    @Test(arguments: AccessChange.all)
    func `it is applied by these writes, and then there is nothing to do`(_ change: AccessChange) async throws {
        try await withPeople { homelab in
            if let before = change.before { try await homelab.pass(over: before) }
            try await change.tamper(homelab)
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass(over: change.after)
            #expect(report.outcomes.map(\.failure) == [nil])
            #expect(homelab.writePaths == change.writes)
            #expect(homelab.sandbox.state.bound(change.after.slug) == change.bound)
            let mode = homelab.sandbox.state.mode(of: change.after.slug)
            if let subjects = change.after.access?.subjects { #expect(mode?.rawValue == subjects.mode.rawValue) }
            let marked = try await homelab.marked(change.after.slug)
            #expect(marked?.sorted() == (change.after.access == nil ? nil : change.bound.sorted()))
            try await homelab.expectDone(change.after)
            for person in People.all {
                #expect(
                    try await homelab.mayOpen(change.after.slug, person)
                        == homelab.sandbox.state.mayOpen(change.after.slug, as: person)
                )
            }
        }
    }

    // MARK: - Drift

    /// What somebody changes of a binding, and how often something is sent for it.
    static let drifts: [(String, [String: JSONValue], [String])] = [
        ("disabled", ["enabled": false], ["PATCH policies/bindings"]),
        ("negated", ["negate": true], ["PATCH policies/bindings"]),
        ("moved", ["order": 7], ["PATCH policies/bindings"]),
        ("lets in on failure", ["failure_result": true], ["PATCH policies/bindings"]),
        (
            "all of it", ["enabled": false, "negate": true, "order": 7, "failure_result": true],
            ["PATCH policies/bindings"]
        ),
        (
            "deleted", [:],
            ["PATCH core/application_entitlements", "POST policies/bindings", "PATCH core/application_entitlements"]
        ),
        (
            "swapped", ["group": "z"],
            ["PATCH core/application_entitlements", "POST policies/bindings", "DELETE policies/bindings"]
                + ["PATCH core/application_entitlements"]
        ),
    ]

    @Test(arguments: drifts, ["a", "b", "yes"])
    func `what somebody changes of a binding is corrected`(
        _ drift: (name: String, fields: [String: JSONValue], writes: [String]),
        _ subject: String
    ) async throws {
        try await withPeople { homelab in
            let service = Service.oidc("wiki", .any(.group("a"), .user("b"), .policy("yes")))
            try await homelab.pass(over: service)
            let before = try await homelab.binding("wiki", of: subject)
            var fields = ["order": before["order"] ?? .null].merging(drift.fields) { $1 }
            if drift.name == "swapped" {
                if subject != "a" { return }
                fields["group"] = try await homelab.group("z")["pk"]
            }
            if drift.fields.isEmpty {
                try await homelab.deleteBinding("wiki", of: subject)
            } else {
                try await homelab.changeBinding("wiki", of: subject, fields)
            }
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass(over: service)
            #expect(report.outcomes.map(\.failure) == [nil])
            #expect(homelab.writePaths == drift.writes)
            let after = try await homelab.binding("wiki", of: subject)
            let isMadeAnew = drift.writes.count > 1
            for field in ["enabled", "negate", "failure_result"] + (isMadeAnew ? [] : ["order", "pk", "timeout"]) {
                #expect(after[field] == before[field], "\(field)")
            }
            #expect(homelab.sandbox.state.bound("wiki").sorted() == ["group a", "policy yes", "user b"])
            try await homelab.expectDone(service)
        }
    }

    @Test func `the same bound again goes`() async throws {
        try await withPeople { homelab in
            let service = Service.oidc("wiki", .any(.group("a"), .policy("yes")))
            try await homelab.pass(over: service)
            homelab.sandbox.change {
                $0.bind("wiki", to: .init(.group("a"), order: -1), .init(.group("a"), isNegated: true))
                $0.bind("wiki", to: .init(.policy("yes"), order: 5))
            }
            homelab.sandbox.resetRequests()
            try await homelab.pass(over: service)
            #expect(homelab.writePaths == Array(repeating: "DELETE policies/bindings", count: 3))
            #expect(homelab.sandbox.state.bound("wiki") == ["group a", "policy yes"])
            try await homelab.expectDone(service)
        }
    }

    // MARK: - Closed, and opened again

    @Test func `services whose last group is deleted are closed, and opened again when it is back`() async throws {
        try await withPeople { homelab in
            let services: [Service] = [
                .oidc("cd", .any(.group("a"))), .bookmark("docs", .all(.group("a"), .group("b"))),
                .bookmark("wiki", .any(.group("a"), .group("b"))),
            ]
            _ = try await homelab.makePass(over: services).run()
            try await homelab.deleteGroup("a")
            #expect(homelab.sandbox.state.letIn(["cd"]).count == People.all.count)
            homelab.sandbox.resetRequests()
            let closed = try await homelab.makePass(over: services).run()
            #expect(
                closed.outcomes.map(\.plan.hindrance) == [
                    "closed to everybody: the group 'a' is gone", "closed to everybody: the group 'a' is gone",
                    "the group 'a' is gone",
                ]
            )
            #expect(closed.outcomes.map { $0.plan.access?.state } == [.closed, .closed, .restricted])
            #expect(!closed.isConverged)
            // One policy does for all.
            #expect(homelab.writePaths.count { $0 == "POST policies/expression" } == 1)
            #expect(closed.shared.map(\.name) == [ExpressionPolicy.nobodyName])
            let state = homelab.sandbox.state
            #expect(state.expression(of: ExpressionPolicy.nobodyName) == "return False")
            #expect(state.letIn(["cd", "docs"]) == [])
            #expect(state.letIn(["wiki"]) == Set(People.members(of: "b")))

            homelab.sandbox.resetRequests()
            let again = try await homelab.makePass(over: services).run()
            #expect(homelab.writes == [])
            #expect(again.outcomes.map(\.isConverged) == [false, false, false])

            homelab.restoreGroup("a")
            let open = try await homelab.makePass(over: services).run()
            #expect(open.isConverged)
            #expect(homelab.sandbox.state.bound("cd") == ["group a"])
            #expect(homelab.sandbox.state.letIn(["cd"]) == Set(People.members(of: "a")))
            #expect(homelab.sandbox.state.letIn(["docs"]) == ["ab", "abc"])
            try await homelab.expectDone(services)
        }
    }

    @Test func `a closing policy that was changed is put right`() async throws {
        try await withPeople { homelab in
            let service = Service.oidc("wiki", .any(.group("a")))
            try await homelab.pass(over: service)
            try await homelab.deleteGroup("a")
            try await homelab.pass(over: service)
            let pk = try await homelab.policy(ExpressionPolicy.nobodyName)["pk"]?.string ?? ""
            try await homelab.admin.send("PATCH", "policies/expression/\(pk)/", ["expression": "return True"])
            #expect(!homelab.sandbox.state.letIn(["wiki"]).isEmpty)
            homelab.sandbox.resetRequests()
            try await homelab.pass(over: service)
            #expect(homelab.writePaths == ["PATCH policies/expression"])
            #expect(homelab.sandbox.state.letIn(["wiki"]) == [])
        }
    }

    // MARK: - Others

    @Test func `what others bound stays, and is named, until the file says otherwise`() async throws {
        try await withPeople { homelab in
            let service = Service.oidc("wiki", .any(.group("a")))
            try await homelab.pass(over: service)
            homelab.sandbox.change { state in
                state.bind("wiki", to: .init(.group("b"), order: 3), .init(.user("c"), order: 4, isEnabled: false))
                state.bind("wiki", to: .init(.group("z"), order: 5, expires: Date.distantFuture))
            }
            let before = try await homelab.bindings(of: "wiki")
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass(over: service)
            #expect(homelab.writes == [])
            #expect(report.outcomes[0].plan.access?.others == ["group 'b'", "user 'c'"])
            #expect(report.outcomes[0].plan.access?.expiring == ["group 'z'"])
            #expect(try await homelab.bindings(of: "wiki") == before)

            let exclusive = service.open(to: .any(.group("a"), exclusive: true))
            var held = try await homelab.makePass(over: [exclusive])
            held.desired.maxDeletions = 0
            let heldReport = try await held.run()
            #expect(heldReport.heldDeletions?.deletions == 1)
            #expect(!heldReport.isConverged)
            #expect(try await homelab.bindings(of: "wiki") == before)
            held.allowedDeletions = 1
            #expect(try await held.run().isConverged)
            #expect(homelab.sandbox.state.bound("wiki") == ["group a", "group z expiring"])
            try await homelab.expectDone(exclusive)
        }
    }

    @Test func `one that ends by itself does not stand for a lasting one`() async throws {
        try await withPeople { homelab in
            let service = Service.oidc("wiki", .any(.group("a"), .policy("yes"), exclusive: true))
            try await homelab.pass(over: service.open(to: .everyone))
            homelab.sandbox.change { state in
                state.bind("wiki", to: .init(.group("a"), expires: .distantFuture))
                state.bind("wiki", to: .init(.policy("yes"), order: 1, expires: .distantFuture))
            }
            let report = try await homelab.pass(over: service)
            #expect(report.isConverged)
            let bound = ["group a", "group a expiring", "policy yes", "policy yes expiring"]
            #expect(homelab.sandbox.state.bound("wiki").sorted() == bound)
            try await homelab.expectDone(service)
            try await homelab.pass(over: service.open(to: .everyone))
            #expect(homelab.sandbox.state.bound("wiki").sorted() == ["group a expiring", "policy yes expiring"])
        }
    }

    // MARK: - Requests

    /// Eight lists without access; with it that of bindings, and unless it is everyone's those of the closing policy and of
    /// what it names.
    @Test(
        arguments: [
            (nil, 8), (.everyone, 9), (.any(.group("a")), 11), (.any(.group("a"), .policy("yes")), 12),
            (.any(.user("a"), .user("b")), 12), (.all(.group("a"), .user("a"), .policy("yes")), 13),
        ] as [(Access?, Int)],
        [1, 20]
    )
    func `it costs the same number of requests however many services say it`(
        _ row: (access: Access?, requests: Int),
        _ count: Int
    ) async throws {
        try await withPeople { homelab in
            let services = (0..<count).map { Service.bookmark("s\($0)", row.access) }
            let report = try await homelab.makePass(over: services).run()
            #expect(report.isConverged)
            homelab.sandbox.resetRequests()
            _ = try await homelab.makePass(over: services).run()
            #expect(homelab.sandbox.requests.count == row.requests)
            #expect(homelab.writes == [])
        }
    }

    @Test func `bindings are listed a hundred at a time`() async throws {
        try await withPeople { homelab in
            let service = Service.bookmark("wiki", .any(.group("a")))
            try await homelab.pass(over: service)
            homelab.sandbox.change { $0.bind("other", to: (0..<205).map { .init(.group("z"), order: $0) }) }
            homelab.sandbox.resetRequests()
            try await homelab.pass(over: service)
            #expect(homelab.sandbox.requests.count { $0.path.contains("policies/bindings/") } == 3)
            #expect(homelab.sandbox.requests.count == 13)
            #expect(homelab.writes == [])
        }
    }

    /// Their pks are in no answer; those of the bindings are in one list more.
    @Test func `transactions are looked at together`() async throws {
        try await withPeople { homelab in
            let services = (0..<5).map { number in
                var service = Service.oidc("s\(number)", .any(.group("a"), .group("b")))
                service.provider?.clientID = "client-\(number)"
                return service
            }
            let report = try await homelab.makePass(over: services).run()
            #expect(report.isConverged)
            #expect(homelab.writePaths.count == 10)
            #expect(report.requests.reads == 11 + 3)
            #expect(try await homelab.marked("s3") == ["group a", "group b"])
        }
    }

    // MARK: - What does not work out

    @Test func `a group that cannot be made holds up only those that name it`() async throws {
        try await withPeople { homelab in
            homelab.sandbox.faults.set(
                FaultPlan(rules: [FaultRule(.html(status: 400), method: "POST", path: "/api/v3/core/groups/")])
            )
            let services: [Service] = [.bookmark("docs", .any(.group("a"))), .bookmark("wiki", .any(.group("new")))]
            let report = try await homelab.makePass(over: services, groups: ["new"]).run()
            #expect(report.outcomes.map { $0.failure == nil } == [true, false])
            #expect(!homelab.sandbox.state.hasSomethingToOpen("wiki"))
            homelab.sandbox.faults.set(FaultPlan())
            #expect(try await homelab.makePass(over: services, groups: ["new"]).run().isConverged)
            #expect(homelab.sandbox.state.bound("wiki") == ["group new"])
            #expect(homelab.sandbox.state.letIn(["wiki"]) == [])
        }
    }

    @Test(arguments: [Service.oidc("wiki", .any(.group("a"))), .bookmark("wiki", .any(.group("a")))])
    func `a group that is deleted after the look lets nobody in`(_ service: Service) async throws {
        try await withPeople { homelab in
            let pk = try await homelab.group("a")["pk"]?.string ?? ""
            try await homelab.meanwhile("DELETE", "core/groups/\(pk)/")
            let report = try await homelab.pass(over: service)
            #expect(!report.isConverged)
            #expect(homelab.sandbox.state.letIn(["wiki"]) == [])
            let next = try await homelab.pass(over: service)
            #expect(!next.isConverged)
            #expect(homelab.sandbox.state.letIn(["wiki"]) == [])
            homelab.restoreGroup("a")
            #expect(try await homelab.pass(over: service).isConverged)
            #expect(homelab.sandbox.state.letIn(["wiki"]) == Set(People.members(of: "a")))
        }
    }

    /// What follows a write may count on it.
    @Test(arguments: ["policy_engine_mode", "enabled"])
    func `what Authentik does not keep ends the steps`(_ field: String) async throws {
        try await withPeople { homelab in
            let service = Service.oidc("wiki", .any(.group("a"), .group("b")))
            try await homelab.pass(over: service)
            try await homelab.changeBinding("wiki", of: "a", ["enabled": false, "order": 0])
            let before = homelab.sandbox.state.letIn(["wiki"])
            homelab.sandbox.faults.set(FaultPlan(rules: [FaultRule(.ignore(field: field))]))
            let next = service.open(to: .all(.group("a"), .group("c")))
            let report = try await homelab.pass(over: next)
            let name = field == "enabled" ? "binding.enabled" : "application.policy_engine_mode"
            #expect(report.outcomes[0].failure?.message == "Authentik does not keep \(name) as declared")
            #expect(homelab.sandbox.state.letIn(["wiki"]).isSubset(of: before))
            homelab.sandbox.faults.set(FaultPlan())
            #expect(try await homelab.pass(over: next).isConverged)
            #expect(homelab.sandbox.state.letIn(["wiki"]) == ["ac", "abc"])
        }
    }

    @Test(arguments: ["reset=after", "unavailable=503,write=done", "truncated", "reset=before"])
    func `a binding whose answer is lost is made once`(_ fault: String) async throws {
        try await withPeople { homelab in
            let rule = try FaultRule(parsing: "\(fault),method=POST,path=/api/v3/policies/bindings/,times=1")
            homelab.sandbox.faults.set(FaultPlan(rules: [rule]))
            var pass = try await homelab.makePass(over: [.bookmark("wiki", .any(.group("a"), .group("b")))])
            pass.client.retryPolicy.backoff.baseDelay = .milliseconds(1)
            pass.client.retryPolicy.backoff.maximumDelay = .milliseconds(2)
            #expect(try await pass.run().isConverged)
            #expect(homelab.sandbox.state.bound("wiki") == ["group a", "group b"])
            #expect(try await homelab.marked("wiki") == ["group a", "group b"])
            homelab.sandbox.faults.set(FaultPlan())
            try await homelab.expectDone(pass.desired.services)
        }
    }

    @Test func `a plan that was reviewed is not applied once somebody else may open the service`() async throws {
        try await withPeople { homelab in
            let service = Service.oidc("wiki", .any(.group("a")))
            try await homelab.pass(over: service)
            let pass = try await homelab.makePass(over: [service.open(to: .any(.group("b")))])
            let (plan, release, _) = try await pass.plan()
            let reviewed = pass.record(plan, release)
            homelab.sandbox.change { $0.bind("wiki", to: .init(.group("b"), order: 9)) }
            await #expect(throws: PlanMoved.self) { try await pass.run(applying: reviewed) }
            let now = try await pass.plan()
            #expect(try await pass.run(applying: pass.record(now.plan, now.release)).isConverged)
            #expect(homelab.sandbox.state.bound("wiki") == ["group b"])
        }
    }
}

extension Homelab {
    /// The writes since the last reset, without pks and slugs: `PATCH core/applications`.
    fileprivate var writePaths: [String] {
        sandbox.requests.filter(\.isWrite).map { request in
            let parts = request.path.dropFirst("/api/v3/".count).split(separator: "/")
            let isTransaction = parts.dropFirst().first == "transactional"
            return "\(request.method) \(parts.prefix(isTransaction ? 3 : 2).joined(separator: "/"))"
        }
    }

    /// As Authentik itself says.
    fileprivate func mayOpen(_ slug: String, _ person: String) async throws -> Bool {
        let user = try await admin.list("core/users/?username=\(person)").first?["pk"]?.integer ?? 0
        let answer = try await admin.send("GET", "core/applications/\(slug)/check_access/?for_user=\(user)")
        return answer["passing"]?.bool ?? false
    }

    fileprivate func expectDone(_ services: [Service]) async throws {
        let plan = try await makePass(over: services).plan().plan
        #expect(plan.changing.map(\.reason) == [])
    }
}
