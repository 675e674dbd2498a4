import AuthentikSandbox
import Foundation
import JSON
import Subprocess
import TestSupport
import Testing

/// Months of a daemon's life in one go: what it did, and what its status, its metrics and its log said of it.
@Suite(.timeLimit(.minutes(60))) struct StoryTests {
    @Test func `a daemon's life`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await begins(daemon, workplace)
            try await healsDrift(daemon, workplace)
            try await takesTheFile(daemon, workplace)
            try await keepsTheLastGoodFile(daemon, workplace)
            try await losesAuthentik(daemon, workplace)
            try await takesTheSecret(daemon, workplace)
            try await takesTheToken(daemon, workplace)
            try await obeysSignals(daemon, workplace)
            let everything = daemon.output + daemon.errors
            for secret in [Workplace.token, Workplace.secret, "rotated-s3cr3t"] {
                #expect(!everything.contains(secret))
            }
        }
    }

    private func begins(_ daemon: DaemonProcess, _ workplace: Workplace) async throws {
        let status = try await daemon.settled("in sync") { $0["isInSync"] == true }
        #expect(try schemaMistakes(status, "status") == [])
        #expect(status["state"] == "in-sync")
        #expect(status["message"] == "all 2 services are in sync")
        #expect(status["passes"]?["lastAttempt"]?["triggers"] == ["start"])
        #expect(status["passes"]?["next"]?["reason"] == "interval")
        #expect(status.service("grafana")?["lastChange"]?["decision"] == "create")
        let conditions = status.service("grafana")?["conditions"]?.array ?? []
        #expect(conditions.map { $0["type"] } == ["SecretResolved", "Synced"])
        #expect(conditions.allSatisfy { $0["status"] == "True" })
        #expect(try await daemon.request("GET", "/readyz").status == 200)
        #expect(try await daemon.request("GET", "/healthz").status == 200)
        #expect(try await daemon.metric(#"reconcile_services{state="in-sync"}"#) == 2)
        #expect(try await daemon.metric(#"reconcile_passes_total{result="converged"}"#) == 1)
        #expect(try await daemon.metric(#"reconcile_writes_total{action="create-application-and-provider"}"#) == 1)
        #expect(daemon.log.count { $0["message"] == "service changed" && $0["action"] == "create" } == 2)
    }

    private func healsDrift(_ daemon: DaemonProcess, _ workplace: Workplace) async throws {
        try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
        let status = try await daemon.settled("drift is corrected") { $0.service("grafana")?["lastDrift"] != nil }
        #expect(try await workplace.admin.application("grafana")["group"] == "Apps")
        let drift = try #require(status.service("grafana")?["lastDrift"])
        #expect(drift["by"]?["username"] == "akadmin")
        #expect(drift["by"]?["address"] == "127.0.0.1")
        let event = drift["by"]?["event"]?.string ?? ""
        #expect(!event.isEmpty)
        #expect(drift["by"]?["link"]?.string == "\(workplace.address)/if/admin/#/events/log/\(event)")
        #expect(try schemaMistakes(status, "status") == [])
        #expect(try await daemon.get("/").contains("/if/admin/#/events/log/\(event)"))
        #expect(drift["changes"]?.array?.map { $0["field"] } == ["group"])
        #expect(drift["changes"]?.array?.first?["before"] == ["Elsewhere"])
        #expect(status["passes"]?["lastAttempt"]?["triggers"] == ["authentik"])
        #expect(status.service("grafana")?["state"] == "in-sync")
        let corrected = #"reconcile_drift_corrected_total{object="application",field="group"}"#
        #expect(try await daemon.eventually("it is counted") { try await daemon.metric(corrected) } == 1)
        let lines = daemon.log.filter { $0["service"] == "grafana" && $0["action"] == "update" }
        #expect(lines.map { $0["message"] } == ["drift corrected"])
        let line = try #require(lines.first)
        #expect(line["field"] == "group")
        #expect(line["change"] == "group: Elsewhere → Apps")
        #expect(line["reason"] == "group differs")
        #expect(line["drift.by"] == "akadmin")
        #expect(line["drift.address"] == "127.0.0.1")
        #expect(line["drift.event"]?.string?.hasSuffix("/if/admin/#/events/log/\(event)") == true)
        let newest = try #require(status["recentChanges"]?.array?.first)
        #expect(newest["name"] == "grafana" && newest["isDrift"] == true && newest["by"]?["username"] == "akadmin")
        #expect(status["recentChanges"]?.array?.count == 3)
        let links = status.service("grafana")?["links"]
        #expect(links?["authentik"]?.string == "\(workplace.address)/if/admin/#/core/applications/grafana")
        #expect(links?["service"] == "https://sso.example.net:8444")
    }

    private func takesTheFile(_ daemon: DaemonProcess, _ workplace: Workplace) async throws {
        let wiki = "  - slug: wiki\n    name: Wiki\n    launchURL: https://wiki.example.net\n"
        try workplace.write(Workplace.services + wiki)
        let status = try await daemon.settled("the new service is there") {
            $0.service("wiki")?["state"] == "in-sync"
        }
        #expect(status["totals"]?["services"] == 3)
        #expect(status["passes"]?["lastAttempt"]?["triggers"] == ["file"])
        #expect(try await workplace.admin.application("wiki")["meta_launch_url"] == "https://wiki.example.net")
        #expect(daemon.line("file loaded") != nil)
    }

    private func keepsTheLastGoodFile(_ daemon: DaemonProcess, _ workplace: Workplace) async throws {
        let good = try String(contentsOf: workplace.file, encoding: .utf8)
        let hash = try await daemon.status()["file"]?["hash"]
        try workplace.write(good.replacing("redirectPath:", with: "redirectpath:"))
        let status = try await daemon.settled("the file is invalid") { $0["state"] == "invalid-file" }
        #expect(try schemaMistakes(status, "status") == [])
        #expect(status["isInSync"] == false)
        #expect(status["file"]?["hash"] == hash)
        let problem = try #require(status["file"]?["problems"]?.array?.first)
        #expect(problem["line"] == 9)
        #expect(problem["message"]?.string?.contains("redirectpath") == true)
        #expect(try await daemon.metric("reconcile_file_valid") == 0)
        #expect(daemon.log.contains { $0["file.place"]?.string?.hasSuffix("services.yaml:9:5") == true })
        #expect(try await daemon.request("GET", "/readyz").status == 200)
        // What was good is still looked after.
        try await workplace.admin.deleteApplication("wiki")
        try await daemon.settled("wiki is back") { $0.service("wiki")?["lastDrift"] != nil }
        try workplace.write(good)
        try await daemon.settled("in sync") { $0["isInSync"] == true }
        #expect(try await daemon.metric("reconcile_file_valid") == 1)
    }

    private func losesAuthentik(_ daemon: DaemonProcess, _ workplace: Workplace) async throws {
        try workplace.set("unavailable=503,retry-after=0")
        let status = try await daemon.settled("Authentik is away") { $0["state"] == "unreachable" }
        #expect(try schemaMistakes(status, "status") == [])
        #expect(status["authentik"]?["isReachable"] == false)
        #expect(status["authentik"]?["error"]?.string?.contains("503") == true)
        #expect(status.service("grafana")?["state"] == "in-sync")
        let failed = try await daemon.settled("a pass has failed") { $0["passes"]?["failuresInARow"] != 0 }
        #expect(failed["passes"]?["lastAttempt"]?["result"] == "failed")
        #expect(failed["passes"]?["lastSuccess"]?["result"] == "converged")
        #expect(try await daemon.metric("reconcile_authentik_reachable") == 0)
        #expect(try await daemon.metric(#"reconcile_passes_total{result="failed"}"#) ?? 0 >= 1)
        #expect(daemon.line("Authentik unreachable") != nil)
        try workplace.set()
        let answer = try await daemon.pass()
        #expect(answer["pass"]?["result"] == "converged")
        let back = try await daemon.settled("Authentik is back") { $0["isInSync"] == true }
        #expect(back["authentik"]?["isReachable"] == true)
        #expect(back["passes"]?["failuresInARow"] == 0)
        #expect(daemon.line("Authentik reachable again") != nil)
    }

    private func takesTheSecret(_ daemon: DaemonProcess, _ workplace: Workplace) async throws {
        try Data("rotated-s3cr3t\n".utf8).write(to: workplace.secretFile, options: .atomic)
        try await daemon.eventually("the secret is rotated") {
            try await workplace.admin.provider("grafana")["client_secret"] == "rotated-s3cr3t" ? true : nil
        }
        let status = try await daemon.settled("it says so") {
            $0["passes"]?["lastAttempt"]?["triggers"] == ["secret"]
        }
        #expect(status.service("grafana")?["lastChange"]?["fields"] == ["provider.client_secret"])
        #expect(!String(decoding: status.serialized(), as: UTF8.self).contains("s3cr3t"))
        // It was the file that changed, and nobody's doing.
        #expect(status.service("grafana")?["lastDrift"]?["changes"]?.array?.map { $0["field"] } == ["group"])
        try FileManager.default.removeItem(at: workplace.secretFile)
        let blocked = try await daemon.settled("grafana is blocked") { $0.service("grafana")?["state"] == "blocked" }
        #expect(blocked["state"] == "out-of-sync")
        #expect(blocked.service("docs")?["state"] == "in-sync")
        #expect(blocked.service("grafana")?["conditions"]?.array?.map { $0["status"] } == ["False", "False"])
        #expect(try await daemon.metric(#"reconcile_services{state="blocked"}"#) == 1)
        try Data("rotated-s3cr3t\n".utf8).write(to: workplace.secretFile, options: .atomic)
        try await daemon.settled("in sync") { $0["isInSync"] == true }
    }

    private func takesTheToken(_ daemon: DaemonProcess, _ workplace: Workplace) async throws {
        try workplace.set("revoked")
        #expect(try await daemon.pass()["pass"]?["result"] == "failed")
        let refused = try await daemon.settled("refused") { $0["state"] == "refused" }
        #expect(refused["authentik"]?["isReachable"] == true)
        try workplace.set()
        try await workplace.admin.send(
            "POST",
            "core/tokens/",
            ["identifier": "rotated", "intent": "api", "expiring": false]
        )
        let token = try await workplace.admin.send("GET", "core/tokens/rotated/view_key/")["key"]?.string ?? ""
        try Data(token.utf8).write(to: workplace.tokenFile, options: .atomic)
        try await daemon.settled("the new token is in use") {
            $0["isInSync"] == true && $0["passes"]?["lastAttempt"]?["triggers"]?.array?.contains("token") == true
        }
        #expect(!daemon.errors.contains(token))
    }

    private func obeysSignals(_ daemon: DaemonProcess, _ workplace: Workplace) async throws {
        daemon.send(.terminalClosed)
        try await daemon.settled("SIGHUP") { $0["passes"]?["lastAttempt"]?["triggers"] == ["signal"] }
        #expect(try await daemon.end() == 0)
        #expect(daemon.line("ending: no new write begins") != nil)
        #expect(daemon.output == "")
    }
}
