package import DesiredState
package import KubernetesAPI

/// The rights in Kubernetes that desired-state files need, and no others: a Role in each namespace that they name.
///
/// What is needed for what stands at ``NeededAccess/needed(by:)``. All of it is by name: a list and a watch ask for one
/// Secret, and server-side apply creates under a name that is known
/// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources).
package struct Roles: Sendable, Equatable {
    /// The service account that the program runs as; its name begins the names of its Roles.
    package let account: ObjectName
    /// Those for services by namespace, then those of the daemon itself.
    package private(set) var all: [Role]

    /// - Parameter isJob: Whether passes are run one by one, which follow no Secret.
    package init(for desired: DesiredState, account: ObjectName, isJob: Bool = false) {
        self.account = account
        let needed = NeededAccess.needed(by: desired).filter { !isJob || !["list", "watch"].contains($0.verb) }
        all = Dictionary(grouping: needed, by: \.object.namespace).sorted { $0.key < $1.key }.map { namespace, needed in
            Role(ObjectName(namespace: namespace, name: "\(account.name)-services"), rules: Self.rules(needed))
        }
    }

    /// Adds what the daemon needs besides: to be elected, and to tell Events of its pod.
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

    /// Objects of a kind that may have the same done with them share a rule.
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
