import FoundationEssentials
import JSON
import Synchronization

/// What people do to a Lease by hand, with `kubectl edit`, `patch`, `delete` or `replace --force`.
package enum LeaseEdit: String, CaseIterable, Sendable {
    case isDeleted, losesItsHolder, namesNobody, losesItsSpec, isMadeAnew
    case namesSomebody, namesAnotherReplica
    case lastsLess, lastsLonger, isOfThePast, isOfTheFuture, countsFromZero, isLabelled

    /// Whether the leader still has the Lease afterwards.
    package var leavesTheHolder: Bool {
        switch self {
        case .lastsLess, .lastsLonger, .isOfThePast, .isOfTheFuture, .countsFromZero, .isLabelled: true
        default: false
        }
    }

    /// Whether nobody has the Lease afterwards, as if it had been given up.
    package var leavesNobody: Bool {
        switch self {
        case .isDeleted, .losesItsHolder, .namesNobody, .losesItsSpec: true
        default: false
        }
    }

    /// - Parameter replica: the identity of one that does not lead.
    /// - Returns: nil for a Lease that is gone.
    fileprivate func apply(to lease: JSONValue, _ replica: String) -> JSONValue? {
        func spec(_ name: String, _ value: JSONValue?) -> JSONValue { lease.setting(["spec", name], value) }
        func times(_ time: JSONValue) -> JSONValue {
            spec("renewTime", time).setting(["spec", "acquireTime"], time)
        }
        return switch self {
        case .isDeleted: nil
        case .losesItsHolder: spec("holderIdentity", nil)
        case .namesNobody: spec("holderIdentity", "")
        case .losesItsSpec: lease.setting(["spec"], [:])
        case .isMadeAnew: lease.setting(["metadata", "uid"], .string(UUID().uuidString))
        case .namesSomebody: spec("holderIdentity", "somebody")
        case .namesAnotherReplica: spec("holderIdentity", .string(replica))
        case .lastsLess: spec("leaseDurationSeconds", 1)
        case .lastsLonger: spec("leaseDurationSeconds", 40)
        case .isOfThePast: times("2001-01-01T00:00:00.000000Z")
        case .isOfTheFuture: times("2101-01-01T00:00:00.000000Z")
        case .countsFromZero: spec("leaseTransitions", 0)
        case .isLabelled: lease.setting(["metadata", "labels"], ["edited": .string(UUID().uuidString)])
        }
    }
}

extension KubernetesStandIn {
    /// Does something to a Lease by hand; where there is none, nothing.
    ///
    /// - Parameter replica: the identity of one that does not lead.
    package func edit(_ edit: LeaseEdit, _ name: String, in namespace: String, replica: String = "another") {
        let key = ObjectKey(kind: .lease, namespace: namespace, name: name)
        let now = Moment.now
        state.withLock { state in
            guard let live = state.cluster.objects[key] else { return }
            guard let new = edit.apply(to: live, replica) else { return state.cluster.delete(key) }
            let management = FieldManagement(manager: "kubectl-edit", apiVersion: key.kind.apiVersion, now: now)
            _ = state.cluster.store(management.update(live, to: new), at: key)
        }
    }

    /// Puts a Lease there that its last holder gave up in order, so that whoever looks at it first takes it.
    package func putReleasedLease(_ name: String, in namespace: String) {
        put([
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "uid": "released",
                "annotations": [
                    "reconcile/given-up": #"{"holder":"before_0123456789","transitions":3,"uid":"released"}"#
                ],
            ],
            "spec": ["leaseDurationSeconds": 1, "leaseTransitions": 3],
        ])
    }
}
