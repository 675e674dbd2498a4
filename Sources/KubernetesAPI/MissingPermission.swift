/// What an account may not do, and what would let it
/// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
package struct MissingPermission: Sendable, Hashable {
    /// `get`, `list` or `watch`.
    package var verb: String
    /// `secrets`; of the core API group.
    package var resource: String
    package var object: ObjectName
}

extension MissingPermission: CustomStringConvertible {
    /// A clause that names the permission and a rule for a Role.
    package var description: String {
        "needs '\(verb)' on \(resource) '\(object.name)' in namespace '\(object.namespace)', which a Role there grants "
            + "with the rule {apiGroups: [\"\"], resources: [\(resource)], resourceNames: [\(object.name)], "
            + "verbs: [get, list, watch]}"
    }
}
