import Applying
import Base
import DesiredState
import Kinds
import Planning

/// Whether people can reach a service with forward-auth, in its status.
///
/// | result of a pass | `Served` |
/// |---|---|
/// | it has no forward-auth, or it is a conflict | none |
/// | its outpost serves it, and was seen recently | `True`, `Served` |
/// | its outpost does not serve it or does not exist, or it was not added to it as planned | `False`, `NotInOutpost` |
/// | its outpost serves it, but was not seen recently | `False`, `OutpostNotSeen` |
/// | its outpost serves it, but its health cannot be read | `Unknown`, `HealthUnreadable` |
///
/// This is informational, like `Exposed`: a service that is not served may be as declared, since a pass cannot start an
/// outpost.
extension ServiceStatus {
    /// Records the result of a pass.
    ///
    /// - Parameter before: the previous status.
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
