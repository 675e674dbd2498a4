import Base
import CurlTransport

/// A resource type, as named in a Role (https://kubernetes.io/docs/reference/kubernetes-api/).
package struct KubernetesResource: Sendable, Hashable {
    /// The API group; empty for the core group.
    package var group: String
    /// The plural name: `deployments`.
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

    /// The API version that this program uses, the same for each group.
    static let version = "v1"

    /// The path of a namespaced resource; the namespace is empty for a cluster-scoped one.
    func path(namespace: String) -> String {
        let base = group.isEmpty ? "/api/\(Self.version)" : "/apis/\(group)/\(Self.version)"
        guard !namespace.isEmpty else { return "\(base)/\(name)" }
        return "\(base)/namespaces/\(percentEncoded(namespace))/\(name)"
    }
}

extension KubernetesResource: CustomStringConvertible {
    /// As in `kubectl auth can-i`: `deployments.apps`.
    package var description: String { group.isEmpty ? name : "\(name).\(group)" }
}

/// The namespace and name of an object of any kind.
package struct ObjectName: Sendable, Hashable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Parses what ``description`` returns; nil for anything that cannot be a namespace and a name.
    package init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy(Self.mayBeName) else { return nil }
        self.init(namespace: parts[0], name: parts[1])
    }

    /// Parses a name, or a namespace and a name; nil for anything else.
    ///
    /// - Parameter namespace: used for a name alone.
    package init?(text: String, in namespace: String) {
        if Self.mayBeName(text) {
            self.init(namespace: namespace, name: text)
        } else {
            self.init(text: text)
        }
    }

    /// Whether a text only has characters allowed in names; the server checks the rest.
    package static func mayBeName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy { byte in
                byte.isASCIILowercase || byte.isASCIIDigit || "-.".utf8.contains(byte)
            }
    }

    /// `monitoring/grafana-secret`.
    package var description: String { "\(namespace)/\(name)" }
}
