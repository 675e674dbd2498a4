package import Applying
package import Base
package import DesiredState
import Kinds
package import Planning
package import Verification

/// Something that happened, for the log, the metrics, Kubernetes Events and notifications.
package enum LedgerEvent: Sendable {
    /// A service was written to.
    case changed(ServicePlan)
    /// What belongs to no service was written to.
    case sharedChanged(SharedObjectPlan)
    /// The write to what belongs to no service was not done.
    case sharedFailed(SharedObjectPlan, ServiceFailure, isNew: Bool)
    /// What belongs to no service came into a state that needs attention.
    case sharedStuck(SharedObjectPlan, SyncState)
    /// A service's workload was restarted for its new secret.
    case restarted(slug: String, Workload)
    /// A service was found changed by somebody else.
    case drifted(ServicePlan, LastDrift)
    /// A service's drift was corrected; nil if nothing is known of who caused it.
    case corrected(ServicePlan, LastDrift?)
    /// What belongs to no service was found changed by somebody else.
    case sharedDrifted(SharedObjectPlan, LastDrift)
    /// The drift of what belongs to no service was corrected; nil if nothing is known of who caused it.
    case sharedCorrected(SharedObjectPlan, LastDrift?)
    /// The writes to a service were not all done.
    case failed(slug: String, ServiceFailure, isNew: Bool)
    /// A service came into a state that needs attention.
    case stuck(slug: String, SyncState, reason: String)
    /// A service is as declared again without having been written to.
    case recovered(slug: String)
    /// The login of a service does not work, as far as probes see, for another reason than before.
    case unverified(slug: String, ProbeFailure)
    /// The login of a service works again, as far as probes see.
    case verified(slug: String)
    /// Nobody may open a service any more, since those are gone whom its file names; the reason is a clause.
    case accessClosed(slug: String, reason: String)
    /// Those whom its file names may open a service again.
    case accessOpened(slug: String)
    /// Nobody gets through to a service any more, since its outpost does not serve it or does not run; the reason is a
    /// clause.
    case notServed(slug: String, outpost: String, reason: String)
    /// People get through to a service again.
    case servedAgain(slug: String, outpost: String)
    case contestBegan(slug: String, ContestStatus)
    case contestEnded(slug: String)
    /// This process began to lead.
    case leads
    /// This process does not lead, or not any more, or somebody else does now.
    case standsBy(holder: String?)
    /// Nobody leads, and this process takes the Lease once it has not changed for so long.
    case waits(seconds: Int)
    case leaseLost(error: String)
    case leaseBack
    case deletionsHeld(HeldDeletionsRecord)
    case deletionsReleased
    case authentikLost(error: String)
    case authentikBack(since: Timestamp?)
}

/// A field that somebody else changed.
package struct DriftedField: Sendable, Hashable, CustomStringConvertible {
    /// A raw value of `ObjectKind`, or `mark`.
    package var object: String
    /// Authentik's name of the field; of access the file's, or one binding: `group 'admins'`.
    package var field: String

    package var description: String { "\(object).\(field)" }

    /// What the file calls the field; for who may open a service, what is published and the mark, with the object.
    package var label: String {
        switch ObjectKind(rawValue: object) {
        case let kind? where kind != .access && kind != .published: kind.fileName(of: field)
        default: description
        }
    }
}

extension ServicePlan {
    /// Every field that changes; of a plan without any, the ownership mark.
    package var driftedFields: [DriftedField] {
        changes.isEmpty
            ? [DriftedField(object: "mark", field: "attributes")]
            : changes.map { DriftedField(object: $0.object.rawValue, field: $0.field) }
    }
}

extension SharedObjectPlan {
    /// Every field that changes; of a plan without any, the object as a whole.
    package var driftedFields: [DriftedField] {
        changes.isEmpty
            ? [DriftedField(object: kind.id, field: "object")]
            : changes.map { DriftedField(object: $0.object.rawValue, field: $0.field) }
    }
}
