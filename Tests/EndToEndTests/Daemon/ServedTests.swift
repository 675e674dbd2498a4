import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// Whether people get through to services behind an outpost, as a daemon and `--once` tell it while it comes and goes.
@Suite(.timeLimit(.minutes(60))) struct ServedTests {
    private static let services =
        Workplace.services + """
              - {slug: trivy, name: Trivy, port: 8448, forwardAuth: {outpost: edge}}
              - {slug: wiki, name: Wiki, port: 8449, forwardAuth: {}}

            """

    private func withEdge(
        lastSeen: Date? = nil,
        _ body: @escaping @Sendable (Workplace) async throws -> Void
    ) async throws {
        try await withWorkplace { workplace in
            workplace.sandbox.change { state in
                state.addOutpost(name: "edge", providers: ["other"])
                state.addOutpost(name: "unused", providers: ["third"])
                state.setHealth(ofOutpost: "edge", to: [OutpostInstance(hostname: "edge-0", lastSeen: lastSeen)])
            }
            try workplace.write(Self.services)
            try await body(workplace)
        }
    }

    /// What happens to whoever asks for its health.
    private func setEdge(_ fault: String, _ workplace: Workplace) throws {
        let edge = try #require(workplace.sandbox.state.outposts.first { $0.name == "edge" })
        try workplace.set("\(fault),path=/api/v3/outposts/instances/\(edge.pk)/health/")
    }

    private func health(_ workplace: Workplace) -> [RequestLogEntry] {
        workplace.sandbox.requests.filter { $0.path.contains("/health/") }
    }

    @Test func `an outpost that goes away is told once, and that it is back`() async throws {
        try await withEdge { workplace in
            let daemon = try workplace.daemon("--interval-seconds", "1")
            let first = try await daemon.settled("in sync") { $0["isInSync"] == true }
            #expect(try schemaMistakes(first, "status") == [])
            #expect(first.served("trivy")?["status"] == "True")
            #expect(first.served("trivy")?["reason"] == "Served")
            #expect(first.service("trivy")?["serving"]?["outpost"] == "edge")
            #expect(first.service("trivy")?["serving"]?["lastSeen"]?.string?.hasSuffix("Z") == true)
            #expect(first.service("wiki")?["serving"]?["outpost"]?.string == SandboxState.embeddedOutpost)
            #expect(first.service("grafana")?["serving"] == nil)
            #expect(try await daemon.metric(#"reconcile_services_by_served{served="served"}"#) == 2)

            let since = Date(timeIntervalSinceNow: -3600)
            workplace.sandbox.change { state in
                state.setHealth(ofOutpost: "edge", to: [OutpostInstance(hostname: "edge-0", lastSeen: since)])
            }
            let gone = try await daemon.settled("it is not seen") { $0.served("trivy")?["status"] == "False" }
            #expect(try schemaMistakes(gone, "status") == [])
            #expect(gone.served("trivy")?["reason"] == "OutpostNotSeen")
            #expect(gone.served("wiki")?["status"] == "True")
            #expect(gone["isInSync"] == true)
            #expect(gone.service("trivy")?["state"] == "in-sync")
            let complaint = gone.service("trivy")?["serving"]?["complaint"]?.string
            #expect(complaint?.hasPrefix("the outpost 'edge' was last seen at ") == true)
            #expect(try await daemon.metric(#"reconcile_services_by_served{served="outpost-not-seen"}"#) == 1)
            let page = try await daemon.get("/")
            #expect(page.contains("not served"))
            #expect(page.contains("<code>OutpostNotSeen</code>"))
            let text = try await Command(["status", "-v", "--url", try await daemon.url()]).run()
            #expect(text.output.contains("Not served "), "\(text.output)")
            let unserved = "nobody can reach 1 service, because the outpost 'edge' was last seen at "
            #expect(text.output.contains(unserved))
            #expect(text.output.contains("served by the outpost '\(SandboxState.embeddedOutpost)'"))

            workplace.sandbox.change { state in
                state.setHealth(ofOutpost: "edge", to: [OutpostInstance(hostname: "edge-0")])
            }
            try await daemon.settled("it is back") { $0.served("trivy")?["status"] == "True" }
            #expect(daemon.line("service served again")?["service"] == "trivy")
            #expect(try await daemon.end() == 0)
            let told = daemon.log.filter { $0["message"] == "service not served by its outpost: users cannot reach it" }
            #expect(told.count == 1)
            #expect(told.first?["level"] == "warning")
            #expect(told.first?["service"] == "trivy" && told.first?["outpost"] == "edge")
        }
    }

    @Test func `a pass asks each outpost that is used once, warns, and ends well`() async throws {
        try await withEdge(lastSeen: Date(timeIntervalSinceNow: -7200)) { workplace in
            let environment = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            func run(_ arguments: String...) async throws -> Command.Result {
                try await Command(arguments + ["--config", workplace.file.path], environment: environment).run()
            }
            let first = try await run("--once")
            #expect(first.status == 0, "\(first.output)\(first.errors)")
            let warning = "warning: Nobody can reach 1 service, because the outpost 'edge' was last seen at "
            #expect(first.output.contains(warning), "\(first.output)")
            #expect(health(workplace).count == 2)
            let json = try JSONValue(parsing: Array(try await run("--once", "--output", "json").output.utf8))
            #expect(try schemaMistakes(json, "report") == [])
            #expect(json["services"]?.array?.compactMap { $0["serving"]?["state"] } == ["outpost-not-seen", "served"])
            #expect(try await run("plan").output.contains(warning))

            // Of what a pass is not about nobody asks.
            workplace.sandbox.resetRequests()
            #expect(try await run("plan", "--only", "wiki").status == 0)
            #expect(health(workplace).count == 1)
            #expect(try await run("plan", "--only", "grafana").status == 0)
            #expect(health(workplace).count == 1)
            try workplace.write(Workplace.services)
            workplace.sandbox.resetRequests()
            #expect(try await run("plan").status == 0)
            #expect(workplace.sandbox.requests.filter { $0.path.contains("outposts/") }.isEmpty)
        }
    }

    @Test(arguments: ["html=403", "html=404", "html=500", "truncated", "reset=before"])
    func `a health that cannot be read fails no pass`(_ fault: String) async throws {
        try await withEdge { workplace in
            try setEdge(fault, workplace)
            let daemon = try workplace.daemon()
            let status = try await daemon.settled("in sync") { $0["isInSync"] == true }
            #expect(try schemaMistakes(status, "status") == [])
            #expect(status.served("trivy")?["status"] == "Unknown")
            #expect(status.served("trivy")?["reason"] == "HealthUnreadable")
            #expect(status.served("wiki")?["status"] == "True")
            #expect(try await daemon.metric(#"reconcile_services_by_served{served="unknown"}"#) == 1)
            #expect(daemon.line("service not served by its outpost: users cannot reach it") == nil)
            #expect(try await daemon.end() == 0)
        }
    }
}

extension JSONValue {
    /// The condition `Served` of a service of a status.
    fileprivate func served(_ slug: String) -> JSONValue? {
        service(slug)?["conditions"]?.array?.first { $0["type"] == "Served" }
    }
}
