import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

@testable import AuthentikAPI

/// What happens between a pass's look and its writes: the pass looks again, and goes on with what is there.
@Suite(.timeLimit(.minutes(60))) struct MeanwhileTests {
    /// A create that a killed process left in flight.
    struct Flight: Sendable, CustomTestStringConvertible {
        var method: String
        var path: String
        /// The service that it is of.
        var slug: String
        /// How many requests the killed process had sent before.
        var after: Int

        var testDescription: String { "\(method) \(path) for \(slug)" }

        static let all = [
            Flight(method: "PUT", path: "/api/v3/core/transactional/applications/", slug: "grafana", after: 8),
            Flight(method: "POST", path: "/api/v3/core/application_entitlements/", slug: "grafana", after: 11),
            Flight(method: "POST", path: "/api/v3/core/applications/", slug: "trivy", after: 8),
            Flight(method: "POST", path: "/api/v3/core/application_entitlements/", slug: "trivy", after: 9),
            Flight(method: "POST", path: "/api/v3/providers/oauth2/", slug: "argocd", after: 8),
        ]
    }

    @Test(arguments: Flight.all)
    func `a create that lands after the next look is gone on with`(_ flight: Flight) async throws {
        try await withHomelab { homelab in
            let before = try await homelab.state()
            if flight.slug != "trivy" { try await homelab.admin.deleteProvider(flight.slug) }
            if flight.slug != "argocd" { try await homelab.admin.deleteApplication(flight.slug) }
            homelab.sandbox.faults.set(
                FaultPlan(rules: [
                    FaultRule(.revoked, after: flight.after + 1),
                    FaultRule(.late(1), method: flight.method, path: flight.path, times: 1),
                ])
            )
            let killed = try await homelab.pass(only: flight.slug)
            #expect(killed.outcomes.map(\.isConverged) == [false])
            homelab.sandbox.faults.set(FaultPlan())

            let report = try await homelab.pass(only: flight.slug)
            #expect(report.outcomes.map(\.failure) == [nil])
            #expect(report.isConverged)
            #expect(try await homelab.state().withoutPKs == before.withoutPKs)
            try await homelab.expectNothingToDo()
        }
    }

    @Test func `the first plan costs eight reads, and a second look eight more`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let service: JSONValue = ["name": "Trivy Dashboard", "slug": "trivy"]
            try await homelab.meanwhile("POST", "core/applications/", service)
            let report = try await homelab.pass(only: "trivy")
            #expect(report.isConverged)
            let outcome = try #require(report.outcomes.first)
            #expect(outcome.plan.decision == .adopt)
            #expect(outcome.plan.notes == ["it changed during this pass and was checked again"])
            #expect(outcome.written == [.createMark, .updateApplication])
            #expect(report.requests.reads == 16)
            #expect(report.requests.writes == 3)
            #expect(try await homelab.admin.application("trivy")["group"] == "Security")
        }
    }

    @Test func `what appears is only adopted if the file says so`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            try await homelab.meanwhile("POST", "core/applications/", ["name": "By hand", "slug": "trivy"])
            let report = try await homelab.pass(only: "trivy") { desired in
                for index in desired.services.indices { desired.services[index].adopt = .never }
            }
            #expect(report.outcomes.map(\.plan.decision) == [.conflict])
            #expect(try await homelab.admin.application("trivy")["name"] == "By hand")
            #expect(try await homelab.admin.mark(of: "trivy") == nil)
        }
    }

    // MARK: - Gone

    @Test func `a provider that is deleted before it is changed is made again`() async throws {
        try await withHomelab { homelab in
            let before = try await homelab.state()
            try await homelab.admin.changeProvider("grafana", ["client_secret": "changed by hand"])
            let pk = try await homelab.admin.provider("grafana")["pk"]?.integer ?? 0
            try await homelab.meanwhile("DELETE", "providers/oauth2/\(pk)/")
            let report = try await homelab.pass(only: "grafana")
            #expect(report.isConverged)
            #expect(report.outcomes.map(\.plan.decision) == [.recreate])
            #expect(try await homelab.state().withoutPKs == before.withoutPKs)
            try await homelab.expectNothingToDo()
        }
    }

    @Test func `a service that waited for one that is looked at again is looked at again, too`() async throws {
        try await withHomelab { homelab in
            let change: @Sendable (inout DesiredState) -> Void = { desired in
                for index in desired.services.indices {
                    switch desired.services[index].slug {
                    case "grafana": desired.services[index].provider?.clientID = "grafana-2"
                    case "argocd": desired.services[index].provider?.clientID = "grafana"
                    default: break
                    }
                }
            }
            let (plan, _, _) = try await homelab.makePass(change).plan()
            #expect(plan.services.first { $0.slug == "argocd" }?.comesAfter == ["grafana"])
            let pk = try await homelab.admin.provider("grafana")["pk"]?.integer ?? 0
            try await homelab.meanwhile("DELETE", "providers/oauth2/\(pk)/")
            let report = try await homelab.pass(change)
            #expect(report.isConverged)
            #expect(try await homelab.admin.provider("grafana")["client_id"] == "grafana-2")
            #expect(try await homelab.admin.provider("argocd")["client_id"] == "grafana")
        }
    }

    @Test(arguments: [("grafana", Decision.link), ("trivy", .create)])
    func `an application that is deleted before it is changed is made again`(
        slug: String,
        decision: Decision
    ) async throws {
        try await withHomelab { homelab in
            let before = try await homelab.state()
            try await homelab.admin.changeApplication(slug, ["group": "By hand"])
            try await homelab.meanwhile("DELETE", "core/applications/\(slug)/")
            let report = try await homelab.pass(only: slug)
            #expect(report.isConverged)
            #expect(report.outcomes.map(\.plan.decision) == [decision])
            #expect(try await homelab.state().withoutPKs == before.withoutPKs)
            try await homelab.expectNothingToDo()
        }
    }

    @Test func `an application that is deleted before it is marked is made again`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            try await homelab.admin.send("POST", "core/applications/", ["name": "T", "slug": "trivy"])
            try await homelab.meanwhile("DELETE", "core/applications/trivy/")
            let report = try await homelab.pass(only: "trivy")
            #expect(report.isConverged)
            #expect(report.outcomes.map(\.plan.decision) == [.create])
        }
    }

    // MARK: - Others

    @Test func `a provider that another application takes first is not taken away`() async throws {
        try await withHomelab { homelab in
            let pk = try await homelab.admin.provider("grafana")["pk"] ?? .null
            try await homelab.admin.changeApplication("grafana", ["provider": nil])
            let thief: JSONValue = ["name": "Thief", "slug": "thief", "provider": pk]
            try await homelab.meanwhile("POST", "core/applications/", thief)
            let report = try await homelab.pass(only: "grafana")
            #expect(!report.isConverged)
            let outcome = try #require(report.outcomes.first)
            #expect(outcome.plan.decision == .conflict)
            #expect(outcome.failure == nil)
            #expect(
                outcome.plan.reason
                    == "its provider 'grafana' is linked to the application 'thief'; unlink it there"
            )
            #expect(try await homelab.admin.application("thief")["provider"] == pk)
        }
    }

    @Test func `an application that is another owner's by then is a conflict, and untouched`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let made = try await homelab.admin.send("POST", "core/applications/", ["name": "Theirs", "slug": "theirs"])
            try await homelab.admin.mark(made, owner: "somebody", slug: "grafana")
            try await homelab.meanwhile("PATCH", "core/applications/theirs/", ["slug": "grafana"])
            let report = try await homelab.pass(only: "grafana")
            let outcome = try #require(report.outcomes.first)
            #expect(outcome.plan.decision == .conflict)
            #expect(outcome.plan.reason.hasPrefix("belongs to the owner 'somebody'"))
            #expect(outcome.written == [])
            #expect(try await homelab.admin.application("grafana")["name"] == "Theirs")
            #expect(try await homelab.admin.list("providers/oauth2/") == [])
        }
    }

    /// Also where a provider is to be made for it.
    @Test(arguments: ["trivy", "grafana"])
    func `an application that another owner marks first is a conflict, and untouched`(slug: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let fields: JSONValue = ["name": "Theirs", "slug": .string(slug)]
            let made = try await homelab.admin.send("POST", "core/applications/", fields)
            let body = Admin.mark(made, owner: "somebody", slug: slug)
            try await homelab.meanwhile("POST", "core/application_entitlements/", body)
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass(only: slug)
            let outcome = try #require(report.outcomes.first)
            #expect(outcome.plan.decision == .conflict)
            #expect(outcome.plan.reason.hasPrefix("belongs to the owner 'somebody'"))
            #expect(outcome.written == [])
            #expect(homelab.writes == ["POST /api/v3/core/application_entitlements/"])
            #expect(try await homelab.admin.application(slug) == made)
        }
    }

    @Test func `an application that gets a provider is marked before, and once more after`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            try await homelab.admin.send("POST", "core/applications/", ["name": "G", "slug": "grafana"])
            homelab.sandbox.resetRequests()
            #expect(try await homelab.pass(only: "grafana").isConverged)
            let methods = homelab.writes.map { $0.prefix { $0 != " " } }
            #expect(methods == ["POST", "POST", "PATCH", "PATCH"])
            #expect(homelab.writes.first == "POST /api/v3/core/application_entitlements/")
            let provider = try await homelab.admin.provider("grafana")["pk"]
            #expect(try await homelab.admin.mark(of: "grafana")?["provider"] == provider)
        }
    }

    @Test func `a proxy provider that takes the name first is a conflict`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let proxy: JSONValue = [
                "name": "grafana", "mode": "forward_single", "external_host": "https://grafana.example.org",
                "authorization_flow": try await homelab.admin.flow("default-provider-authorization-implicit-consent"),
                "invalidation_flow": try await homelab.admin.flow("default-provider-invalidation-flow"),
            ]
            try await homelab.meanwhile("POST", "providers/proxy/", proxy)
            let report = try await homelab.pass(only: "grafana")
            #expect(report.outcomes.map(\.plan.decision) == [.conflict])
            #expect(report.outcomes.first?.plan.reason.contains("is a proxy provider") == true)
            #expect(try await homelab.admin.list("core/applications/") == [])
        }
    }

    @Test func `a name that a provider of another type has is said in words`() throws {
        var error = AuthentikError(kind: .rejected, status: 400, message: "", request: "PUT https://sso.example.net/")
        error.fields = [.init(field: "provider.name", message: "provider with this name already exists.")]
        let failure = ServiceFailure(error)
        #expect(failure.mayBeOutdated)
        #expect(failure.message.contains("if no OAuth2 provider has that name, a provider of another type does"))
    }

    @Test func `only the plan that was reviewed is applied`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            var pass = try await homelab.makePass()
            pass.narrowing = Narrowing(only: ["trivy"])
            let (plan, release, _) = try await pass.plan()
            try await homelab.meanwhile("POST", "core/applications/", ["name": "By hand", "slug": "trivy"])
            let report = try await pass.run(applying: pass.record(plan, release))
            let failure = try #require(report.outcomes.first?.failure)
            #expect(failure.fields.map(\.field) == ["slug"])
            #expect(failure.message.hasSuffix("; if it changed after it was planned, plan again"))
            #expect(try await homelab.admin.application("trivy")["name"] == "By hand")
            #expect(try await homelab.admin.mark(of: "trivy") == nil)
        }
    }

    // MARK: - Two processes

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `two processes with the same file end in one world, and neither fails`(seed: UInt64) async throws {
        try await withHomelab(isConverged: false) { homelab in
            homelab.sandbox.faults.set(
                FaultPlan(seed: seed, rules: [try FaultRule(parsing: "latency=1ms..25ms")])
            )
            async let first = homelab.pass()
            async let second = homelab.pass()
            for report in [try await first, try await second] {
                #expect(report.outcomes.compactMap { $0.failure.map { "\($0.message) \($0.fields)" } } == [])
                #expect(report.isConverged)
            }
            homelab.sandbox.faults.set(FaultPlan())
            try await homelab.expectWhole()
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `two owners of the same services share them, and say so`(seed: UInt64) async throws {
        try await withHomelab(isConverged: false) { homelab in
            homelab.sandbox.faults.set(
                FaultPlan(seed: seed, rules: [try FaultRule(parsing: "latency=1ms..25ms")])
            )
            @Sendable func pass(_ owner: String) async throws -> PassReport {
                try await homelab.pass { desired in
                    desired.owner = owner
                    for index in desired.services.indices { desired.services[index]["group"] = .text(owner) }
                }
            }
            async let first = pass("first")
            async let second = pass("second")
            let reports = ["first": try await first, "second": try await second]
            homelab.sandbox.faults.set(FaultPlan())
            for application in try await homelab.admin.list("core/applications/") {
                let slug = application["slug"]?.string ?? ""
                let owner = try #require(try await homelab.admin.mark(of: slug)?["owner"]?.string)
                for (name, report) in reports {
                    let outcome = try #require(report.outcomes.first { $0.plan.slug == slug })
                    #expect(outcome.isConverged == (name == owner), "\(slug) of \(owner), \(name)")
                    guard name != owner else { continue }
                    let words = "\(outcome.plan.reason) \(outcome.failure?.message ?? "")"
                    // Whoever looks between the application and its mark sees that it is there, and not whose it is.
                    let isAnothers = words.contains("owner '\(owner)'")
                    #expect(isAnothers || outcome.plan.decision == .conflict, "\(slug): \(words)")
                }
                #expect(application["group"]?.string == owner)
            }
            #expect(try await homelab.admin.list("core/applications/").count == 7)
            #expect(try await homelab.admin.list("providers/oauth2/").count == 2)
        }
    }
}

extension Homelab {
    /// A request of somebody's that lands right before the first write of the next pass: after it has looked.
    func meanwhile(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws {
        sandbox.faults.set(FaultPlan(rules: [FaultRule(.late(1))]))
        await #expect(throws: (any Error).self) { try await admin.send(method, path, body) }
        sandbox.faults.set(FaultPlan())
    }

    /// A pass about one service, which waits for nothing.
    func pass(
        only slug: String,
        _ change: @Sendable (inout DesiredState) -> Void = { _ in }
    ) async throws -> PassReport {
        var desired = try Self.desiredState()
        change(&desired)
        var pass = try await makeImpatientPass(of: desired)
        pass.narrowing = Narrowing(only: [slug])
        return try await pass.run()
    }
}

extension Admin {
    /// The body of another owner's mark on an application.
    static func mark(_ application: JSONValue, owner: String, slug: String) -> JSONValue {
        [
            "name": .string(OwnershipMark.entitlementName), "app": application["pk"] ?? .null,
            "attributes": OwnershipMark(owner: owner, slug: slug).attributes,
        ]
    }

    func mark(_ application: JSONValue, owner: String, slug: String) async throws {
        try await send("POST", "core/application_entitlements/", Self.mark(application, owner: owner, slug: slug))
    }
}
