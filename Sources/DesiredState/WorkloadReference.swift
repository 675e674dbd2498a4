/// A workload as `restart` names it.
struct WorkloadReference: Hashable {
    var kind: Workload.Kind
    var name: String
    /// Nil for that of the Secret.
    var namespace: String?
}
