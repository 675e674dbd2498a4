import AuthentikSandbox
import Foundation
import JSON
import KubernetesSupport
import Subprocess
import TestSupport
import Testing

private let first = "f1rst-s3cr3t"
private let second = "s3c0nd-s3cr3t"

/// What becomes of a service's workload when its secret is rotated.
@Suite(.timeLimit(.minutes(60))) struct RestartTests {
    private static let services = Workplace.services.replacing(
        "{file: SECRET}",
        with: """
            {kubernetes: {namespace: monitoring, name: grafana-secret, key: clientKey}}
                restart: {deployment: grafana}
            """
    )

    private func withCluster(_ body: @escaping @Sendable (Workplace, KubernetesStandIn) async throws -> Void)
        async throws
    {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                kubernetes.setSecret("grafana-secret", in: "monitoring", ["clientKey": first])
                kubernetes.makeWorkload(.deployment, "grafana", in: "monitoring")
                try workplace.write(Self.services)
                try await body(workplace, kubernetes)
            }
        }
    }

    private func daemon(_ workplace: Workplace, _ kubernetes: KubernetesStandIn) throws -> DaemonProcess {
        try DaemonProcess(
            ["--config", workplace.file.path, "--token-file", workplace.tokenFile.path, "--audit-seconds", "1"],
            environment: ["AUTHENTIK_URL": workplace.address, "KUBECONFIG": try kubernetes.writeKubeconfig()]
        )
    }

    private func rotate(_ kubernetes: KubernetesStandIn) {
        kubernetes.rotateSecret("grafana-secret", in: "monitoring", "clientKey", second)
    }

    private func restarts(_ kubernetes: KubernetesStandIn) -> Int {
        let object = kubernetes.object("deployments", "grafana", in: "monitoring")
        return (object?["metadata"]?["generation"]?.integer ?? 0) - 1
    }

    private func restartedAt(_ kubernetes: KubernetesStandIn) -> String? {
        kubernetes.object("deployments", "grafana", in: "monitoring")?["spec"]?["template"]?["metadata"]?[
            "annotations"
        ]?["kubectl.kubernetes.io/restartedAt"]?.string
    }

    @Test func `a rotated secret reaches Authentik, and then the workload restarts, once`() async throws {
        try await withCluster { workplace, kubernetes in
            let daemon = try daemon(workplace, kubernetes)
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            rotate(kubernetes)
            let status = try await daemon.settled("restarted") {
                $0.service("grafana")?["lastChange"]?["restarted"] == "deployment monitoring/grafana"
            }
            #expect(try schemaMistakes(status, "status") == [])
            #expect(try await workplace.admin.provider("grafana")["client_secret"]?.string == second)
            let conditions = status.service("grafana")?["conditions"]?.array ?? []
            #expect(conditions.map { $0["type"] } == ["SecretResolved", "Synced", "WorkloadRestarted"])
            #expect(conditions.last?["reason"] == "Restarted")
            #expect(restarts(kubernetes) == 1)
            #expect(try await daemon.metric(#"reconcile_writes_total{action="restart-workload"}"#) == 1)
            #expect(daemon.line("workload restarted")?["workload"] == "deployment monitoring/grafana")
            for _ in 0..<2 { try await daemon.pass() }
            #expect(restarts(kubernetes) == 1)

            // What somebody does by hand in Authentik is no rotation.
            try await workplace.admin.changeProvider("grafana", ["client_secret": "by-hand"])
            try await daemon.settled("corrected") { $0.service("grafana")?["lastDrift"] != nil }
            #expect(try await workplace.admin.provider("grafana")["client_secret"]?.string == second)
            #expect(restarts(kubernetes) == 1)
            #expect(try await daemon.end() == 0)
            for secret in [first, second, kubernetes.token] { #expect(!daemon.errors.contains(secret)) }
        }
    }

    /// Killed while Authentik takes its time for one of the writes: the one to the provider, or the last mark.
    @Test(arguments: [
        ("latency=1m,method=PATCH,path=/api/v3/providers/oauth2/,times=1", 0),
        ("latency=1m,method=PATCH,path=/api/v3/core/application_entitlements/,after=1,times=1", 1),
    ])
    func `a daemon that is killed half way leaves the rest to the next`(fault: String, before: Int) async throws {
        try await withCluster { workplace, kubernetes in
            let killed = try daemon(workplace, kubernetes)
            try await killed.settled("in sync") { $0["isInSync"] == true }
            try workplace.set(fault)
            rotate(kubernetes)
            try await killed.eventually("half way") {
                let isPending = try await workplace.admin.mark(of: "grafana")?["rotation"]?["pending"] == true
                return isPending && restarts(kubernetes) == before ? true : nil
            }
            let time = restartedAt(kubernetes)
            #expect(try await killed.end(.kill) == 137)
            workplace.sandbox.faults.set(.init())
            let daemon = try daemon(workplace, kubernetes)
            try await daemon.settled("in sync again") { $0["isInSync"] == true }
            #expect(try await workplace.admin.provider("grafana")["client_secret"]?.string == second)
            #expect(try await workplace.admin.mark(of: "grafana")?["rotation"]?["pending"] == false)
            #expect(restarts(kubernetes) == 1)
            if let time { #expect(restartedAt(kubernetes) == time) }
            try await daemon.pass()
            #expect(restarts(kubernetes) == 1)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `what may not be restarted is told, and done once it may`() async throws {
        try await withCluster { workplace, kubernetes in
            kubernetes.rules = [.reading(secrets: ["grafana-secret"], in: "monitoring")]
            let daemon = try daemon(workplace, kubernetes)
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            rotate(kubernetes)
            let status = try await daemon.settled("failed") { $0.service("grafana")?["state"] == "failed" }
            #expect(try schemaMistakes(status, "status") == [])
            let message = status.service("grafana")?["error"]?["message"]?.string ?? ""
            #expect(message.hasPrefix("its provider has the new secret, but deployment monitoring/grafana"))
            #expect(message.contains("needs 'patch' on deployments.apps 'grafana' in namespace 'monitoring'"))
            #expect(status.service("grafana")?["conditions"]?.array?.last?["reason"] == "Pending")
            #expect(status.service("docs")?["state"] == "in-sync")
            kubernetes.rules = [.everything]
            try await daemon.pass()
            try await daemon.settled("done") { $0["isInSync"] == true }
            #expect(restarts(kubernetes) == 1)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `a job restarts, too, and a plan says so before`() async throws {
        try await withCluster { workplace, kubernetes in
            let environment = [
                "AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token,
                "KUBECONFIG": try kubernetes.writeKubeconfig(),
            ]
            func run(_ arguments: String...) async throws -> Command.Result {
                try await Command(arguments + ["--config", workplace.file.path], environment: environment).run()
            }
            #expect(try await run("--once").status == 0)
            rotate(kubernetes)
            let plan = try await run("plan")
            #expect(plan.status == 2)
            #expect(plan.output.contains("\n      restarts deployment monitoring/grafana\n"))
            #expect(
                try await run("plan", "--output", "markdown").output.contains(
                    "\n! restarts deployment monitoring/grafana\n"
                )
            )
            let json = try JSONValue(parsing: Array(try await run("plan", "--output", "json").output.utf8))
            #expect(try schemaMistakes(json, "plan") == [])
            let actions = json.service("grafana")?["writes"]?.array?.map { $0["action"] }
            #expect(actions == ["update-mark", "update-provider", "restart-workload", "update-mark"])
            let withoutSecrets = try await run("plan", "--without-secrets")
            #expect(withoutSecrets.status == 0)
            #expect(restarts(kubernetes) == 0)

            let saved = workplace.folder.appending(path: "plan.json").path
            #expect(try await run("plan", "--save", saved).status == 2)
            let once = try await run("--once", "--plan", saved)
            #expect(once.status == 0)
            #expect(once.output.contains("\n      restarted deployment monitoring/grafana\n"))
            #expect(restarts(kubernetes) == 1)
            let again = try await run("--once", "--output", "json")
            let report = try JSONValue(parsing: Array(again.output.utf8))
            #expect(try schemaMistakes(report, "report") == [])
            #expect(report["requests"]?["writes"] == 0)

            kubernetes.deleteWorkload(.deployment, "grafana", in: "monitoring")
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "clientKey", first)
            let gone = try await run("--once")
            #expect(gone.status == 1)
            #expect(gone.output.contains(#"could not be restarted: PATCH "#))
            #expect(gone.output.contains(#"deployments.apps "grafana" not found"#))
            for secret in [first, second, kubernetes.token] {
                #expect(!(plan.output + once.output + gone.output).contains(secret))
            }
        }
    }
}
