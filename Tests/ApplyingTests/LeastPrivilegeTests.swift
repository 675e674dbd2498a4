import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// A pass by an account that is no superuser; what it does like one is tested where a superuser's is.
@Suite(.timeLimit(.minutes(60))) struct LeastPrivilegeTests {
    @Test(arguments: Sandbox.Release.allCases, Account.allCases)
    func `it converges what is new and then writes nothing`(_ release: Sandbox.Release, _ account: Account) async throws
    {
        try await withHomelab(isConverged: false, release, as: account) { homelab in
            let report = try await homelab.pass()
            #expect(report.isConverged)
            if account == .barred { try await homelab.barAll() }
            try await homelab.expectNothingToDo()
            let provider = try await homelab.admin.provider("grafana")
            #expect(provider["assigned_application_slug"] == "grafana")
            #expect(provider["client_secret"] == "grafana-secret")
        }
    }

    /// Eight lists; what the list of applications hides, or a release before 2025.12 may show as it was, costs a request.
    @Test(
        arguments: [
            (.december2025, .service, 8), (.december2025, .barred, 15), (.december2024, .service, 15),
            (.december2024, .barred, 15), (.august2026, .service, 8),
        ] as [(Sandbox.Release, Account, Int)]
    )
    func `what the list shows costs no request of its own`(
        _ release: Sandbox.Release,
        _ account: Account,
        _ requests: Int
    ) async throws {
        try await withHomelab(release, as: account) { homelab in
            try await homelab.expectNothingToDo()
            #expect(homelab.sandbox.requests.count == requests)
        }
    }

    @Test func `an application that is hidden and foreign is adopted, not made twice`() async throws {
        try await withHomelab(isConverged: false, as: .service) { homelab in
            let made = try await homelab.admin.send("POST", "core/applications/", ["name": "By hand", "slug": "trivy"])
            try await homelab.admin.bar(made)
            let report = try await homelab.pass()
            #expect(report.isConverged)
            #expect(report.outcomes.first { $0.plan.slug == "trivy" }?.plan.decision == .adopt)
            #expect(try await homelab.admin.application("trivy")["pk"] == made["pk"])
            try await homelab.expectNothingToDo()
        }
    }

    @Test func `another owner's mark on a hidden application is a conflict`() async throws {
        try await withHomelab(isConverged: false, as: .service) { homelab in
            let made = try await homelab.admin.send("POST", "core/applications/", ["name": "T", "slug": "trivy"])
            try await homelab.admin.send(
                "POST",
                "core/application_entitlements/",
                [
                    "name": "authentik-reconciler", "app": made["pk"] ?? .null,
                    "attributes": ["owner": "others", "version": 1, "slug": "trivy", "provider": nil],
                ]
            )
            try await homelab.admin.bar(made)
            let report = try await homelab.pass()
            #expect(report.outcomes.first { $0.plan.slug == "trivy" }?.plan.decision == .conflict)
            #expect(try await homelab.admin.application("trivy")["name"] == "T")
        }
    }

    @Test func `a hidden orphan is found by its mark`() async throws {
        try await withHomelab(as: .barred) { homelab in
            let report = try await homelab.pass { $0.services.removeAll { $0.slug == "trivy" || $0.slug == "grafana" } }
            let orphans = report.outcomes.filter { $0.plan.decision == .orphan }.map(\.plan.slug)
            #expect(orphans == ["grafana", "trivy"])
            #expect(homelab.writes == [])
        }
    }

    @Test func `a hidden bookmark that was renamed is not made again`() async throws {
        try await withHomelab(as: .barred) { homelab in
            try await homelab.admin.changeApplication("trivy", ["slug": "trivy-by-hand"])
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass()
            let trivy = try #require(report.outcomes.first { $0.plan.slug == "trivy" })
            #expect(trivy.plan.decision == .conflict)
            #expect(trivy.plan.reason.contains("another slug now"))
            #expect(homelab.writes == [])
        }
    }

    @Test func `a stale list of 2024 is not believed`() async throws {
        try await withHomelab(.december2024, as: .service) { homelab in
            // What a pass saw is cached for a day, whatever changes.
            try await homelab.expectNothingToDo()
            try await homelab.admin.changeApplication("trivy", ["name": "By hand"])
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass()
            #expect(report.outcomes.first { $0.plan.slug == "trivy" }?.plan.changes.map(\.field) == ["name"])
            #expect(homelab.writes == ["PATCH /api/v3/core/applications/trivy/"])
        }
    }

    @Test(arguments: Admin.passPermissions)
    func `a missing permission is named, and nothing is half done`(_ permission: String) async throws {
        try await withHomelab(isConverged: false, as: .superuser) { homelab in
            var homelab = homelab
            let rest = Admin.passPermissions.filter { $0 != permission }
            try await homelab.run(as: .service, permissions: rest)
            if permission.contains("change") { try await homelab.admin.makeProvider("grafana") }
            if permission.hasSuffix("change_application") {
                try await homelab.admin.send("POST", "core/applications/", ["name": "By hand", "slug": "trivy"])
            }
            var said: String
            do {
                let report = try await homelab.pass()
                said = report.outcomes.compactMap { $0.failure?.message }.joined(separator: "\n")
                if permission.hasSuffix("change_applicationentitlement") {
                    // Nothing had a mark to change.
                    #expect(report.isConverged)
                    return
                }
                #expect(!report.isConverged)
            } catch let failure as PassFailure {
                #expect(failure.kind == .refused)
                #expect(homelab.writes.filter { $0.contains("applications/") && $0.hasPrefix("PUT") } == [])
                said = failure.description
            }
            #expect(said.contains(permission))
            homelab.token = try await homelab.admin.makeServiceAccount("whole", permissions: Admin.passPermissions)
            #expect(try await homelab.pass().isConverged)
            try await homelab.expectNothingToDo()
            #expect(try await homelab.admin.list("providers/oauth2/").count == 2)
        }
    }
}
