package import KubernetesAPI

/// A rule of a Role: what may be done with objects of one kind
/// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
package struct RoleRule: Sendable, Equatable {
    package var resource: KubernetesResource
    /// The objects, sorted; empty for all of that kind in the namespace.
    package var names: [String]
    package var verbs: [String]

    package init(_ resource: KubernetesResource, names: [String] = [], verbs: [String]) {
        self.resource = resource
        self.names = names
        self.verbs = verbs
    }
}
