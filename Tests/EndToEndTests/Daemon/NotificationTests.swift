import Foundation
import JSON
import TestSupport
import Testing

/// What a receiver of `--notify-url` gets.
@Suite(.timeLimit(.minutes(60))) struct NotificationTests {
    /// Of a webhook: its path is what makes it a secret.
    private static let path = "/hooks/n0t1fy-s3cr3t"

    private func bodies(_ server: CannedServer) throws -> [JSONValue] {
        try server.requests.map { try JSONValue(parsing: $0.body) }
    }

    @Test func `drift, a failure and its end are posted once each, and the address is nowhere else`() async throws {
        let server = try CannedServer(.text(200, "ok"))
        defer { server.stop() }
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--notify-url", "\(server.url)\(Self.path)")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            #expect(daemon.line("sending notifications")?["host"]?.string == "127.0.0.1:\(server.port)")
            #expect(server.requests.isEmpty)

            try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
            await server.received(1)
            let drift = try #require(try bodies(server).last)
            #expect(try schemaMistakes(drift, "notification") == [])
            #expect(drift["title"] == "homelab: drift corrected: grafana")
            #expect(drift["events"]?.array?.first?["message"] == "group: Elsewhere → Apps")
            #expect(drift["events"]?.array?.first?["by"] == "akadmin from 127.0.0.1")

            try FileManager.default.removeItem(at: workplace.secretFile)
            await server.received(2)
            let blocked = try #require(try bodies(server).last)
            #expect(blocked["title"] == "homelab: blocked: grafana" && blocked["severity"] == "error")
            for _ in 0..<3 { try await daemon.pass() }
            try Data("\(Workplace.secret)\n".utf8).write(to: workplace.secretFile, options: .atomic)
            await server.received(3)
            let recovered = try #require(try bodies(server).last)
            #expect(recovered["title"] == "homelab: recovered: grafana" && recovered["severity"] == "info")

            try await daemon.eventually("it is counted") {
                try await daemon.metric(#"reconcile_notifications_total{result="sent"}"#) == 3 ? true : nil
            }
            let page = try await daemon.get("/")
            let status = try await daemon.get("/status")
            let metrics = try await daemon.get("/metrics")
            #expect(try await daemon.end() == 0)
            for text in [daemon.errors, daemon.output, page, status, metrics] + server.requests.map(\.bodyText) {
                #expect(!text.contains("n0t1fy-s3cr3t") && !text.contains(Workplace.secret))
            }
        }
    }

    @Test func `a receiver that hangs holds up no pass, and the end is in time`() async throws {
        let server = try CannedServer(.silence)
        defer { server.stop() }
        try await withWorkplace { workplace in
            let file = workplace.folder.appending(path: "notify")
            try Data("\(server.url)\(Self.path)\n".utf8).write(to: file)
            let daemon = try workplace.daemon("--notify-url-file", file.path)
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
            await server.received(1)
            for _ in 0..<3 { #expect(try await daemon.pass()["pass"]?["result"] == "converged") }
            let start = ContinuousClock.now
            #expect(try await daemon.end() == 0)
            #expect(.now - start < Patience.limit)
            #expect(daemon.line("notifications not sent before the end")?["notifications"] == "1")
        }
    }

    @Test func `what the receiver refuses is logged by its host alone`() async throws {
        let server = try CannedServer(.text(404, "no \(Self.path) here"))
        defer { server.stop() }
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--notify-url", "\(server.url)\(Self.path)", "--notify-format", "slack")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
            let line: JSONValue = try await daemon.eventually("it says so") { daemon.line("notification not sent") }
            #expect(line["error"]?.string == "127.0.0.1:\(server.port) answers HTTP 404")
            #expect(try bodies(server).first?["text"]?.string?.hasPrefix("*homelab: drift corrected: grafana*") == true)
            #expect(try await daemon.metric(#"reconcile_notifications_total{result="failed"}"#) == 1)
            #expect(!daemon.errors.contains("n0t1fy-s3cr3t"))
            #expect(try await daemon.end() == 0)
        }
    }

    @Test(arguments: [
        (["--notify-url", "n0t1fy-s3cr3t"], "invalid notification URL: expected https://HOST/PATH"),
        (
            ["--notify-url", "https://x.example/a", "--notify-url-file", "/x"],
            "--notify-url and --notify-url-file exclude"
        ),
        (["--notify-url-file", "/nonexistent/notify"], "invalid notification URL in the file '/nonexistent/notify'"),
        (["--notify-url", "https://ntfy.sh/"], "expected https://HOST/TOPIC for ntfy"),
    ])
    func `an address of no use is refused at the start, and not repeated`(
        _ arguments: [String],
        _ message: String
    ) async throws {
        let result = try await Command(["--sandbox", "--config", homelab] + arguments).run()
        #expect(result.status == 64)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(!result.errors.contains("n0t1fy-s3cr3t"))
    }
}
