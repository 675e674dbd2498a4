import JSON
import KubernetesSupport

/// A recording, with what its server had and what others did meanwhile.
enum Scenario: String, CaseIterable, Sendable {
    case secrets, leases, workloads

    /// What the roles of the recorded cluster allowed.
    var rules: [AccessRule] {
        switch self {
        case .secrets: [.reading(secrets: ["grafana-secret", "late-secret"], in: "monitoring")]
        case .leases:
            [
                AccessRule(
                    verbs: ["get", "create", "update", "patch"],
                    groups: ["coordination.k8s.io"],
                    resources: ["leases"],
                    namespace: "authentik"
                )
            ]
        case .workloads:
            [
                .reading(secrets: ["grafana-secret"], in: "monitoring"),
                AccessRule(
                    verbs: ["get", "patch"],
                    groups: ["apps"],
                    resources: ["deployments"],
                    namespace: "monitoring",
                    resourceNames: ["grafana"]
                ),
                AccessRule(
                    verbs: ["create", "patch"],
                    resources: ["configmaps"],
                    namespace: "monitoring",
                    resourceNames: ["grafana-oidc"]
                ),
                AccessRule(
                    verbs: ["create", "patch"],
                    groups: ["events.k8s.io"],
                    resources: ["events"],
                    namespace: "authentik"
                ),
            ]
        }
    }

    /// What was there before.
    func prepare(_ standIn: KubernetesStandIn, _ recording: Recording) {
        standIn.rules = rules
        switch self {
        case .secrets: standIn.put(recording.exchanges[2].body)
        case .leases: break
        case .workloads: standIn.put(recording.exchanges[0].body)
        }
    }

    /// What somebody else did before an exchange; during it, if it is a watch.
    func interfere(_ index: Int, _ standIn: KubernetesStandIn) {
        switch (self, index) {
        case (.secrets, 11):
            standIn.rotateSecret("grafana-secret", in: "monitoring", "OIDC_CLIENT_SECRET", "second-secret-0123456789")
        case (.secrets, 12):
            standIn.deleteSecret("grafana-secret", in: "monitoring")
            standIn.setSecret("grafana-secret", in: "monitoring", ["OIDC_CLIENT_SECRET": "third-secret-0123456789"])
        case (.workloads, 7):
            standIn.setConfigMap(
                "grafana-oidc",
                in: "monitoring",
                ["clientID": "grafana", "issuer": "https://b/"],
                manager: "somebody"
            )
        default: break
        }
    }
}
