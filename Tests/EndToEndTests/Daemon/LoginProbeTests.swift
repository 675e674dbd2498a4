import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// A daemon proves that logins work.
@Suite(.timeLimit(.minutes(60))) struct LoginProbeTests {
    @Test func `a login that does not work is told everywhere, and so is its end`() async throws {
        try await withWorkplace { workplace in
            // The API tells that all is as declared; the outside sees something else.
            try workplace.set("html=404,path=/application/o/grafana/.well-known/")
            let daemon = try workplace.daemon("--verify-seconds", "3600")
            let status = try await daemon.settled("it is seen") { $0.service("grafana")?["state"] == "unverified" }
            #expect(try schemaMistakes(status, "status") == [])
            #expect(status["state"] == "out-of-sync" && status["isInSync"] == false)
            #expect(status["message"] == "in sync, but the login check failed: grafana")
            let condition = status.service("grafana")?["conditions"]?.array?.first { $0["type"] == "Verified" }
            #expect(condition?["status"] == "False" && condition?["reason"] == "DiscoveryNotFound")
            #expect(condition?["remedy"]?.string?.hasPrefix("run 'reconcile --once --config ") == true)
            #expect(try await daemon.metric(#"reconcile_services{state="unverified"}"#) == 1)
            let line = try #require(daemon.line("login check failed"))
            #expect(line["service"] == "grafana" && line["reason"] == "DiscoveryNotFound")
            let page = try await daemon.get("/")
            #expect(page.contains("unverified") && page.contains("DiscoveryNotFound"))
            let text = try await Command(["status", "--url", try await daemon.url()]).run()
            #expect(text.status == 1 && text.output.contains("! grafana  unverified  "), "\(text.output)")
            #expect(text.output.contains("\n      -> run 'reconcile --once --config "))

            try workplace.set()
            try await daemon.pass()
            let after = try await daemon.settled("it is proved") { $0["isInSync"] == true }
            let verified = after.service("grafana")?["conditions"]?.array?.first { $0["type"] == "Verified" }
            #expect(verified?["status"] == "True")
            #expect(daemon.line("login check passed again")?["service"] == "grafana")
            #expect(try await daemon.metric(#"reconcile_services{state="unverified"}"#) == 0)

            // Cached while nothing changes, and proved again after a change.
            workplace.sandbox.resetRequests()
            try await daemon.pass()
            func probes() -> Int { workplace.sandbox.requests.count { $0.path.hasPrefix("/application/o/") } }
            #expect(probes() == 0)
            try await workplace.admin.changeProvider("grafana", ["redirect_uris": []])
            try await daemon.pass()
            try await daemon.eventually("it is probed") { probes() >= 4 ? true : nil }
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `a file and an option leave it`() async throws {
        try await withWorkplace { workplace in
            try workplace.set("html=404,path=/application/o/grafana/.well-known/")
            try workplace.write(Workplace.services.replacing("port: 8444", with: "port: 8444\n    verify: false"))
            let daemon = try workplace.daemon("--verify-seconds", "3600")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try await daemon.pass()
            #expect(!workplace.sandbox.requests.contains { $0.path.hasPrefix("/application/o/") })
            #expect(try await daemon.end() == 0)
            let once = try await Command(
                ["verify", "--config", workplace.file.path, "--token-file", workplace.tokenFile.path],
                environment: ["AUTHENTIK_URL": workplace.address]
            ).run()
            #expect(once.status == 0)
            #expect(once.output.contains("no login to probe; 1 without a login; 1 left out by the file. 0 probes"))
            try workplace.write(Workplace.services)
            let never = try workplace.daemon("--verify-seconds", "0")
            try await never.settled("in sync") { $0["isInSync"] == true }
            try await never.pass()
            #expect(!workplace.sandbox.requests.contains { $0.path.hasPrefix("/application/o/") })
            #expect(try await never.end() == 0)
            let wrong = try await Command(["--config", workplace.file.path, "--verify-seconds", "-1"]).run()
            #expect(wrong.status == 64)
        }
    }
}
