import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// The command beside an Authentik that does not keep what it is sent, and one that changes meanwhile.
@Suite struct UnkeptTests {
    private static let file = """
        apiVersion: reconcile/v1
        owner: homelab
        host: sso.example.net
        services:
          - slug: grafana
            name: Grafana
            port: 8444
            redirectPath: /login/generic_oauth
            grantTypes: [authorization_code]
            secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}
        """

    /// A candidate of 2026.5 takes grant types and has none.
    @Test func aFieldThatTheReleaseIgnoresIsSaidInEveryPass() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "unkept-\(UUID().uuidString).yaml")
        try Data(Self.file.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await withTarget(.earlyMay2026) { target in
            let complaint = "error: Authentik does not keep provider.grantTypes as declared"
            let first = try await target.run("--once", "--config", file.path)
            #expect(first.status == 1)
            #expect(first.output.contains(complaint))
            #expect(first.output.contains("1 service: 1 failed. 12 requests, 2 writes, in "))
            let second = try await target.run("--once", "--config", file.path)
            #expect(second.status == 1)
            #expect(second.output.contains(complaint))
            #expect(!second.output.contains("in sync"))
            #expect(second.output.contains("8 requests, no writes, in "))
            let plan = try await target.run("plan", "--config", file.path)
            #expect(plan.status == 1)
            #expect(plan.output.contains(complaint))
            let json = try await target.run("--once", "--config", file.path, "--output", "json")
            let report = try JSONValue(parsing: json.output.utf8)
            #expect(try schemaMistakes(report, "report") == [])
            #expect(report["isConverged"] == false)
            for result in [first, second, plan, json] { result.expectNoSecrets() }
        }
    }

    @Test func aCreateThatLandsAfterTheNextLookIsGoneOnWith() async throws {
        try await withTarget { target in
            target.sandbox.faults.set(
                FaultPlan(rules: [FaultRule(.revoked, after: 14), FaultRule(.late(1), method: "PUT", times: 1)])
            )
            #expect(try await target.run("--once", "--config", homelab, "--only", "grafana").status == 1)
            target.sandbox.faults.set(FaultPlan())
            let result = try await target.run("--once", "--config", homelab)
            #expect(result.status == 0)
            #expect(result.output.contains("note: it changed during this pass and was checked again"))
            #expect(result.output.contains("7 services: 6 created, 1 adopted; 1 group: 1 created."))
            result.expectNoSecrets()
            let second = try await target.run("--once", "--config", homelab)
            #expect(
                second.output.contains("7 services: 7 in sync; 1 group: 1 in sync. 14 requests, no writes")
            )
        }
    }
}
