import Applying
import AuthentikSandbox
import JSON
import Planning
import TestSupport
import Testing

/// Giving up what an owner manages.
@Suite(.timeLimit(.minutes(60))) struct ReleaseTests {
    @Test(arguments: [Account.superuser, .barred])
    func `the marks go, and nothing else changes`(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            var homelab = homelab
            if account == .barred {
                let permissions = Admin.passPermissions + ["authentik_core.delete_applicationentitlement"]
                homelab.token = try await homelab.admin.makeServiceAccount("releaser", permissions: permissions)
            }
            let before = try await homelab.state()
            homelab.sandbox.resetRequests()
            let client = try await homelab.makePass().client
            let report = try await ReleasePass(client: client, owner: "homelab").run()
            #expect(report.isConverged)
            #expect(report.outcomes.map(\.plan.slug) == before.applications.compactMap { $0["slug"]?.string })
            #expect(homelab.writes.count == 7)
            #expect(homelab.writes.allSatisfy { $0.hasPrefix("DELETE /api/v3/core/application_entitlements/") })
            let after = try await homelab.state()
            #expect(after.marks == [])
            #expect(after.applications == before.applications)
            #expect(after.providers == before.providers)
        }
    }

    @Test func `another owner's marks stay`() async throws {
        try await withHomelab { homelab in
            let client = try await homelab.makePass().client
            let report = try await ReleasePass(client: client, owner: "others").run()
            #expect(report.outcomes.isEmpty)
            #expect(homelab.writes == [])
        }
    }
}
