/// A kind of object that is served, and how its resource is called in paths and messages.
struct ResourceKind: Hashable, Sendable {
    let group: String
    let resource: String
    let kind: String

    private init(_ group: String, _ resource: String, _ kind: String) {
        self.group = group
        self.resource = resource
        self.kind = kind
    }

    static let secret = ResourceKind("", "secrets", "Secret")
    static let configMap = ResourceKind("", "configmaps", "ConfigMap")
    static let lease = ResourceKind("coordination.k8s.io", "leases", "Lease")
    static let deployment = ResourceKind("apps", "deployments", "Deployment")
    static let statefulSet = ResourceKind("apps", "statefulsets", "StatefulSet")
    static let daemonSet = ResourceKind("apps", "daemonsets", "DaemonSet")
    static let event = ResourceKind("events.k8s.io", "events", "Event")

    static let all = [secret, configMap, lease, deployment, statefulSet, daemonSet, event]

    /// All of them are served in this version only.
    static let version = "v1"

    /// What an object says of its group and version.
    var apiVersion: String { group.isEmpty ? Self.version : "\(group)/\(Self.version)" }

    /// The resource with its group: `leases.coordination.k8s.io`.
    var qualifiedResource: String { group.isEmpty ? resource : "\(resource).\(group)" }

    /// The kind with its group: `Lease.coordination.k8s.io`.
    var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }

    /// Whether its `metadata.generation` counts the changes of its `spec`.
    var hasGeneration: Bool { group == Self.deployment.group }

    /// Whether a PUT needs no `resourceVersion`.
    var allowsUnconditionalUpdate: Bool { self != .lease }

    /// Whether a PUT makes what is not there.
    var allowsCreateOnUpdate: Bool { self == .lease || self == .event }
}
