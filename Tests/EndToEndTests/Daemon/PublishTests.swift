import Foundation
import JSON
import KubernetesSupport
import TestSupport
import Testing

/// What a service finds in Kubernetes of its provider.
@Suite(.timeLimit(.minutes(60))) struct PublishTests {
    private static let services = Workplace.services.replacing(
        "{file: SECRET}",
        with: """
            {file: SECRET}
                publish: {namespace: monitoring, name: grafana-oidc, keySet: grafana}
            """
    ).replacing("host: sso.example.net", with: "host: sso.example.net\npublicURL: https://login.example.net/")

    private func withCluster(_ body: @escaping @Sendable (Workplace, KubernetesStandIn) async throws -> Void)
        async throws
    {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                try workplace.write(Self.services)
                try await body(workplace, kubernetes)
            }
        }
    }

    private func published(_ kubernetes: KubernetesStandIn) -> [String: String] {
        let object = kubernetes.object("configmaps", "grafana-oidc", in: "monitoring")
        return (object?["data"]?.object ?? [:]).compactMapValues(\.string)
    }

    @Test func `the daemon publishes, corrects, and names who has what it wants`() async throws {
        try await withCluster { workplace, kubernetes in
            let daemon = try DaemonProcess(
                ["--config", workplace.file.path, "--token-file", workplace.tokenFile.path, "--audit-seconds", "1"],
                environment: ["AUTHENTIK_URL": workplace.address, "KUBECONFIG": try kubernetes.writeKubeconfig()]
            )
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            let all = published(kubernetes)
            #expect(all["GF_AUTH_GENERIC_OAUTH_AUTH_URL"] == "https://login.example.net/application/o/authorize/")
            #expect(
                all["GF_AUTH_SIGNOUT_REDIRECT_URL"]
                    == "https://login.example.net/application/o/grafana/end-session/"
            )
            #expect(all["GF_AUTH_GENERIC_OAUTH_API_URL"] == "https://login.example.net/application/o/userinfo")
            #expect(all.count == 6)
            #expect(try await daemon.metric(#"reconcile_writes_total{action="publish"}"#) == 1)

            kubernetes.deleteConfigMap("grafana-oidc", in: "monitoring")
            try await daemon.pass()
            #expect(published(kubernetes) == all)
            let corrected = try await daemon.settled("corrected") { $0.service("grafana")?["lastDrift"] != nil }
            #expect(try schemaMistakes(corrected, "status") == [])
            let fields = corrected.service("grafana")?["lastChange"]?["fields"]?.array ?? []
            #expect(fields.contains("published.GF_AUTH_GENERIC_OAUTH_SCOPES"))

            let theirs = all.merging(["GF_AUTH_GENERIC_OAUTH_SCOPES": "openid"]) { $1 }
            kubernetes.setConfigMap("grafana-oidc", in: "monitoring", theirs, manager: "kubectl-edit")
            try await daemon.pass()
            let status = try await daemon.settled("in conflict") { $0.service("grafana")?["state"] == "failed" }
            #expect(try schemaMistakes(status, "status") == [])
            let message = status.service("grafana")?["error"]?["message"]?.string ?? ""
            for part in ["kubectl-edit", ".data.GF_AUTH_GENERIC_OAUTH_SCOPES"] { #expect(message.contains(part)) }
            #expect(published(kubernetes) == theirs)
            #expect(status.service("docs")?["state"] == "in-sync")
            #expect(try await daemon.end() == 0)
            #expect(!daemon.errors.contains(Workplace.secret))
        }
    }

    @Test func `a Kubernetes that goes away is no drift`() async throws {
        try await withCluster { workplace, kubernetes in
            let daemon = try DaemonProcess(
                ["--config", workplace.file.path, "--token-file", workplace.tokenFile.path],
                environment: ["AUTHENTIK_URL": workplace.address, "KUBECONFIG": try kubernetes.writeKubeconfig()]
            )
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try await kubernetes.goAway()
            try await daemon.pass()
            let status = try await daemon.settled("failed") { $0.service("grafana")?["state"] == "failed" }
            #expect(status.service("grafana")?["lastDrift"] == nil)
            #expect(
                status.service("grafana")?["reason"]?.string?
                    .hasPrefix("ConfigMap monitoring/grafana-oidc cannot be published: ") == true
            )
            try await kubernetes.comeBack()
            try await daemon.pass()
            try await daemon.settled("in sync again") { $0["isInSync"] == true }
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `a job publishes, and a plan shows it`() async throws {
        try await withCluster { workplace, kubernetes in
            let environment = [
                "AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token,
                "KUBECONFIG": try kubernetes.writeKubeconfig(),
            ]
            func run(_ arguments: String..., environment other: [String: String]? = nil) async throws -> Command.Result
            {
                try await Command(
                    arguments + ["--config", workplace.file.path],
                    environment: other ?? environment
                ).run()
            }
            let plan = try await run("plan")
            #expect(plan.status == 2)
            #expect(plan.output.contains("      published    GF_AUTH_GENERIC_OAUTH_API_URL"))
            let json = try JSONValue(parsing: Array(try await run("plan", "--output", "json").output.utf8))
            #expect(try schemaMistakes(json, "plan") == [])
            #expect(json.service("grafana")?["writes"]?.array?.last?["target"] == "ConfigMap monitoring/grafana-oidc")
            kubernetes.resetRequests()
            #expect(try await run("plan", "--without-secrets").output.contains("grafana-oidc was not compared"))
            #expect(kubernetes.requests.isEmpty)

            #expect(try await run("--once").status == 0)
            #expect(published(kubernetes).count == 6)
            let second = try JSONValue(parsing: Array(try await run("--once", "--output", "json").output.utf8))
            #expect(try schemaMistakes(second, "report") == [])
            #expect(second["isConverged"] == true)
            #expect(kubernetes.requests.count { $0.method == "PATCH" } == 1)

            kubernetes.rules = []
            let blind = try await run("plan")
            #expect(blind.status == 1)
            #expect(blind.output.contains("error: ConfigMap monitoring/grafana-oidc cannot be published: GET "))
            var nowhere = environment
            nowhere["KUBECONFIG"] = nil
            let none = try await run("--once", environment: nowhere)
            #expect(none.status == 1)
            #expect(none.output.contains("cannot be published: no Kubernetes API is configured"))
        }
    }

    @Test func `several sets, constants and templates, one of them with the client secret`() async throws {
        try await withCluster { workplace, kubernetes in
            let keys = #"keys: {ON: {value: "true"}, PAIR: {template: "{clientID}:{clientSecret}"}}"#
            try workplace.write(Self.services.replacing("keySet: grafana", with: "keySet: [outline, minio], \(keys)"))
            let environment = [
                "AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token,
                "KUBECONFIG": try kubernetes.writeKubeconfig(),
            ]
            func run(_ arguments: String...) async throws -> Command.Result {
                try await Command(arguments + ["--config", workplace.file.path], environment: environment).run()
            }
            let plan = try await run("plan")
            #expect(plan.output.contains("\n                   ON  "), "\(plan.output)")
            #expect(!plan.output.contains(Workplace.secret))
            #expect(try await run("--once").status == 0)
            func value(_ key: String) -> String? { kubernetes.secretValue("grafana-oidc", in: "monitoring", key) }
            #expect(value("ON") == "true")
            #expect(value("PAIR") == "grafana:\(Workplace.secret)")
            #expect(value("OIDC_USERNAME_CLAIM") == "preferred_username")
            let configuration = "https://login.example.net/application/o/grafana/.well-known/openid-configuration"
            #expect(value("MINIO_IDENTITY_OPENID_CONFIG_URL") == configuration)
            let again = try await run("plan")
            #expect(again.status == 0, "\(again.output)")
            #expect(!again.output.contains(Workplace.secret))
        }
    }
}
