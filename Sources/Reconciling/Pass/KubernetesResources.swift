package import DesiredState
package import KubernetesAPI

/// What the file names, as Kubernetes has it.
extension Workload {
    package var resource: KubernetesResource {
        switch kind {
        case .deployment: .deployments
        case .statefulSet: .statefulSets
        case .daemonSet: .daemonSets
        }
    }

    package var object: ObjectName { ObjectName(namespace: namespace, name: name) }
}

extension PublishedObjectName {
    package var resource: KubernetesResource {
        switch kind {
        case .configMap: .configMaps
        case .secret: .secrets
        }
    }

    package var object: ObjectName { ObjectName(namespace: namespace, name: name) }
}
