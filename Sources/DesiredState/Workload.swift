/// What runs a service in Kubernetes, and can be restarted
/// (https://kubernetes.io/docs/concepts/workloads/controllers/).
package struct Workload: Sendable, Hashable {
    /// Raw values are the file's.
    package enum Kind: String, Sendable, CaseIterable {
        case deployment, statefulSet, daemonSet
    }

    package var kind: Kind
    package var namespace: String
    package var name: String

    package init(_ kind: Kind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }
}

extension Workload: CustomStringConvertible {
    /// `deployment monitoring/grafana`.
    package var description: String { "\(kind.rawValue) \(namespace)/\(name)" }
}
