import AuthentikSandbox
import Foundation
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

    /// The former provider, which is taken again, is refused: the one in use keeps its name.
    @Test func `where a login changes back, nothing is left half done either`() async throws {
        try await withNewer { target in
            func run(_ fields: String) async throws -> Command.Result {
                try await withFile("services.yaml") { path in
                    try Data(services("- {slug: gate, port: 8445, \(fields)}\n").utf8).write(to: URL(filePath: path))
                    return try await target.run("--once", "--config", path)
                }
            }
            let login = "redirectPath: /cb, secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}"
            for fields in [login, "forwardAuth: {mode: single}"] { #expect(try await run(fields).status == 0) }
            let before = try await target.admin.list("providers/all/")
            #expect(before.count == 2)
            target.sandbox.faults.set(.init(rules: [try .init(parsing: "refuse=client_secret")]))
            let changed = login.replacing("GRAFANA_OAUTH_CLIENT_SECRET", with: "ARGOCD_OIDC_CLIENT_SECRET")
            for _ in 1...2 {
                let refused = try await run(changed)
                #expect(refused.status == 1)
                #expect(refused.output.contains("1 service: 1 failed"), "\(refused.output)")
                #expect(try await target.admin.list("providers/all/") == before)
            }
            target.sandbox.faults.set(.init(rules: []))
            #expect(try await run(changed).status == 0)
            #expect(try await target.admin.list("providers/all/").count == 2)
        }
    }

    /// An application that has no provider yet, one of this program's and one of somebody's, and one whose provider is
    /// replaced by another kind: what has to be written before the new provider is taken back.
    @Test func `where a provider is added to an application, nothing is left half done either`() async throws {
        try await withNewer { target in
            func file(_ gate: String, _ docs: String, _ others: String = "") -> String {
                services("- {slug: gate, port: 8445, \(gate)}\n- {slug: docs, port: 8446\(docs)}\n\(others)")
            }
            let login = "redirectPath: /cb, secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}"
            try await withServices(file("forwardAuth: {mode: single}", "")) { path in
                let first = try await target.run("--once", "--config", path)
                #expect(first.status == 0, "\(first.output)")
            }
            try await target.admin.send("POST", "core/applications/", ["name": "Grafana", "slug": "grafana"])
            let paths = ["core/applications/", "providers/all/", "core/application_entitlements/"]
            func state() async throws -> [[JSONValue]] {
                var lists: [[JSONValue]] = []
                for path in paths { lists.append(try await target.admin.list(path)) }
                return lists
            }
            let before = try await state()
            target.sandbox.faults.set(.init(rules: [try .init(parsing: "refuse=client_secret")]))
            try await withServices(file(login, ", \(login)", grafana())) { path in
                for _ in 1...2 {
                    let once = try await target.run("--once", "--config", path)
                    #expect(once.status == 1)
                    #expect(once.output.contains("3 services: 3 failed"), "\(once.output)")
                    #expect(!once.output.contains("taking it back failed"))
                    #expect(try await state() == before)
                }
                target.sandbox.faults.set(.init(rules: []))
                #expect(try await target.run("--once", "--config", path).status == 0)
            }
        }
    }

    @Test func `what cannot be taken back is said, and finished later`() async throws {
        try await withNewer { target in
            try await target.admin.send("POST", "core/applications/", ["name": "Grafana", "slug": "grafana"])
            let rules = ["html=500,method=DELETE", "refuse=client_secret"]
            target.sandbox.faults.set(.init(rules: try rules.map { try .init(parsing: $0) }))
            try await withServices(services(grafana())) { path in
                let once = try await target.run("--once", "--config", path)
                #expect(once.status == 1)
                let words = "what was prepared for it stays, because taking it back failed: DELETE "
                #expect(once.output.contains(words), "\(once.output)")
                target.sandbox.faults.set(.init(rules: []))
                #expect(try await target.run("--once", "--config", path).status == 0)
                #expect(try await target.run("plan", "--config", path).status == 0)
            }
        }
    }
}
