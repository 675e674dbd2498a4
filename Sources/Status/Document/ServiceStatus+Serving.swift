import Applying
import Base
import DesiredState
import Kinds
import Planning

/// Whether people get through to a service with forward-auth, in its status.
///
/// | what a pass came to | `Served` |
/// |---|---|
/// | it has no forward-auth, or it is a conflict | none |
/// | its outpost serves it, and was seen lately | `True`, `Served` |
/// | its outpost does not serve it, is not there, or was to get it, and that is not done | `False`, `NotInOutpost` |
/// | its outpost serves it, and was not seen lately | `False`, `OutpostNotSeen` |
/// | its outpost serves it, and whether that runs cannot be looked at | `Unknown`, `HealthUnreadable` |
///
/// It is information, as being exposed is: a service that is not served may be as declared, since no pass can start an
/// outpost.
extension ServiceStatus {
    /// Takes note of what a pass found out.
    ///
    /// - Parameter before: what was known until then.
    mutating func addServing(_ outcome: ServiceOutcome, before: ServiceStatus?, at time: Timestamp) {
        guard let standing = outcome.serving else { return }
        serving = ServingRecord(standing)
        let (value, message) = standing.condition
        conditions.append(condition(.served, value, message, before: before, at: time))
    }
}

extension ServingStanding {
    fileprivate var condition: (value: (status: ConditionStatus.Status, reason: String), message: String) {
        let message = complaint ?? "the outpost '\(outpost)' serves it"
        return switch state {
        case .served: ((.yes, "Served"), message)
        case .notInOutpost: ((.no, "NotInOutpost"), message)
        case .outpostNotSeen: ((.no, "OutpostNotSeen"), message)
        case .unknown: ((.unknown, "HealthUnreadable"), message)
        }
    }
}
