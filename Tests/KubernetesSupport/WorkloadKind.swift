/// A kind of workload whose pods can be restarted.
package enum WorkloadKind: CaseIterable, Sendable {
    case deployment, statefulSet, daemonSet

    var resourceKind: ResourceKind {
        switch self {
        case .deployment: .deployment
        case .statefulSet: .statefulSet
        case .daemonSet: .daemonSet
        }
    }

    /// As in paths: `deployments`.
    package var resource: String { resourceKind.resource }
}
