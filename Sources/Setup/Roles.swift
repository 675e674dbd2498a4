package import DesiredState
package import KubernetesAPI
import YAMLDocument

/// The Kubernetes permissions that desired-state files need, and no others: one Role per namespace that they refer to.
///
/// ``NeededAccess/needed(by:)`` lists them. All of them are by name: a list and a watch request one Secret, and
/// server-side apply creates objects with known names
/// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources).
package struct Roles: Sendable, Equatable {
    /// The service account that the program runs as; the names of its Roles begin with its name.
    package let account: ObjectName
    /// Those for services by namespace, then those of the daemon itself.
    package private(set) var all: [Role]

    /// - Parameter isJob: whether passes are run separately, without watching Secrets.
    package init(for desired: DesiredState, account: ObjectName, isJob: Bool = false) {
        self.account = account
        let needed = NeededAccess.needed(by: desired).filter { !isJob || !["list", "watch"].contains($0.verb) }
        all = Dictionary(grouping: needed, by: \.object.namespace).sorted { $0.key < $1.key }.map { namespace, needed in
            Role(ObjectName(namespace: namespace, name: "\(account.name)-services"), rules: Self.rules(needed))
        }
    }

    /// Adds what the daemon itself needs: for leader election, and for Events about its pod.
    package mutating func addDaemon(lease: ObjectName) {
        all.append(
            Role(
                ObjectName(namespace: lease.namespace, name: "\(account.name)-leases"),
                rules: Self.rules(NeededAccess.election(by: lease))
            )
        )
        all.append(
            Role(
                ObjectName(namespace: account.namespace, name: "\(account.name)-events"),
                rules: Self.rules(NeededAccess.events(in: account.namespace))
            )
        )
    }

    /// Objects of a kind that need the same verbs share a rule.
    private static func rules(_ needed: [NeededAccess]) -> [RoleRule] {
        struct Sharing: Hashable {
            var resource: KubernetesResource
            var verbs: [String]

            var order: [String] { [resource.group, resource.name] + verbs }
        }
        let sharing = Dictionary(grouping: Dictionary(grouping: needed, by: Target.init)) { target, needed in
            Sharing(resource: target.resource, verbs: needed.map(\.verb).withoutRepetitions)
        }
        return sharing.sorted { $0.key.order.lexicographicallyPrecedes($1.key.order) }.map { sharing, targets in
            let names = targets.map(\.key.name).filter { !$0.isEmpty }
            return RoleRule(sharing.resource, names: names.sorted(), verbs: sharing.verbs)
        }
    }

    /// An object in the namespace of a Role.
    private struct Target: Hashable {
        var resource: KubernetesResource
        var name: String

        init(_ needed: NeededAccess) {
            resource = needed.resource
            name = needed.object.name
        }
    }
}

extension [String] {
    fileprivate var withoutRepetitions: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

extension Roles {
    /// The Roles, each with its RoleBinding, as documents for `kubectl apply` and kustomize; if there are none, an
    /// empty List, which both accept.
    ///
    /// - Parameter command: the command that printed them, for the comment at the top.
    package func yaml(madeBy command: String) -> String {
        let top = "# Made by: \(YAMLText.comment(command))\n"
        guard !all.isEmpty else {
            return top + """
                # Nothing to grant: the services read, publish and restart nothing in Kubernetes.
                apiVersion: v1
                kind: List
                items: []

                """
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

/// A Kubernetes Role: what an account may do in one namespace.
package struct Role: Sendable, Equatable {
    package var object: ObjectName
    package var rules: [RoleRule]

    package init(_ object: ObjectName, rules: [RoleRule]) {
        self.object = object
        self.rules = rules
    }
}

/// A rule of a Role: what is allowed with objects of one kind
/// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
package struct RoleRule: Sendable, Equatable {
    package var resource: KubernetesResource
    /// The names of the objects, sorted; empty for all of that kind in the namespace.
    package var names: [String]
    package var verbs: [String]

    package init(_ resource: KubernetesResource, names: [String] = [], verbs: [String]) {
        self.resource = resource
        self.names = names
        self.verbs = verbs
    }
}
