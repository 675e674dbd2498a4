import AuthentikSandbox
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct PlanTests {
    @Test func endsWithTwoWhileThereAreChangesAndWithZeroAfterwards() async throws {
        try await withTarget { target in
            let before = try await target.run("plan", "--config", homelab)
            #expect(before.status == 2)
            let next = "Run: reconcile --once --config \(homelab)"
            #expect(before.output.contains("Plan: 7 to create, 1 group to create.\n\(next)\n"))
            before.expectNoSecrets()
            #expect(target.writes == [])
            #expect(try await target.run("--once", "--config", homelab).status == 0)
            target.sandbox.resetRequests()
            let after = try await target.run("plan", "--config", homelab)
            #expect(after.status == 0)
            #expect(after.output.contains("Plan: nothing to do; 7 in sync."))
            #expect(target.writes == [])
            #expect(target.sandbox.requests.count == 14)
        }
    }

    @Test func isThereForMachinesToo() async throws {
        try await withTarget { target in
            let result = try await target.run("plan", "--config", homelab, "--output", "json")
            #expect(result.status == 2)
            result.expectNoSecrets()
            let plan = try JSONValue(parsing: Array(result.output.utf8))
            #expect(try schemaMistakes(plan, "plan") == [])
            #expect(plan["kind"] == "plan")
            #expect(plan["version"] == 1)
            #expect(plan["authentik"]?["release"] == "2025.12.4")
            #expect(plan["summary"]?["create"] == 7)
            #expect(plan["services"]?.array?.compactMap { $0["slug"]?.string }.first == "argocd")
            #expect(plan["services"]?.array?.first?["location"]?.string?.hasPrefix("manifests/homelab.yaml:") == true)
        }
    }

    @Test func endsWithOneIfSomethingIsStuck() async throws {
        try await withTarget { target in
            let result = try await target.run(
                "plan",
                "--config",
                homelab,
                changing: ["ARGOCD_OIDC_CLIENT_SECRET": nil]
            )
            #expect(result.status == 1)
            #expect(result.output.contains("! argocd"))
        }
    }
}

extension PlanTests {
    @Test func isThereForAPullRequest() async throws {
        try await withTarget { target in
            let result = try await target.run("plan", "--config", homelab, "--output", "markdown")
            #expect(result.status == 2)
            #expect(result.output.hasPrefix("### Plan: 7 to create, 1 group to create\n"))
            #expect(result.output.contains("**create** `mkdocs`"))
            #expect(result.output.contains("+ clientSecret       (set)"))
            result.expectNoSecrets()
        }
    }

    @Test func isColoredWhereAskedToBe() async throws {
        try await withTarget { target in
            let colored = try await target.run("plan", "--config", homelab, "--color", "always")
            #expect(colored.output.contains("\u{1B}["))
            let plain = try await target.run("plan", "--config", homelab, changing: ["NO_COLOR": "1"])
            #expect(!plain.output.contains("\u{1B}"))
        }
    }
}

@Suite(.timeLimit(.minutes(60))) struct ValidateTests {
    @Test func needsNeitherNetworkNorSecrets() async throws {
        let result = try await Command(["validate", "--config", homelab]).run()
        #expect(result.status == 0)
        let counts = "7 services: 2 with OIDC, 2 with forward auth, 3 bookmarks"
        #expect(result.output == "\(counts); owner 'homelab'. The file is valid.\n")
        #expect(result.errors == "")
    }

    @Test func takesTheFileFromTheEnvironment() async throws {
        let result = try await Command(["validate"], environment: ["RECONCILE_CONFIG": homelab]).run()
        #expect(result.status == 0)
    }
}
