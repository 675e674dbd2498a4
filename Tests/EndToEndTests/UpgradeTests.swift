import Foundation
import JSON
import TestSupport
import Testing

/// A create that was left half done, and an upgrade of Authentik before the next pass.
@Suite(.timeLimit(.minutes(60))) struct UpgradeTests {
    struct Step: Sendable, CustomTestStringConvertible {
        var old: String
        var new: String
        var adopt: String
        var testDescription: String { "\(old) → \(new), adopt: \(adopt)" }
    }

    private static let steps = ["never", "matching"].flatMap { adopt in
        [
            ("2024.12", "2025.12"), ("2024.12", "2026.8"), ("2025.12", "2026.5"), ("2025.12", "2026.8"),
            ("2026.2", "2026.5"), ("2026.5", "2026.8"), ("2025.12", "2025.12"),
        ].map { Step(old: $0, new: $1, adopt: adopt) }
    }

    /// Each that some release does not have, and what hides a tile, which is not the same on all.
    private static let fields = [
        "hidden: true", "launchURL: blank://blank", "icon: fa://fa-gauge", "refreshTokenThreshold: hours=1",
        "logoutRedirectURIs: [\"https://sso.example.net:8444/bye\"]", "logoutURI: https://sso.example.net:8444/out",
        "logoutMethod: frontchannel", "grantTypes: [authorization_code]", "description: Dashboards",
    ]

    /// A service with all of them, one without any, and one with each.
    private static func file(_ step: Step) -> String {
        let sets = [fields, []] + fields.map { [$0] }
        let each = sets.enumerated().map { index, fields in
            let lines = fields + ["adopt: \(step.adopt)"]
            return (grafana() + lines.map { "  \($0)\n" }.joined())
                .replacing("slug: grafana\n", with: "slug: app-\(index)\n")
                .replacing("port: 8444\n", with: "port: \(8450 + index)\n")
        }
        return services(each.joined())
    }

    @Test(arguments: steps)
    func `it is finished, whatever field the upgrade brought`(_ step: Step) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let state = folder.appending(path: "state.json").path
        let count = Self.fields.count + 2
        try await withServices(Self.file(step)) { path in
            let fault = "reset=before,method=POST,path=/api/v3/core/application_entitlements/"
            let older = try SandboxProcess(
                token: token,
                ["--state", state, "--release", step.old, "--fault", fault]
            )
            let killed = try await run(older, path)
            #expect(killed.status == 1, "\(killed.output)\(killed.errors)")
            #expect(try await older.stop() == 0)

            let newer = try SandboxProcess(token: token, ["--state", state, "--release", step.new])
            #expect(try await Admin(baseURL: newer.baseURL(), token: token).list("core/applications/").count == count)
            let finished = try await run(newer, path)
            #expect(finished.status == 0, "\(finished.output)\(finished.errors)")
            #expect(finished.output.contains("\(count) adopted"), "\(finished.output)")
            let calm = try await run(newer, path)
            #expect(calm.output.contains("\(count) services: \(count) in sync"), "\(calm.output)")
            #expect(newer.requests.count { $0.hasPrefix("PUT") } == 0)
            #expect(try await newer.stop() == 0)
        }
    }

    private func run(_ sandbox: SandboxProcess, _ path: String) async throws -> Command.Result {
        let address = ["AUTHENTIK_URL": try await sandbox.baseURL(), "AUTHENTIK_TOKEN": token]
        return try await Command(
            ["--once", "--config", path],
            environment: secrets.merging(address) { $1 }
        ).run()
    }

    /// What a file says by either field is there after the upgrade, and is not written again.
    @Test(arguments: ["2024.12", "2025.12", "2026.2"], ["hidden: true", "launchURL: blank://blank"])
    func `a hidden tile is no drift after an upgrade`(_ old: String, _ field: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let state = folder.appending(path: "state.json").path
        let bookmark = "- {slug: docs, name: Docs, port: 8446, \(field)}\n"
        try await withServices(services(grafana(field) + bookmark)) { path in
            let older = try SandboxProcess(token: token, ["--state", state, "--release", old])
            #expect(try await run(older, path).status == 0)
            let again = try await run(older, path)
            #expect(again.output.contains("2 services: 2 in sync"), "\(again.output)")
            #expect(try await older.stop() == 0)
            for new in ["2026.5", "2026.8"] {
                let newer = try SandboxProcess(token: token, ["--load", state, "--release", new])
                let first = try await run(newer, path)
                #expect(first.status == 0)
                #expect(first.output.contains("2 services: 2 in sync"), "\(first.output)")
                #expect(first.output.contains("no writes"))
                for object in try await Admin(baseURL: newer.baseURL(), token: token).list("core/applications/") {
                    #expect(object["meta_hide"] == true)
                }
                // What the file does not say any more goes back to what a new application has, as on one release.
                let dropped = services(grafana("") + "- {slug: docs, name: Docs, port: 8446}\n")
                try await withServices(dropped) { path in
                    #expect(try await run(newer, path).status == 0)
                    for object in try await Admin(baseURL: newer.baseURL(), token: token).list("core/applications/") {
                        #expect(object["meta_hide"] == false)
                    }
                    #expect(try await run(newer, path).output.contains("no writes"))
                }
                #expect(try await newer.stop() == 0)
            }
        }
    }
}
