import CurlTransport

/// A kind of objects, as a Role names it (https://kubernetes.io/docs/reference/kubernetes-api/).
package struct KubernetesResource: Sendable, Hashable {
    /// The API group; empty for the core group.
    package var group: String
    /// In the plural: `deployments`.
    package var name: String

    package static let configMaps = KubernetesResource(group: "", name: "configmaps")
    package static let secrets = KubernetesResource(group: "", name: "secrets")
    package static let leases = KubernetesResource(group: "coordination.k8s.io", name: "leases")
    package static let events = KubernetesResource(group: "events.k8s.io", name: "events")
    package static let deployments = KubernetesResource(group: "apps", name: "deployments")
    package static let statefulSets = KubernetesResource(group: "apps", name: "statefulsets")
    package static let daemonSets = KubernetesResource(group: "apps", name: "daemonsets")
    static let selfSubjectAccessReviews = KubernetesResource(
        group: "authorization.k8s.io",
        name: "selfsubjectaccessreviews"
    )

    /// The version that this program speaks, of each group alike.
    static let version = "v1"

    /// Of all that is in a namespace; the namespace is empty for what is in none.
    func path(namespace: String) -> String {
        let base = group.isEmpty ? "/api/\(Self.version)" : "/apis/\(group)/\(Self.version)"
        guard !namespace.isEmpty else { return "\(base)/\(name)" }
        return "\(base)/namespaces/\(percentEncoded(namespace))/\(name)"
    }
}

extension KubernetesResource: CustomStringConvertible {
    /// As `kubectl auth can-i` takes it: `deployments.apps`.
    package var description: String { group.isEmpty ? name : "\(name).\(group)" }
}
