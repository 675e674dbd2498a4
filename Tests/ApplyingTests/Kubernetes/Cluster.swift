import Applying
import AuthentikAPI
import AuthentikSandbox
import CurlTransport
import DesiredState
import JSON
import Kinds
import KubernetesAPI
import KubernetesSupport
import Planning
import SecretSources
import TestSupport
import Testing

/// An Authentik, and a Kubernetes in which `grafana` runs and has its secret.
struct Cluster: Sendable {
    let homelab: Homelab
    let kubernetes: KubernetesStandIn
    let kubeconfig: String
    /// The services of the file, of which `grafana` is one.
    var services: String

    static let secret = "grafana-secret"

    static let grafana = """
          - slug: grafana
            name: Grafana
            port: 8444
            redirectPath: /login/generic_oauth
            secretRef: {kubernetes: {namespace: monitoring, name: grafana-secret, key: clientKey}}

        """

    /// A pass of a process of its own, which remembers nothing.
    ///
    /// - Parameter limit: for each part of it that needs Kubernetes.
    func makePass(limit: Duration = .seconds(600)) async throws -> Pass {
        let text = "apiVersion: reconcile/v1\nowner: homelab\nhost: sso.example.net\nservices:\n" + services
        let result = DesiredStateLoader.load(
            sources: [DesiredStateLoader.Source(path: "services.yaml", bytes: Array(text.utf8))]
        )
        #expect(result.diagnostics == [])
        let desired = try #require(result.state)
        var pass = try await homelab.makeImpatientPass(of: desired)
        pass.client.retryPolicy.maximumAttempts = 3
        let environment = ["KUBECONFIG": kubeconfig]
        let access = KubernetesAccess(limit: limit) {
            var configuration = try KubernetesConfiguration.find(environment: environment)
            configuration?.transport.proxy = .none
            return configuration
        }
        let resolver = SecretResolver(environment: [:], reader: KubernetesSecretReader(access))
        pass.secrets = { await resolver.resolve(desired) }
        pass.kubernetes = access
        return pass
    }

    @discardableResult
    func pass() async throws -> PassReport {
        let report = try await makePass().run()
        for outcome in report.outcomes {
            let text = "\(outcome.failure.map { "\($0)" } ?? "")"
            #expect(!text.contains("s3cr3t") && !text.contains(kubernetes.token))
        }
        return report
    }

    func rotate(_ value: String) {
        kubernetes.rotateSecret(Self.secret, in: "monitoring", "clientKey", value)
    }

    /// The next pass plans nothing and writes nothing.
    func expectNothingToDo(sourceLocation: Testing.SourceLocation = #_sourceLocation) async throws {
        homelab.sandbox.resetRequests()
        kubernetes.resetRequests()
        let report = try await pass()
        #expect(report.outcomes.allSatisfy { $0.plan.decision == .inSync }, sourceLocation: sourceLocation)
        #expect(homelab.writes == [], sourceLocation: sourceLocation)
        #expect(kubernetes.requests.allSatisfy { $0.method == "GET" }, sourceLocation: sourceLocation)
    }

    /// How often a workload was given another template since it was made.
    func restarts(_ kind: WorkloadKind = .deployment, _ name: String = "grafana") -> Int {
        let object = kubernetes.object(kind.resource, name, in: "monitoring")
        return (object?["metadata"]?["generation"]?.integer ?? 0) - 1
    }

    /// The time of the last restart.
    var restartedAt: String? {
        kubernetes.object("deployments", "grafana", in: "monitoring")?["spec"]?["template"]?["metadata"]?[
            "annotations"
        ]?["kubectl.kubernetes.io/restartedAt"]?.string
    }

    func rotation() async throws -> JSONValue? { try await homelab.admin.mark(of: "grafana")?["rotation"] }

    func clientSecret() async throws -> String? {
        try await homelab.admin.provider("grafana")["client_secret"]?.string
    }
}

/// Runs a test beside an Authentik that a first pass has converged, and the Kubernetes that it read from.
func withCluster(
    services: String,
    isConverged: Bool = true,
    _ body: @escaping @Sendable (Cluster) async throws -> Void
) async throws {
    try await withHomelab(isConverged: false) { homelab in
        try await withKubernetes { kubernetes in
            kubernetes.setSecret(Cluster.secret, in: "monitoring", ["clientKey": "f1rst-s3cr3t"])
            for kind in WorkloadKind.allCases { kubernetes.makeWorkload(kind, "grafana", in: "monitoring") }
            let cluster = Cluster(
                homelab: homelab,
                kubernetes: kubernetes,
                kubeconfig: try kubernetes.writeKubeconfig(),
                services: services
            )
            if isConverged {
                let report = try await cluster.pass()
                try #require(report.isConverged)
                homelab.sandbox.resetRequests()
                kubernetes.resetRequests()
            }
            try await body(cluster)
        }
    }
}
