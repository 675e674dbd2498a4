/// What somebody may do: a rule of a Role and its binding.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/
package struct AccessRule: Sendable {
    package var verbs: [String]
    /// `*` means all, as in the other lists.
    package var groups: [String]
    package var resources: [String]
    /// Nil means all namespaces: a ClusterRole and its ClusterRoleBinding.
    package var namespace: String?
    /// Empty means all names.
    package var resourceNames: [String]
    /// What the role and its binding are called in the answer to an access review.
    package var role: String

    package init(
        verbs: [String],
        groups: [String] = [""],
        resources: [String],
        namespace: String?,
        resourceNames: [String] = [],
        role: String = "reconcile"
    ) {
        self.verbs = verbs
        self.groups = groups
        self.resources = resources
        self.namespace = namespace
        self.resourceNames = resourceNames
        self.role = role
    }

    /// Everything, everywhere: what the service account may until a test says otherwise.
    package static let everything = AccessRule(
        verbs: ["*"],
        groups: ["*"],
        resources: ["*"],
        namespace: nil,
        role: "cluster-admin"
    )

    /// Getting, listing and watching Secrets by their names.
    package static func reading(secrets names: [String], in namespace: String) -> AccessRule {
        AccessRule(
            verbs: ["get", "list", "watch"],
            resources: ["secrets"],
            namespace: namespace,
            resourceNames: names,
            role: "reconcile-secrets"
        )
    }

    func allows(_ access: Access) -> Bool {
        Self.contains(verbs, access.verb) && Self.contains(groups, access.group)
            && Self.contains(resources, access.resource)
            && (namespace == nil || namespace == access.namespace)
            && (resourceNames.isEmpty || resourceNames.contains(access.name))
    }

    private static func contains(_ list: [String], _ item: String) -> Bool {
        list.contains(item) || list.contains("*")
    }

    /// Why the rule allows something, in the words of an access review.
    func reason(for user: User) -> String {
        if let namespace {
            "RBAC: allowed by RoleBinding \"\(role)/\(namespace)\" of Role \"\(role)\" to \(user.subject)"
        } else {
            "RBAC: allowed by ClusterRoleBinding \"\(role)\" of ClusterRole \"\(role)\" to \(user.subject)"
        }
    }
}
