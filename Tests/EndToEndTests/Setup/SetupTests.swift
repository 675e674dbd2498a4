import AuthentikSandbox
import Foundation
import JSON
import KubernetesSupport
import TestSupport
import Testing

/// From an administrator's token to a daemon that may do no more than it has to: `bootstrap`, `doctor` and the daemon,
/// on a sandbox that enforces permissions.
@Suite(.timeLimit(.minutes(60))) struct SetupTests {
    private func environment(_ workplace: Workplace, token: String? = nil) -> [String: String] {
        var environment = ["AUTHENTIK_URL": workplace.address]
        environment["AUTHENTIK_TOKEN"] = token
        return environment
    }

    @Test(arguments: [["export", "--all"], ["bootstrap"], ["doctor"]])
    func `what a sandbox made for one run is of no use to does not offer it`(_ command: [String]) async throws {
        let result = try await Command(command + ["--sandbox"]).run()
        #expect(result.status == 64)
        #expect(result.errors.contains("unknown option '--sandbox'"))
        let help = try await Command(command + ["--help"]).run()
        #expect(help.status == 0 && !help.output.contains("built-in Authentik"))
    }

    @Test func `nothing is made if the token could not be written`() async throws {
        try await withWorkplace { workplace in
            let file = workplace.folder.appending(path: "missing/token").path
            let admin = environment(workplace, token: Workplace.token)
            let result = try await Command(["bootstrap", "--write-file", file], environment: admin).run()
            #expect(result.status == 1)
            #expect(result.errors.contains("the token cannot be written to '\(file)': its folder "), "\(result.errors)")
            #expect(workplace.sandbox.requests.isEmpty)
        }
    }

    @Test func `a token that is ignored beside a token file is reported`() async throws {
        try await withWorkplace { workplace in
            var both = environment(workplace, token: "another-token")
            both["AUTHENTIK_TOKEN_FILE"] = workplace.tokenFile.path
            let plan = ["plan", "--config", workplace.file.path]
            let ignored = "AUTHENTIK_TOKEN is ignored, because AUTHENTIK_TOKEN_FILE is set, too"
            let result = try await Command(plan, environment: both).run()
            #expect(result.status == 2 && result.errors.contains(ignored), "\(result.errors)")
            // Who gives the option means it.
            let given = plan + ["--token-file", workplace.tokenFile.path]
            let meant = try await Command(given, environment: both).run()
            #expect(meant.status == 2 && !meant.errors.contains(ignored), "\(meant.errors)")
        }
    }

    @Test func `an account is made once, and a daemon works with it and can do nothing else`() async throws {
        try await withWorkplace { workplace in
            let file = workplace.folder.appending(path: "made").path
            let arguments = ["bootstrap", "--write-file", file]
            let admin = environment(workplace, token: Workplace.token)
            let made = try await Command(arguments, environment: admin).run()
            #expect(made.status == 0)
            #expect(made.output == "")
            #expect(made.errors.hasSuffix("wrote the token to '\(file)'\n"))
            let token = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
            #expect(!made.errors.contains(token))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)

            let again = try await Command(arguments, environment: admin).run()
            #expect(again.status == 0)
            #expect(
                again.errors == """
                    nothing to do: the account is complete
                    '\(file)' already holds the token

                    """
            )
            let printed = try await Command(["bootstrap"], environment: admin).run()
            #expect(printed.output == "\(token)\n")

            let checked = try await Command(
                ["doctor", "--config", workplace.file.path, "--token-file", file],
                environment: environment(workplace)
            ).run()
            #expect(checked.status == 0)
            #expect(
                checked.output == """
                    = Authentik    \(workplace.address) answers
                    = release      2025.12.4
                    = token        belongs to the account 'reconcile'
                    = permissions  17 of 17, everything that a pass needs
                    = file         2 services, owner 'homelab'
                    = names        Authentik has every flow, key, scope, group, user and policy that the file names
                    = secrets      1 secret can be used

                    Nothing is wrong.

                    """
            )

            let daemon = try workplace.daemon("--token-file", file)
            let status = try await daemon.settled("in sync") { $0["isInSync"] == true }
            #expect(status["authentik"]?["isAuditLogWatched"] == true)
            try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
            try await daemon.settled("drift is corrected") { $0.service("grafana")?["lastDrift"] != nil }
            #expect(try await workplace.admin.application("grafana")["group"] == "Apps")
            try workplace.write(
                Workplace.services.replacing("services:", with: "prune: true\nservices:")
                    .replacing("  - slug: docs", with: "  - slug: docs\n    state: absent")
            )
            try await daemon.eventually("it deletes what is not wanted") {
                try await workplace.admin.list("core/applications/?superuser_full_list=true&slug=docs").isEmpty
                    ? true : nil
            }
            #expect(try await daemon.end() == 0)
            // Nothing else is allowed.
            let limited = try Admin(baseURL: workplace.address, token: token)
            for (method, path, body) in [
                ("GET", "core/tokens/", JSONValue?.none), ("GET", "core/users/", .none),
                ("POST", "core/groups/", ["name": "x"]), ("POST", "rbac/roles/", ["name": "x"]),
                ("GET", "core/tokens/reconcile-api/view_key/", .none),
            ] {
                await #expect(throws: (any Error).self, "\(method) \(path)") {
                    try await limited.send(method, path, body)
                }
            }
        }
    }

    @Test func `the token can be written into a Secret, and no other place`() async throws {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                var admin = environment(workplace, token: Workplace.token)
                let arguments = ["bootstrap", "--write-secret", "authentik/reconcile-token"]
                let nowhere = try await Command(arguments, environment: admin).run()
                #expect(nowhere.status == 64)
                #expect(nowhere.errors.contains("--write-secret needs a Kubernetes API"))
                // Nothing was made for a token that has no place.
                #expect(try await workplace.admin.list("core/users/?username=reconcile").isEmpty)

                admin["KUBECONFIG"] = try kubernetes.writeKubeconfig()
                let made = try await Command(arguments, environment: admin).run()
                #expect(made.status == 0)
                let token = try #require(kubernetes.secretValue("reconcile-token", in: "authentik", "token"))
                #expect(!made.errors.contains(token))
                #expect(try await Command(["bootstrap"], environment: admin).run().output == "\(token)\n")

                kubernetes.rules = []
                let refused = try await Command(arguments, environment: admin).run()
                #expect(refused.status == 1)
                #expect(refused.errors.contains("needs 'patch' on secrets 'reconcile-token'"))
                #expect(!refused.errors.contains(token))
            }
        }
    }

    @Test(arguments: [
        (["--sandbox"], "unknown option '--sandbox'"), (["--account", "a b"], "invalid --account; expected"),
        (["--write-secret", "name"], "invalid --write-secret; expected NAMESPACE/NAME"),
        (["--write-file", "a", "--write-secret", "b/c"], "cannot be combined with"),
    ])
    func `what bootstrap cannot do is said before anything is made`(arguments: [String], complaint: String) async throws
    {
        let result = try await Command(
            ["bootstrap"] + arguments,
            environment: ["AUTHENTIK_URL": "http://127.0.0.1:1", "AUTHENTIK_TOKEN": "x"]
        ).run()
        #expect(result.status == 64)
        #expect(result.errors.contains(complaint))
    }
}
