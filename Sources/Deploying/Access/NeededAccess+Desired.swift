package import DesiredState
package import KubernetesAPI

extension NeededAccess {
    /// What the services of a file need.
    ///
    /// | the file says | verbs |
    /// |---|---|
    /// | `secretRef: {kubernetes: …}` | get; list and watch, to follow it |
    /// | `restart` | patch |
    /// | `publish` | get, and create and patch, by which server-side apply makes and changes it |
    package static func needed(by desired: DesiredState) -> [NeededAccess] {
        let all = desired.services.compactMap(\.provider).flatMap { provider -> [NeededAccess] in
            var needed: [NeededAccess] = []
            if case .kubernetes(let namespace, let name, _) = provider.secret {
                let object = ObjectName(namespace: namespace, name: name)
                needed += ["get", "list", "watch"].map { .init($0, .secrets, object, purpose: "read a client secret") }
            }
            if let workload = provider.restart {
                let object = ObjectName(namespace: workload.namespace, name: workload.name)
                let resource: KubernetesResource =
                    switch workload.kind {
                    case .deployment: .deployments
                    case .statefulSet: .statefulSets
                    case .daemonSet: .daemonSets
                    }
                needed.append(.init("patch", resource, object, purpose: "restart a service"))
            }
            if let object = provider.publication?.object {
                let name = ObjectName(namespace: object.namespace, name: object.name)
                let resource: KubernetesResource = object.kind == .secret ? .secrets : .configMaps
                needed += ["get", "create", "patch"].map { .init($0, resource, name, purpose: "publish") }
            }
            return needed
        }
        var seen: Set<NeededAccess> = []
        return all.filter { seen.insert($0).inserted }
    }

    /// What several replicas need to elect their leader.
    package static func election(by lease: ObjectName) -> [NeededAccess] {
        let anyLease = ObjectName(namespace: lease.namespace, name: "")
        return [.init("create", .leases, anyLease, purpose: "elect a leader")]
            + ["get", "update"].map { .init($0, .leases, lease, purpose: "elect a leader") }
    }

    /// What Events about a pod need.
    package static func events(in namespace: String) -> [NeededAccess] {
        let anyEvent = ObjectName(namespace: namespace, name: "")
        return ["create", "patch"].map { .init($0, .events, anyEvent, purpose: "write Events") }
    }
}
