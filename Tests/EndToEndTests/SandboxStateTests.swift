import Foundation
import JSON
import TestSupport
import Testing

/// `reconcile sandbox` with a release and a state, as a process.
@Suite(.timeLimit(.minutes(60))) struct SandboxStateTests {
    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func environment(_ sandbox: SandboxProcess) async throws -> [String: String] {
        secrets.merging(["AUTHENTIK_URL": try await sandbox.baseURL(), "AUTHENTIK_TOKEN": token]) { $1 }
    }

    @Test func whatAPassMadeIsThereAfterARestart() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: "state.json").path
            let first = try SandboxProcess(token: token, ["--state", file, "--release", "2026.8"])
            let pass = try await Command(
                ["--once", "--config", homelab],
                environment: try await environment(first)
            ).run()
            #expect(pass.status == 0)
            #expect(try await first.stop() == 0)

            let second = try SandboxProcess(token: token, ["--state", file])
            let plan = try await Command(["plan", "--config", homelab], environment: try await environment(second))
                .run()
            #expect(plan.status == 0)
            #expect(plan.output.contains("Authentik 2026.8.6"))
            #expect(plan.output.contains("7 in sync"))
            #expect(try await second.stop() == 0)

            let third = try SandboxProcess(token: token, ["--load", file])
            let admin = try Admin(baseURL: try await third.baseURL(), token: token)
            try await admin.deleteApplication("grafana")
            #expect(try await third.stop() == 0)
            // What was only loaded is not written.
            let again = try SandboxProcess(token: token, ["--load", file])
            let names = try await Admin(baseURL: try await again.baseURL(), token: token).list("core/applications/")
            #expect(names.count == 7)
            #expect(try await again.stop() == 0)
        }
    }

    @Test func aStateIsUpgradedAndNotTakenBack() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: "state.json").path
            let older = try SandboxProcess(token: token, ["--state", file])
            let environment = try await environment(older)
            #expect(try await Command(["--once", "--config", homelab], environment: environment).run().status == 0)
            #expect(try await older.stop() == 0)

            let newer = try SandboxProcess(token: token, ["--state", file, "--release", "2026.8"])
            let admin = try Admin(baseURL: try await newer.baseURL(), token: token)
            #expect(try await admin.provider("grafana")["grant_types"]?.array?.count == 7)
            #expect(try await newer.stop() == 0)

            let back = try await Command(["sandbox", "--state", file, "--release", "2025.12"]).run()
            #expect(back.status == 64)
            #expect(back.errors.contains("is of 2026.8: Authentik does not go back to an older release"))
        }
    }

    @Test(arguments: ["2024.12", "2025.12", "2026.2", "2026.5", "2026.8"])
    func everyReleaseConverges(_ release: String) async throws {
        let sandbox = try SandboxProcess(token: token, ["--release", release])
        let environment = try await environment(sandbox)
        let first = try await Command(["--once", "--config", homelab], environment: environment).run()
        #expect(first.status == 0)
        first.expectNoSecrets()
        let writes = sandbox.requests.count { !$0.hasPrefix("GET") }
        let second = try await Command(["--once", "--config", homelab], environment: environment).run()
        #expect(second.status == 0)
        #expect(second.output.contains("7 in sync"))
        #expect(sandbox.requests.count { !$0.hasPrefix("GET") } == writes)
        #expect(try await sandbox.stop() == 0)
    }

    @Test func aWrongStateIsOneSentence() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: "state.json")
            try Data("{}".utf8).write(to: file)
            let broken = try await Command(["sandbox", "--state", file.path]).run()
            #expect(broken.status == 1)
            #expect(
                broken.errors
                    == "error: the sandbox cannot read a state from '\(file.path)': .format is missing\n"
            )
            #expect(try String(contentsOf: file, encoding: .utf8) == "{}")
            let both = try await Command(["sandbox", "--state", file.path, "--load", file.path]).run()
            #expect(both.status == 64)
            let unknown = try await Command(["sandbox", "--release", "2023.1"]).run()
            #expect(unknown.status == 64)
            #expect(unknown.errors.contains("known are 2024.12, 2025.12, 2026.2, 2026.5, 2026.8"))
        }
    }
}
