import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// The command beside a release that came after it.
@Suite(.timeLimit(.minutes(60))) struct NewerReleaseTests {
    private static let note =
        "Authentik 2027.2.1 is newer than this version of 'reconcile' knows (2026.8): fields that are new in it are left "
        + "alone"

    private func withNewer(_ body: @escaping @Sendable (Target) async throws -> Void) async throws {
        var configuration = Sandbox.Configuration(release: .august2026, token: token)
        configuration.claimedVersion = "2027.2.1"
        try await withTarget(configuration, body)
    }

    @Test func `it is worked with, and said once`() async throws {
        try await withNewer { target in
            for format in ["text", "markdown", "json"] {
                let plan = try await target.run("plan", "--config", homelab, "--output", format)
                #expect(plan.status == 2)
                #expect(plan.output.split(separator: Self.note, omittingEmptySubsequences: false).count == 2)
                guard format == "json" else { continue }
                let record = try JSONValue(parsing: plan.output.utf8)
                #expect(try schemaMistakes(record, "plan") == [])
            }
            let once = try await target.run("--once", "--config", homelab)
            #expect(once.status == 0)
            #expect(once.output.contains("Authentik 2027.2.1 at "))
            #expect(once.output.contains("\nNote: \(Self.note).\n"))
            let json = try await target.run("--once", "--config", homelab, "--output", "json")
            #expect(json.status == 0)
            let report = try JSONValue(parsing: json.output.utf8)
            #expect(report["authentik"]?["note"]?.string == Self.note)
            #expect(try schemaMistakes(report, "report") == [])
        }
    }

    @Test func `of one that is known nothing is said`() async throws {
        try await withTarget(.august2026) { target in
            let plan = try await target.run("plan", "--config", homelab)
            #expect(!plan.output.contains("Note:"))
            let json = try await target.run("--once", "--config", homelab, "--output", "json")
            let report = try JSONValue(parsing: json.output.utf8)
            #expect(report["authentik"]?["note"] == nil)
        }
    }

    /// As drafts of 2026.11 have it.
    @Test func `one that keeps secrets as objects of their own is said to be one, and nothing is left half done`()
        async throws
    {
        try await withNewer { target in
            target.sandbox.faults.set(.init(rules: [try .init(parsing: "refuse=client_secret")]))
            let once = try await target.run("--once", "--config", homelab, "--only", "grafana")
            #expect(once.status == 1)
            #expect(
                once.output.contains(
                    "this release stores secrets as separate objects, which this version cannot write yet"
                )
            )
            once.expectNoSecrets()
            #expect(try await target.admin.list("core/applications/").isEmpty)
            #expect(try await target.admin.list("providers/oauth2/").isEmpty)
            #expect(try await target.admin.list("core/application_entitlements/").isEmpty)
        }
    }
}
