import KubernetesAPI
import YAMLDocument

extension Roles {
    /// The Roles, each with its RoleBinding, as documents for `kubectl apply` and kustomize; without any, comments only.
    ///
    /// - Parameter command: What made them, for the comment at the top.
    package func yaml(madeBy command: String) -> String {
        let top = "# Made by: \(YAMLText.comment(command))\n"
        guard !all.isEmpty else {
            return top + "# There is nothing to grant: the services read, publish and restart nothing in Kubernetes.\n"
        }
        return top + all.flatMap { [document($0), binding($0)] }.joined(separator: "---\n")
    }

    private func document(_ role: Role) -> String {
        head("Role", role.object) + "rules:\n" + role.rules.map(text).joined()
    }

    private func text(_ rule: RoleRule) -> String {
        let group = rule.resource.group
        return "  - apiGroups: [\(group.isEmpty ? "\"\"" : YAMLText.scalar(group))]\n"
            + "    resources: [\(YAMLText.scalar(rule.resource.name))]\n"
            + (rule.names.isEmpty ? "" : list("resourceNames", rule.names))
            + "    verbs: [\(rule.verbs.joined(separator: ", "))]\n"
    }

    /// On one line if it fits.
    private func list(_ field: String, _ names: [String]) -> String {
        let words = names.map(YAMLText.scalar)
        let line = "    \(field): [\(words.joined(separator: ", "))]\n"
        return line.utf8.count <= 121 ? line : "    \(field):\n" + words.map { "      - \($0)\n" }.joined()
    }

    private func binding(_ role: Role) -> String {
        let subject = "name: \(YAMLText.scalar(account.name)), namespace: \(YAMLText.scalar(account.namespace))"
        return head("RoleBinding", role.object)
            + "roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: \(YAMLText.scalar(role.object.name)) }\n"
            + "subjects:\n"
            + "  - { kind: ServiceAccount, \(subject) }\n"
    }

    private func head(_ kind: String, _ object: ObjectName) -> String {
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: \(kind)
        metadata:
          name: \(YAMLText.scalar(object.name))
          namespace: \(YAMLText.scalar(object.namespace))
          labels: { app.kubernetes.io/name: reconcile }

        """
    }
}
