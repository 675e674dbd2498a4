package import KubernetesAPI

/// A Role of Kubernetes: what its account may do in one namespace.
package struct Role: Sendable, Equatable {
    package var object: ObjectName
    package var rules: [RoleRule]

    package init(_ object: ObjectName, rules: [RoleRule]) {
        self.object = object
        self.rules = rules
    }
}
