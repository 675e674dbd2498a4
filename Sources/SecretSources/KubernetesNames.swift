package import DesiredState
package import KubernetesAPI

/// References in the file as Kubernetes names.
extension SecretReference {
    /// The Kubernetes Secret that it refers to; nil for any other source.
    package var object: ObjectName? {
        guard case .kubernetes(let namespace, let name, _) = self else { return nil }
        return ObjectName(namespace: namespace, name: name)
    }

    /// The key in that Secret.
    var key: String? {
        guard case .kubernetes(_, _, let key) = self else { return nil }
        return key
    }
}

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
