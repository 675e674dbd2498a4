package import Applying
package import Base
package import DesiredState
import Kinds
package import Planning
package import Verification

/// An event for the log, the metrics, Kubernetes Events and notifications.
package enum LedgerEvent: Sendable {
    /// A service was written to.
    case changed(ServicePlan)
    /// A shared object, which belongs to no service, was written to.
    case sharedChanged(SharedObjectPlan)
    /// The write to a shared object was not done.
    case sharedFailed(SharedObjectPlan, ServiceFailure, isNew: Bool)
    /// A shared object entered a state that needs attention.
    case sharedStuck(SharedObjectPlan, SyncState)
    /// A service's workload was restarted for its new secret.
    case restarted(slug: String, Workload)
    /// A service was found changed by somebody else.
    case drifted(ServicePlan, LastDrift)
    /// A service's drift was corrected; nil if its author is unknown.
    case corrected(ServicePlan, LastDrift?)
    /// A shared object was found changed by somebody else.
    case sharedDrifted(SharedObjectPlan, LastDrift)
    /// The drift of a shared object was corrected; nil if its author is unknown.
    case sharedCorrected(SharedObjectPlan, LastDrift?)
    /// The writes to a service were not all done.
    case failed(slug: String, ServiceFailure, isNew: Bool)
    /// A service entered a state that needs attention.
    case stuck(slug: String, SyncState, reason: String)
    /// A service is as declared again without having been written to.
    case recovered(slug: String)
    /// The login of a service does not work according to probes, for another reason than before.
    case unverified(slug: String, ProbeFailure)
    /// The login of a service works again according to probes.
    case verified(slug: String)
    /// Nobody can open a service any more, because the subjects in the file no longer exist; with the reason, as a
    /// clause.
    case accessClosed(slug: String, reason: String)
    /// The subjects in the file can open a service again.
    case accessOpened(slug: String)
    /// Nobody can reach a service any more, because its outpost does not serve it or does not run; with the reason, as
    /// a clause.
    case notServed(slug: String, outpost: String, reason: String)
    /// People can reach a service again.
    case servedAgain(slug: String, outpost: String)
    case contestBegan(slug: String, ContestStatus)
    case contestEnded(slug: String)
    /// This process began to lead.
    case leads
    /// This process does not lead, or no longer leads, or another leader took over.
    case standsBy(holder: String?)
    /// Nobody leads, and this process takes the Lease once it has not changed for this time.
    case waits(seconds: Int)
    case leaseLost(error: String)
    case leaseBack
    case deletionsHeld(HeldDeletionsRecord)
    case deletionsReleased
    /// Authentik cannot be reached, or refuses this program though it can be.
    case authentikLost(error: String, isReachable: Bool)
    case authentikBack(since: Timestamp?, wasReachable: Bool)
}

/// A field that somebody else changed.
package struct DriftedField: Sendable, Hashable, CustomStringConvertible {
    /// A raw value of `ObjectKind`, or `mark`.
    package var object: String
    /// Authentik's name of the field; for access the file's, or a binding: `group 'admins'`.
    package var field: String

    package var description: String { "\(object).\(field)" }

    /// The file's name of the field; for access, published values and the mark, with the object.
    package var label: String {
        switch ObjectKind(rawValue: object) {
        case let kind? where kind != .access && kind != .published: kind.fileName(of: field)
        default: description
        }
    }
}

extension ServicePlan {
    /// Every field that changes; for a plan without changes, the ownership mark.
    package var driftedFields: [DriftedField] {
        changes.isEmpty
            ? [DriftedField(object: "mark", field: "attributes")]
            : changes.map { DriftedField(object: $0.object.rawValue, field: $0.field) }
    }
}

extension SharedObjectPlan {
    /// Every field that changes; for a plan without changes, the object as a whole.
    package var driftedFields: [DriftedField] {
        changes.isEmpty
            ? [DriftedField(object: kind.id, field: "object")]
            : changes.map { DriftedField(object: $0.object.rawValue, field: $0.field) }
    }
}
