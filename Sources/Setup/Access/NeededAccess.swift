package import KubernetesAPI

/// Something that the program's account in Kubernetes has to be allowed to do.
package struct NeededAccess: Sendable, Hashable {
    /// As a Role names it: `get`, `patch`.
    package var verb: String
    package var resource: KubernetesResource
    /// The name is empty where it is about none in particular.
    package var object: ObjectName
    /// What for: a clause.
    package var purpose: String

    package init(_ verb: String, _ resource: KubernetesResource, _ object: ObjectName, purpose: String) {
        self.verb = verb
        self.resource = resource
        self.object = object
        self.purpose = purpose
    }
}
