import Foundation
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct NarrowingTests {
    @Test func onlyTheNamedServicesArePlannedWrittenAndCounted() async throws {
        try await withTarget { target in
            let plan = try await target.run(
                "plan",
                "--config",
                homelab,
                "--only",
                "trivy",
                "--only",
                "grafana",
                changing: ["ARGOCD_OIDC_CLIENT_SECRET": nil]
            )
            #expect(plan.status == 2)
            #expect(plan.output.contains("Plan for grafana, trivy only: 2 to create.\nRun: "))
            #expect(plan.output.contains("reconcile --once --config \(homelab) --only grafana --only trivy\n"))
            #expect(!plan.output.contains("argocd"))
            let result = try await target.run("--once", "--config", homelab, "--only", "grafana")
            #expect(result.status == 0)
            #expect(result.output.contains("1 service: 1 created."))
            #expect(target.writes.count == 2)
            #expect(try await target.admin.list("core/applications/").count == 1)
        }
    }

    @Test func aNameThatIsNoServiceIsUsageWithASuggestion() async throws {
        try await withTarget { target in
            for command in ["plan", "--once"] {
                let result = try await target.run(command, "--config", homelab, "--only", "grafna", "--only", "trivy")
                #expect(result.status == 64)
                #expect(
                    result.errors == "error: --only: there is no service 'grafna', neither declared nor an orphan; "
                        + "did you mean 'grafana'?\n"
                )
            }
            #expect(target.writes == [])
        }
    }

    @Test func anOrphanIsThereIfNamed() async throws {
        try await withTarget { target in
            _ = try await target.run("--once", "--config", homelab)
            try await withFile("services.yaml") { path in
                let file = """
                    apiVersion: reconcile/v1
                    owner: homelab
                    host: holdens-mac-mini.story-larch.ts.net
                    services:
                      - {slug: trivy, name: Trivy Dashboard, port: 8448}
                    """
                try Data(file.utf8).write(to: URL(filePath: path))
                let all = try await target.run("plan", "--config", path)
                #expect(all.output.contains("6 orphaned"))
                let declared = try await target.run("plan", "--config", path, "--only", "trivy")
                #expect(!declared.output.contains("orphan"))
                let orphan = try await target.run("plan", "--config", path, "--only", "mkdocs")
                #expect(orphan.status == 0)
                #expect(orphan.output.contains("Plan for mkdocs only: nothing to do; 1 orphaned."))
            }
        }
    }

    @Test func withoutSecretsAPlanNeedsNoneAndComparesNone() async throws {
        try await withTarget { target in
            let without = ["GRAFANA_OAUTH_CLIENT_SECRET": String?.none, "ARGOCD_OIDC_CLIENT_SECRET": nil]
            let fresh = try await target.run("plan", "--config", homelab, "--without-secrets", changing: without)
            #expect(fresh.status == 2)
            #expect(fresh.output.contains("clientSecret       (not resolved)"))
            #expect(fresh.output.contains("Secrets are left out: not resolved, not compared"))
            #expect(
                fresh.output.contains("Run where the secrets are available: reconcile --once --config \(homelab)\n")
            )
            _ = try await target.run("--once", "--config", homelab)
            try await target.admin.changeProvider("grafana", ["client_secret": "by-hand"])
            let calm = try await target.run("plan", "--config", homelab, "--without-secrets", "-v", changing: without)
            #expect(calm.status == 0)
            #expect(calm.output.contains("Plan: nothing to do; 7 in sync."))
            #expect(calm.output.components(separatedBy: "note: its secret was not compared").count == 3)
            #expect(!calm.output.contains("by-hand"))
            #expect(try await target.run("plan", "--config", homelab).status == 2)
        }
    }
}
