import Base
import Verification

/// Whether the login of a service works, in its status.
///
/// | what probes saw | `Verified` | a service that is as declared is |
/// |---|---|---|
/// | nothing yet, or the file leaves it out | none | in sync |
/// | each check passed | `True`, `Verified` | in sync |
/// | a check failed | `False`, the reason of the first that did | unverified |
/// | they ended before all was seen | as before | as before |
///
/// A pass keeps what they saw, and they look again after each pass that changed the service.
extension ServiceStatus {
    /// What probes saw the last time; nil if they never looked.
    package var verification: ConditionStatus? { conditions.first { $0.type == .verified } }

    /// Takes note of what probes saw.
    mutating func takeNote(of seen: ServiceVerification, at time: Timestamp) {
        guard seen.state != .notProbed else { return }
        let before = self
        let failure = seen.failures.first
        var verified = condition(
            .verified,
            failure.map { (.no, $0.reason.rawValue) } ?? (.yes, "Verified"),
            failure?.message ?? seen.proof,
            before: before,
            at: time
        )
        verified.remedy = failure?.remedy
        conditions = conditions.filter { $0.type != .verified } + [verified]
        if state == .inSync || state == .unverified {
            state = failure == nil ? .inSync : .unverified
            reason = failure?.message ?? "as declared"
            let synced = condition(.synced, state.condition, reason, before: before, at: time)
            conditions = conditions.filter { $0.type != .synced } + [synced]
        }
        conditions.sort { $0.type < $1.type }
    }
}
