package import DesiredState
package import Kinds
package import KubernetesAPI
import SecretSources

/// A permission that the program's account needs in Kubernetes.
package struct NeededAccess: Sendable, Hashable {
    /// As in a Role: `get`, `patch`.
    package var verb: String
    package var resource: KubernetesResource
    /// The name is empty for all objects of the kind.
    package var object: ObjectName
    /// What it is needed for, as a clause.
    package var purpose: String

    package init(_ verb: String, _ resource: KubernetesResource, _ object: ObjectName, purpose: String) {
        self.verb = verb
        self.resource = resource
        self.object = object
        self.purpose = purpose
    }
}

extension DesiredState {
    /// The features of a file that need permissions in Authentik beyond those for services.
    package var features: Set<FileFeature> {
        var features = Set(accessSubjects.keys.map(\.feature))
        if !groups.isEmpty { features.insert(.groups) }
        if managesScopeMappings { features.insert(.scopeMappings) }
        if managesAccess { features.insert(.access) }
        if federatesSources { features.insert(.federatedSources) }
        if !accessSubjects.isEmpty { features.insert(.restriction) }
        if usesForwardAuth { features.insert(.forwardAuth) }
        return features
    }
}

extension SubjectKind {
    /// The feature of a file whose access rules name subjects of this kind.
    fileprivate var feature: FileFeature {
        switch self {
        case .group: .accessGroups
        case .user: .accessUsers
        case .policy: .accessPolicies
        }
    }
}

extension NeededAccess {
    /// The permissions that the services of a file need.
    ///
    /// | the file has | verbs |
    /// |---|---|
    /// | `secretRef: {kubernetes: …}` | get; list and watch, to follow it |
    /// | `restart` | patch |
    /// | `publish` | get; create and patch, which server-side apply needs to create and change it |
    package static func needed(by desired: DesiredState) -> [NeededAccess] {
        let all = desired.services.compactMap(\.provider).flatMap { provider -> [NeededAccess] in
            var needed: [NeededAccess] = []
            if case .kubernetes(let namespace, let name, _) = provider.secret {
                let object = ObjectName(namespace: namespace, name: name)
                needed += ["get", "list", "watch"].map { .init($0, .secrets, object, purpose: "read a client secret") }
            }
            if let workload = provider.restart {
                needed.append(.init("patch", workload.resource, workload.object, purpose: "restart a service"))
            }
            if let published = provider.publication?.object {
                needed += ["get", "create", "patch"].map {
                    .init($0, published.resource, published.object, purpose: "publish")
                }
            }
            return needed
        }
        var seen: Set<NeededAccess> = []
        return all.filter { seen.insert($0).inserted }
    }

    /// The permissions that replicas need to elect a leader.
    package static func election(by lease: ObjectName) -> [NeededAccess] {
        let anyLease = ObjectName(namespace: lease.namespace, name: "")
        return [.init("create", .leases, anyLease, purpose: "elect a leader")]
            + ["get", "update"].map { .init($0, .leases, lease, purpose: "elect a leader") }
    }

    /// The permissions that Events about a pod need.
    package static func events(in namespace: String) -> [NeededAccess] {
        let anyEvent = ObjectName(namespace: namespace, name: "")
        return ["create", "patch"].map { .init($0, .events, anyEvent, purpose: "write Events") }
    }
}
