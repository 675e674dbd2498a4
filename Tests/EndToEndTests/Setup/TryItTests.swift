import Foundation
import JSON
import TestSupport
import Testing

/// The first five minutes, as the README and the program's own words lead through them.
@Suite(.timeLimit(.minutes(60))) struct TryItTests {
    @Test func `with a sandbox in another process, secrets are generated, and the same each time`() async throws {
        let sandbox = try SandboxProcess(token: token)
        let printed = try await sandbox.output(containing: "curl -X PATCH")
        let environment = try environment(printed)
        let plan = try await Command(["plan", homelab], environment: environment).run()
        #expect(plan.status == 2)
        #expect(plan.output.hasPrefix("Authentik 2025.12.4 at \(environment["AUTHENTIK_URL"] ?? "") (sandbox)\n"))
        #expect(plan.output.contains("env GRAFANA_OAUTH_CLIENT_SECRET"))
        let applied = try await Command(["apply", homelab], environment: environment).run()
        #expect(applied.status == 0, "\(applied.output)")
        #expect(try await Command(["plan", homelab], environment: environment).run().status == 0)
        let verified = try await Command(["verify", homelab], environment: environment).run()
        #expect(verified.status == 0, "\(verified.output)")
        let doctor = try await Command(["doctor", homelab], environment: environment).run()
        #expect(doctor.status == 0, "\(doctor.output)")

        // What is set is used, also there.
        let own = environment.merging(["GRAFANA_OAUTH_CLIENT_SECRET": "0wn-s3cr3t"]) { $1 }
        let changed = try await Command(["plan", homelab], environment: own).run()
        #expect(changed.status == 2)
        #expect(changed.output.contains("clientSecret"))
        #expect(try await sandbox.stop() == 0)
    }

    @Test func `never for an Authentik that does not say that it is a sandbox`() async throws {
        try await withTarget { target in
            let missing: [String: String?] = ["GRAFANA_OAUTH_CLIENT_SECRET": nil, "ARGOCD_OIDC_CLIENT_SECRET": nil]
            let plan = try await target.run("plan", homelab, changing: missing)
            #expect(plan.status == 1)
            #expect(plan.output.contains("the secret (env GRAFANA_OAUTH_CLIENT_SECRET) is not set"))
            #expect(!plan.output.contains("(sandbox)"))
        }
    }

    @Test func `without --port any free one does where 9000 is taken`() async throws {
        // Of two, at least one does not get it.
        let first = try SandboxProcess(token: token, port: nil)
        let one = try await first.baseURL()
        let second = try SandboxProcess(token: token, port: nil)
        let two = try await second.baseURL()
        #expect(one != two)
        #expect(try await first.stop() == 0)
        #expect(try await second.stop() == 0)
    }

    @Test func `a daemon with a sandbox says where that is, and corrects what the printed line changes`() async throws {
        let daemon = try DaemonProcess(["--config", homelab, "--sandbox", "--audit-seconds", "1"], environment: [:])
        try await daemon.settled("in sync") { $0["isInSync"] == true }
        let printed = daemon.output
        let environment = try environment(printed)
        let admin = try Admin(
            baseURL: environment["AUTHENTIK_URL"] ?? "",
            token: environment["AUTHENTIK_TOKEN"] ?? ""
        )
        #expect(!daemon.errors.contains(environment["AUTHENTIK_TOKEN"] ?? "-"))
        let command = try #require(printed.firstRange(of: "curl -X PATCH"))
        if FileManager.default.fileExists(atPath: "/usr/bin/curl") {
            let answer = try await shell(String(printed[command.lowerBound...]), ["PATH": "/usr/bin:/bin"])
            #expect(answer.contains("Changed by hand"), "\(answer)")
        } else {
            try await admin.changeApplication("grafana", ["name": "Changed by hand"])
        }
        try await daemon.settled("drift is corrected") { status in
            ["grafana", "argocd"].contains { slug in status.service(slug)?["lastDrift"] != nil }
        }
        #expect(try await admin.application("grafana")["name"] == "Grafana")
        #expect(try await daemon.end() == 0)
    }

    /// As the printed line exports it.
    private func environment(_ printed: String) throws -> [String: String] {
        let match = try #require(printed.firstMatch(of: #/export AUTHENTIK_URL=(\S+) AUTHENTIK_TOKEN=(\S+)/#))
        return ["AUTHENTIK_URL": String(match.1), "AUTHENTIK_TOKEN": String(match.2)]
    }
}
