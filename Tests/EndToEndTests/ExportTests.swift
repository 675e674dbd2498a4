import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct ExportTests {
    @Test func printsAFileInWhichAPlanFindsNothing() async throws {
        try await withTarget { target in
            #expect(try await target.run("--once", "--config", homelab).status == 0)
            target.sandbox.resetRequests()
            let export = try await target.run("export", "--owner", "homelab")
            #expect(export.status == 0)
            #expect(target.writes == [])
            #expect(target.sandbox.requests.count == 14)
            export.expectNoSecrets()
            #expect(export.output.contains("secretRef: {env: GRAFANA_CLIENT_SECRET}"))
            #expect(export.output.hasSuffix("\n# 7 applications: 7 services.\n"))

            let plan = try await target.plan(of: export)
            #expect(plan.status == 0, "\(plan.output)\(plan.errors)")
            #expect(plan.output.contains("Plan: nothing to do; 7 in sync."))
            #expect(plan.errors == "")
            plan.expectNoSecrets()
        }
    }

    @Test func takesInWhatWasMadeByHand() async throws {
        try await withTarget { target in
            #expect(try await target.run("--once", "--config", homelab).status == 0)
            try await target.admin.send(
                "POST",
                "core/applications/",
                ["name": "a\n- slug: evil", "slug": "by-hand", "meta_launch_url": "https://by-hand.example.org/"]
            )
            try await target.admin.send("POST", "core/applications/", ["name": "Nothing", "slug": "nothing"])

            let mine = try await target.run("export", "--owner", "homelab")
            #expect(mine.output.contains("# 2 other applications do not carry the mark of 'homelab'"))
            #expect(mine.errors.contains("use --all to include them"))

            let export = try await target.run("export", "--all")
            #expect(export.status == 0)
            #expect(export.output.contains("owner: homelab"))
            #expect(export.output.contains("  # - slug: nothing"))
            #expect(export.errors.contains("nothing to launch"))
            export.expectNoSecrets()
            let plan = try await target.plan(of: export)
            #expect(plan.status == 2, "\(plan.output)\(plan.errors)")
            #expect(plan.output.contains("Plan: 1 to adopt; 7 in sync."))
            #expect(plan.output.contains("~ by-hand"))
            #expect(plan.output.contains("exists without an ownership mark and matches the file"))
            plan.expectNoSecrets()
        }
    }

    @Test func saysWhatItNeeds() async throws {
        try await withTarget { target in
            for (arguments, text) in [
                (["export"], "--owner NAME"), (["export", "--owner", "two words"], "--owner is not a valid name"),
                (["export", "--all", "--sandbox"], "unknown option '--sandbox'"),
            ] {
                let result = try await Command(arguments, environment: target.environment).run()
                #expect(result.status == 64)
                #expect(result.output == "")
                #expect(result.errors.contains(text), "\(result.errors)")
            }
            let refused = try await target.run("export", "--all", changing: ["AUTHENTIK_TOKEN": "wrong"])
            #expect(refused.status == 77)
            #expect(refused.output == "")
            let nobody = try await target.run(
                "export",
                "--all",
                "--timeout-seconds",
                "1",
                changing: ["AUTHENTIK_URL": "http://127.0.0.1:1"]
            )
            #expect(nobody.status == 69)
            let help = try await target.run("export", "--help")
            #expect(help.status == 0)
            #expect(help.output.contains("reconcile export --all --owner homelab > services.yaml"))
        }
    }

    @Test func anAccountThatSeesOnlySomeIsRefused() async throws {
        try await withTarget { target in
            let account = try await target.admin.send("POST", "core/users/service_account/", ["name": "limited"])
            try await target.admin.send(
                "POST",
                "core/tokens/",
                ["identifier": "limited", "user": account["user_pk"] ?? .null, "intent": "api", "expiring": false]
            )
            let token = try await target.admin.send("GET", "core/tokens/limited/view_key/")["key"]?.string
            let result = try await target.run("export", "--all", changing: ["AUTHENTIK_TOKEN": token])
            #expect(result.status == 77)
            #expect(result.output == "")
            #expect(result.errors.contains("an export needs the token of a superuser"))
        }
    }
}

extension Target {
    /// Plans what was exported, the secrets in the variables that it names.
    fileprivate func plan(of export: Command.Result) async throws -> Command.Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString).yaml")
        try Data(export.output.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await run(
            "plan",
            "--config",
            file.path,
            changing: [
                "GRAFANA_CLIENT_SECRET": secrets["GRAFANA_OAUTH_CLIENT_SECRET"],
                "ARGOCD_CLIENT_SECRET": secrets["ARGOCD_OIDC_CLIENT_SECRET"],
            ]
        )
    }
}
