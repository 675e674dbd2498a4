import Foundation
import JSON
import KubernetesSupport
import TestSupport
import Testing

/// Client secrets out of Kubernetes: what the daemon makes of them as they come, change and go.
@Suite(.timeLimit(.minutes(60))) struct KubernetesTests {
    private static let services = Workplace.services.replacing(
        "{file: SECRET}",
        with: "{kubernetes: {namespace: monitoring, name: grafana-secret, key: clientKey}}"
    )

    /// A daemon beside an Authentik and a Kubernetes.
    private func withDaemon(
        _ arguments: String...,
        before: @escaping @Sendable (KubernetesStandIn) -> Void = { _ in },
        _ body: @escaping @Sendable (DaemonProcess, Workplace, KubernetesStandIn) async throws -> Void
    ) async throws {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                before(kubernetes)
                try workplace.write(Self.services)
                let daemon = try DaemonProcess(
                    [
                        "--config", workplace.file.path, "--token-file", workplace.tokenFile.path, "--audit-seconds",
                        "1",
                    ] + arguments,
                    environment: [
                        "AUTHENTIK_URL": workplace.address, "KUBECONFIG": try kubernetes.writeKubeconfig(),
                    ]
                )
                try await body(daemon, workplace, kubernetes)
                #expect(try await daemon.end() == 0)
                for secret in ["f1rst-s3cr3t", "s3c0nd-s3cr3t", kubernetes.token] {
                    #expect(!daemon.errors.contains(secret))
                }
            }
        }
    }

    @Test func `a secret that is late, comes, is rotated, and goes`() async throws {
        try await withDaemon { daemon, workplace, kubernetes in
            let late = try await daemon.settled("it waits") { $0.service("grafana")?["state"] == "waiting" }
            #expect(try schemaMistakes(late, "status") == [])
            #expect(late.service("docs")?["state"] == "in-sync")
            #expect(
                late.service("grafana")?["reason"]
                    == "the secret (kubernetes monitoring/grafana-secret clientKey) does not exist yet"
            )
            #expect(late.service("grafana")?["conditions"]?.array?.first?["reason"] == "Waiting")
            #expect(try await daemon.metric(#"reconcile_services{state="waiting"}"#) == 1)

            kubernetes.setSecret("grafana-secret", in: "monitoring", ["clientKey": "f1rst-s3cr3t"])
            let there = try await daemon.settled("it is there") { $0["isInSync"] == true }
            #expect(there["passes"]?["lastAttempt"]?["triggers"]?.array?.contains("secret") == true)
            #expect(try await workplace.admin.provider("grafana")["client_secret"] == "f1rst-s3cr3t")

            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "clientKey", "s3c0nd-s3cr3t")
            let rotated = try await daemon.settled("it is rotated") {
                $0.service("grafana")?["lastChange"]?["fields"] == ["provider.client_secret"]
            }
            #expect(try await workplace.admin.provider("grafana")["client_secret"] == "s3c0nd-s3cr3t")
            #expect(rotated.service("grafana")?["lastDrift"] == nil)
            #expect(!String(decoding: rotated.serialized(), as: UTF8.self).contains("s3cr3t"))

            kubernetes.deleteSecret("grafana-secret", in: "monitoring")
            try await daemon.settled("it waits again") { $0.service("grafana")?["state"] == "waiting" }
            #expect(try await workplace.admin.provider("grafana")["client_secret"] == "s3c0nd-s3cr3t")
        }
    }

    @Test func `a secret that stays away blocks its service after a while`() async throws {
        try await withDaemon("--secret-grace-seconds", "0") { daemon, _, _ in
            let status = try await daemon.settled("it is blocked") { $0.service("grafana")?["state"] == "blocked" }
            #expect(status.service("grafana")?["reason"]?.string?.hasSuffix("does not exist") == true)
        }
    }

    @Test func `what may not be read says what is missing`() async throws {
        try await withDaemon(before: { $0.rules = [.reading(secrets: ["other"], in: "monitoring")] }) { daemon, _, _ in
            let status = try await daemon.settled("it is blocked") { $0.service("grafana")?["state"] == "blocked" }
            let reason = status.service("grafana")?["reason"]?.string ?? ""
            for part in ["get", "secrets", "monitoring", "grafana-secret", "Role"] { #expect(reason.contains(part)) }
        }
    }

    @Test func `a Kubernetes that goes away takes nothing along`() async throws {
        try await withDaemon(
            before: { $0.setSecret("grafana-secret", in: "monitoring", ["clientKey": "f1rst-s3cr3t"]) }
        ) { daemon, workplace, kubernetes in
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try await kubernetes.goAway()
            try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
            let status = try await daemon.settled("drift is corrected") { $0.service("grafana")?["lastDrift"] != nil }
            #expect(status.service("grafana")?["state"] == "in-sync")
            try await kubernetes.comeBack()
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "clientKey", "s3c0nd-s3cr3t")
            try await daemon.eventually("the watch goes on") {
                try await workplace.admin.provider("grafana")["client_secret"] == "s3c0nd-s3cr3t" ? true : nil
            }
        }
    }

    @Test func `a job waits for nobody, and a plan without secrets asks nobody`() async throws {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                try workplace.write(Self.services)
                let environment = [
                    "AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token,
                    "KUBECONFIG": try kubernetes.writeKubeconfig(),
                ]
                let file = workplace.file.path
                let plan = try await Command(
                    ["plan", "--config", file, "--without-secrets"],
                    environment: environment
                ).run()
                #expect(plan.status == 2)
                #expect(kubernetes.requests.isEmpty)
                let early = try await Command(["--once", "--config", file], environment: environment).run()
                #expect(early.status == 1)
                #expect(early.output.contains("… grafana  waiting"))
                #expect(early.output.contains("+ docs     created"))
                kubernetes.setSecret("grafana-secret", in: "monitoring", ["clientKey": "f1rst-s3cr3t\n"])
                let late = try await Command(["--once", "--config", file], environment: environment).run()
                #expect(late.status == 0)
                #expect(try await workplace.admin.provider("grafana")["client_secret"] == "f1rst-s3cr3t")
                var nowhere = environment
                nowhere["KUBECONFIG"] = nil
                let none = try await Command(["--once", "--config", file], environment: nowhere).run()
                #expect(none.status == 1)
                #expect(none.output.contains("no Kubernetes API is configured"))
            }
        }
    }
}
