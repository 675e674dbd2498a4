import Base
import Verification

/// Whether the login of a service works, in its status.
///
/// | result of probes | `Verified` | a service that is as declared is |
/// |---|---|---|
/// | none yet, or the file excludes it | none | in sync |
/// | all checks passed | `True`, `Verified` | in sync |
/// | a check failed | `False`, with the reason of the first failure | unverified |
/// | they ended before all checks were done | as before | as before |
///
/// A pass keeps the result; the login is probed again after each pass that changed the service.
extension ServiceStatus {
    /// The last result of probes; nil if there was none.
    package var verification: ConditionStatus? { conditions.first { $0.type == .verified } }

    /// Records the result of probes.
    mutating func record(_ seen: ServiceVerification, at time: Timestamp) {
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
