import AuthentikSandbox
import Foundation
import JSON
import KubernetesSupport
import Subprocess
import TestSupport
import Testing

/// Symptoms of the homelab's documentation that take more than a look at a login: each is shown first, then seen to go.
///
/// `VerifyTests` has the others.
@Suite(.timeLimit(.minutes(60))) struct SymptomTests {
    // MARK: - 502

    @Test func `502 is waited for, and status says since when`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--verify-seconds", "0")
            let before = try await daemon.settled("in sync") { $0["isInSync"] == true }
            try workplace.set("unavailable=502,retry-after=0")
            let away = try await daemon.settled("it is away") { $0["state"] == "unreachable" }
            #expect(try schemaMistakes(away, "status") == [])
            #expect(away["authentik"]?["isReachable"] == false)
            let since = try #require(away["authentik"]?["since"]?.string)
            #expect(since > before["authentik"]?["since"]?.string ?? since)
            #expect(away["message"]?.string?.contains("502") == true)
            #expect(away["message"]?.string?.contains("services are as they were at ") == true)
            // Nothing is said of services that nobody could look at.
            #expect(away.service("grafana")?["state"] == "in-sync")
            let text = try await Command(["status", "--url", try await daemon.url()]).run()
            #expect(text.status == 1)
            #expect(text.output.contains(", unreachable since \(since) ("), "\(text.output)")
            #expect(try await daemon.metric("reconcile_authentik_reachable") == 0)
            #expect(daemon.line("Authentik unreachable")?["error"]?.string?.contains("502") == true)

            // It stays the same moment, however often it is tried.
            let later = try await daemon.settled("tried again") { $0["passes"]?["failuresInARow"]?.integer ?? 0 > 1 }
            #expect(later["authentik"]?["since"]?.string == since)
            try workplace.set()
            try await daemon.pass()
            let back = try await daemon.settled("it is back") { $0["isInSync"] == true }
            #expect(back["authentik"]?["since"]?.string ?? "" > since)
            #expect(daemon.line("Authentik reachable again")?["lost.at"]?.string == since)
            #expect(try await daemon.end() == 0)
        }
    }

    // MARK: - Blueprints

    /// Somebody's, which puts the service into another group whenever it is applied.
    private func reapply(_ workplace: Workplace) {
        workplace.sandbox.change { state in
            state.applyBlueprint("homelab", path: "custom/homelab.yaml") {
                $0.setGroup("Blueprints", ofApplication: "grafana")
            }
        }
    }

    private func looks(_ workplace: Workplace) -> Int {
        workplace.sandbox.requests.count { $0.path.hasPrefix("/api/v3/managed/blueprints/") }
    }

    @Test func `a blueprint that writes the same application is named as the other side`() async throws {
        try await withWorkplace { workplace in
            workplace.sandbox.change { state in
                state.applyBlueprint("old", path: "custom/old.yaml", at: .now.addingTimeInterval(-3600))
                state.applyBlueprint("off", path: "custom/off.yaml", isEnabled: false)
            }
            let daemon = try workplace.daemon()
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            for _ in 1...2 {
                reapply(workplace)
                #expect(try await workplace.admin.application("grafana")["group"] == "Blueprints")
                try await daemon.pass()
                #expect(try await workplace.admin.application("grafana")["group"] == "Apps")
            }
            // Not before they conflict.
            let drift = try await daemon.status().service("grafana")?["lastDrift"]
            #expect(drift?["isUnlogged"] == true && drift?["blueprints"] == nil)
            #expect(looks(workplace) == 0)
            #expect(
                daemon.line("drift corrected")?["drift.by"] == "a blueprint or the shell (not in the audit log)"
            )

            reapply(workplace)
            workplace.sandbox.change { $0.applyBlueprint("off", path: "custom/off.yaml", isEnabled: false) }
            try await daemon.pass()
            let status = try await daemon.settled("they conflict") { $0.service("grafana")?["contest"] != nil }
            #expect(try schemaMistakes(status, "status") == [])
            #expect(looks(workplace) == 1)
            for place in ["contest", "lastDrift"] {
                let blueprints = status.service("grafana")?[place]?["blueprints"]?.array ?? []
                #expect(blueprints.map { $0["name"] } == ["homelab"], "\(place)")
                #expect(blueprints.map { $0["path"] } == ["custom/homelab.yaml"])
            }
            let culprit = "probably the blueprint 'homelab' (custom/homelab.yaml), last applied at "
            let lines = [
                "drift corrected", "conflicting changes: others keep changing the service, correcting it less often",
            ]
            for line in lines {
                let author = daemon.log.last { $0["message"]?.string == line }?["drift.by"]?.string
                #expect(author?.hasPrefix(culprit) == true, "\(line): \(author ?? "")")
            }
            let page = try await daemon.get("/")
            #expect(page.contains("Changed by: <bdi>probably the blueprint"), "\(page)")

            // While it is paused, the service stays as the blueprint made it, and nobody looks again.
            reapply(workplace)
            try await daemon.pass()
            let paused = try await daemon.settled("it is paused") { $0.service("grafana")?["state"] == "drifted" }
            #expect(paused.service("grafana")?["contest"]?["blueprints"]?.array?.first?["name"] == "homelab")
            let text = try await Command(["status", "--url", try await daemon.url()]).run()
            #expect(text.output.contains("      changed by: \(culprit)"), "\(text.output)")
            #expect(looks(workplace) == 1)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `whoever the audit log names is not a blueprint`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            for number in 1...3 {
                workplace.sandbox.change { $0.applyBlueprint("homelab", path: "custom/homelab.yaml") }
                try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
                try await daemon.eventually("correction \(number)") {
                    try await daemon.metric(#"reconcile_drift_corrected_total{object="application",field="group"}"#)
                        == Double(number) ? true : nil
                }
            }
            let status = try await daemon.settled("they conflict") { $0.service("grafana")?["contest"] != nil }
            #expect(status.service("grafana")?["lastDrift"]?["by"]?["username"] == "akadmin")
            #expect(status.service("grafana")?["contest"]?["blueprints"] == nil)
            #expect(looks(workplace) == 0)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test(arguments: [false, true])
    func `an account that may not see blueprints names none`(maySee: Bool) async throws {
        try await withWorkplace { workplace in
            let more = maySee ? ["authentik_blueprints.view_blueprintinstance"] : []
            let permissions = Admin.passPermissions + ["authentik_events.view_event"] + more
            let token = try await workplace.admin.makeServiceAccount("reconcile", permissions: permissions)
            try Data("\(token)\n".utf8).write(to: workplace.tokenFile)
            let daemon = try workplace.daemon()
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            for _ in 1...3 {
                reapply(workplace)
                try await daemon.pass()
            }
            let status = try await daemon.settled("they conflict") { $0.service("grafana")?["contest"] != nil }
            let named = status.service("grafana")?["contest"]?["blueprints"]?.array
            #expect(named?.map { $0["name"] } == (maySee ? ["homelab"] : nil))
            let culprit = daemon.log.last { $0["message"] == "drift corrected" }?["drift.by"]?.string
            #expect((culprit == "a blueprint or the shell (not in the audit log)") == !maySee)
            let asked = workplace.sandbox.requests.filter { $0.path.hasPrefix("/api/v3/managed/blueprints/") }
            #expect(asked.map(\.status) == [maySee ? 200 : 403])
            #expect(status["isInSync"] == true)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `what a blueprint should have made is made without it`() async throws {
        try await withWorkplace { workplace in
            let arguments = ["--config", workplace.file.path, "--token-file", workplace.tokenFile.path]
            let environment = ["AUTHENTIK_URL": workplace.address]
            // It looks up a flow that is not there, so that nothing of it is applied.
            workplace.sandbox.change { $0.applyBlueprint("grafana", path: "custom/grafana.yaml", isApplied: false) }
            let seen = try await Command(["verify"] + arguments, environment: environment).run()
            #expect(seen.status == 1 && seen.output.contains("DiscoveryNotFound: "), "\(seen.output)")
            let once = try await Command(["--once", "--verify"] + arguments, environment: environment).run()
            #expect(once.status == 0, "\(once.output)\(once.errors)")
            #expect(once.output.contains("\n  grafana  verified  "), "\(once.output)")
        }
    }

    // MARK: - Empty providers

    /// A service that reads its configuration at its start shows no provider until it is restarted.
    @Test func `a service that reads its configuration at its start is restarted after it was given another`()
        async throws
    {
        @Sendable func services(_ restart: String) -> String {
            Workplace.services.replacing(
                "{file: SECRET}",
                with: """
                    {kubernetes: {namespace: web, name: openwebui, key: secret}}
                        \(restart)
                        publish: {namespace: web, name: openwebui-oidc, kind: Secret, keys: {OAUTH_CLIENT_KEY: clientSecret}}
                    """
            )
        }
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                func published() -> String? {
                    let data = kubernetes.object("secrets", "openwebui-oidc", in: "web")?["data"]
                    return data?["OAUTH_CLIENT_KEY"]?.string.flatMap { Data(base64Encoded: $0) }
                        .map { String(decoding: $0, as: UTF8.self) }
                }
                func restarts() -> Int {
                    (kubernetes.object("deployments", "openwebui", in: "web")?["metadata"]?["generation"]?.integer ?? 0)
                        - 1
                }
                kubernetes.setSecret("openwebui", in: "web", ["secret": "f1rst-s3cr3t"])
                kubernetes.makeWorkload(.deployment, "openwebui", in: "web")
                try workplace.write(services("adopt: always"))
                let daemon = try DaemonProcess(
                    ["--config", workplace.file.path, "--token-file", workplace.tokenFile.path],
                    environment: [
                        "AUTHENTIK_URL": workplace.address, "KUBECONFIG": try kubernetes.writeKubeconfig(),
                    ]
                )
                try await daemon.settled("in sync") { $0["isInSync"] == true }
                #expect(published() == "f1rst-s3cr3t")
                // Without being asked to, nobody restarts it, so that it goes on with what it read.
                kubernetes.rotateSecret("openwebui", in: "web", "secret", "s3c0nd-s3cr3t")
                try await daemon.eventually("published") { published() == "s3c0nd-s3cr3t" ? true : nil }
                try await daemon.pass()
                #expect(restarts() == 0)

                try workplace.write(services("restart: {deployment: openwebui}"))
                try await daemon.settled("the file is in force") {
                    $0["passes"]?["lastAttempt"]?["triggers"] == ["file"]
                }
                kubernetes.rotateSecret("openwebui", in: "web", "secret", "th1rd-s3cr3t")
                let status = try await daemon.settled("restarted") {
                    $0.service("grafana")?["lastChange"]?["restarted"] == "deployment web/openwebui"
                }
                #expect(try schemaMistakes(status, "status") == [])
                #expect(published() == "th1rd-s3cr3t" && restarts() == 1)
                // What it reads is there before it starts anew.
                let writes = kubernetes.requests.filter { $0.method == "PATCH" }.map(\.path)
                let publication = try #require(writes.lastIndex { $0.contains("/secrets/openwebui-oidc") })
                let restart = try #require(writes.lastIndex { $0.contains("/deployments/openwebui") })
                #expect(publication < restart, "\(writes)")
                #expect(try await daemon.end() == 0)
            }
        }
    }

    // MARK: - Faults of what is probed

    @Test(arguments: [
        "unavailable=502,path=/application/o/", "html=500,path=/application/o/", "reset=before,path=/application/o/",
        "truncated,path=/application/o/", "latency=1500ms,path=/application/o/",
    ])
    func `faults of what is probed disturb nothing else of a pass`(fault: String) async throws {
        try await withWorkplace { workplace in
            let isSlow = fault.hasPrefix("latency")
            let daemon = try workplace.daemon("--verify-seconds", "3600", "--slow-seconds", isSlow ? "1" : "600")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try await daemon.eventually("it is verified") {
                // Probes that a busy machine slowed down go on after the next pass.
                try await daemon.pass()
                return try await daemon.status().service("grafana")?["conditions"]?.array?
                    .contains { $0["type"] == "Verified" && $0["status"] == "True" } == true ? true : nil
            }
            try workplace.set(fault)
            try await workplace.admin.changeProvider("grafana", ["redirect_uris": []])
            try await workplace.admin.changeApplication("docs", ["meta_launch_url": "https://x.example.net"])
            try await daemon.eventually("both are corrected") {
                let uris = try await workplace.admin.provider("grafana")["redirect_uris"]?.array ?? []
                let launchURL = try await workplace.admin.application("docs")["meta_launch_url"]
                return launchURL == "https://docs.example.net" && !uris.isEmpty ? true : nil
            }
            if isSlow {
                try await daemon.eventually("probes stop") {
                    daemon.line("probes stopped early; the rest follows after the next pass") != nil ? true : nil
                }
                let line = daemon.line("probes stopped early; the rest follows after the next pass")
                #expect(line?["reason"]?.string?.hasPrefix("Authentik is slow: ") == true, "\(line ?? .null)")
            } else {
                try await daemon.settled("it is unverified") { $0.service("grafana")?["state"] == "unverified" }
            }
            try await daemon.pass()
            let status = try await daemon.status()
            #expect(try schemaMistakes(status, "status") == [])
            #expect(status["passes"]?["lastAttempt"]?["result"] == "converged")
            #expect(status["passes"]?["failuresInARow"] == 0)
            #expect(status["authentik"]?["isReachable"] == true && status["authentik"]?["error"] == nil)
            #expect(status.service("docs")?["state"] == "in-sync")
            #expect(try await daemon.metric(#"reconcile_passes_total{result="failed"}"#) ?? 0 == 0)

            try workplace.set()
            try await daemon.eventually("all is well again") {
                try await daemon.pass()
                return try await daemon.status()["isInSync"] == true ? true : nil
            }
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `a pass converges on a sandbox whose logins do not answer, and is unverified`() async throws {
        let sandbox = try SandboxProcess(
            token: token,
            ["--fault", "unavailable=503,path=/application/o/", "--fault-seed", "1"]
        )
        let printed = try await sandbox.output(containing: "http://127.0.0.1:")
        let start = try #require(printed.firstRange(of: "http://127.0.0.1:"))
        let port = printed[start.upperBound...].prefix { $0.isNumber }
        var environment = secrets
        environment["AUTHENTIK_URL"] = "http://127.0.0.1:\(port)"
        environment["AUTHENTIK_TOKEN"] = token
        let arguments = ["--once", "--verify", "--config", homelab, "--output", "json"]
        let result = try await Command(arguments, environment: environment).run()
        #expect(result.status == 1)
        let report = try JSONValue(parsing: Array(result.output.utf8))
        #expect(report["isConverged"] == true && report["verification"]?["isVerified"] == false)
        #expect(report["verification"]?["stopped"]?.string?.hasSuffix(" answers 503") == true)
        let plain = try await Command(["--once", "--config", homelab], environment: environment).run()
        #expect(plain.status == 0, "\(plain.output)")
    }

    // MARK: - Counting

    @Test func `probes are counted by what they ask`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--verify-seconds", "3600")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            for (method, endpoint, status) in [
                ("GET", "openid-configuration", 200), ("GET", "jwks", 200), ("GET", "authorize", 302),
                ("POST", "revoke", 200),
            ] {
                let series =
                    #"reconcile_authentik_requests_total{method="\#(method)",endpoint="\#(endpoint)",status="\#(status)"}"#
                try await daemon.eventually("\(endpoint) is counted") {
                    try await daemon.metric(series) == 1 ? true : nil
                }
            }
            #expect(try await daemon.end() == 0)
        }
    }
}
