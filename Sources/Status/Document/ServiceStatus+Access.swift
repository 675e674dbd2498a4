import Applying
import Base
import DesiredState
import Kinds
package import Planning

/// Who may open a service, in its status.
///
/// | what a pass came to | `Access` | `Exposed` |
/// |---|---|---|
/// | nobody looked, or it is not decided | none | none |
/// | the same of a service that is blocked or waits, and whose file says who may open it | as before | as before |
/// | it was to change, and not all of that is done | `Unknown`, `NotApplied` | `Unknown`, `NotApplied` |
/// | declared to be open to everybody | `True`, `Everyone` | `False`, `OnPurpose` |
/// | those whom the file names may open it | `True`, `Restricted` | `False`, `Bound` |
/// | the same, and somebody whom the file names is gone | `False`, `Incomplete` | `False`, `Bound` |
/// | all are gone, or not all of them that have to let in together are there: nobody may | `False`, `Closed` | `False`, `Bound` |
/// | it is left as it is, since somebody was never there | `False`, `Blocked` | as its bindings are |
/// | the file does not say | none | `True`, `NoBinding`, or `False`, `Bound` |
///
/// `Exposed` is information: a service with it is as declared.
extension ServiceStatus {
    /// Takes note of what a pass found out.
    ///
    /// - Parameters:
    ///   - declared: what the file says of it; nil if nothing.
    ///   - before: what was known until then.
    mutating func addAccess(
        _ outcome: ServiceOutcome,
        declared: Access?,
        before: ServiceStatus?,
        at time: Timestamp
    ) {
        let plan = outcome.plan
        guard let standing = plan.access else {
            guard declared != nil, plan.decision == .blocked || plan.decision == .waiting else { return }
            access = before?.access
            conditions += before?.conditions.filter { $0.type == .access || $0.type == .exposed } ?? []
            return
        }
        guard !outcome.leavesAccessUndone else {
            // What was to be made is not there, or nobody knows whether it is.
            guard plan.decision != .create else { return }
            let message = "not all changes of who may open it are done"
            for type in [ConditionStatus.Kind.access, .exposed] {
                conditions.append(condition(type, (.unknown, "NotApplied"), message, before: before, at: time))
            }
            return
        }
        access = AccessRecord(standing)
        if let (value, message) = standing.condition {
            conditions.append(condition(.access, value, message, before: before, at: time))
        }
        let (value, message) = standing.exposure
        conditions.append(condition(.exposed, value, message, before: before, at: time))
    }
}

extension ServiceOutcome {
    /// Whether who may open it may not be as the plan has it.
    fileprivate var leavesAccessUndone: Bool {
        // What could not be done from the start is part of the plan.
        let isCutShort = isPaused || failure.map { $0.message != plan.hindrance } ?? false
        return isCutShort && (plan.decision == .create || plan.changes.contains { $0.object == .access })
    }
}

extension AccessStanding {
    /// Nil if the file does not say who may open it.
    fileprivate var condition: (value: (status: ConditionStatus.Status, reason: String), message: String)? {
        let complaint = complaint ?? "it is not as declared"
        switch state {
        case .everyone: return ((.yes, "Everyone"), "open to everybody, as declared")
        case .restricted where self.complaint != nil: return ((.no, "Incomplete"), complaint)
        case .restricted: return ((.yes, "Restricted"), "open to \(subjects.joined(separator: ", "))")
        case .closed: return ((.no, "Closed"), complaint)
        case .blocked: return ((.no, "Blocked"), complaint)
        case .unmanaged: return nil
        }
    }

    fileprivate var exposure: (value: (status: ConditionStatus.Status, reason: String), message: String) {
        if isExposed { return ((.yes, "NoBinding"), "nothing is bound to it, so everybody may open it") }
        if state == .everyone { return ((.no, "OnPurpose"), "open to everybody, as declared") }
        return ((.no, "Bound"), "only those whom its bindings let in may open it")
    }
}

extension AccessRecord {
    /// What ``metricState`` can be.
    package static let metricStates = ["restricted", "everyone", "incomplete", "closed", "blocked", "unmanaged"]

    /// Its state, and whether somebody is missing in it.
    package var metricState: String { state == "restricted" && complaint != nil ? "incomplete" : state }

    /// Whether nobody may open it.
    package var isClosed: Bool { state == AccessStanding.State.closed.rawValue }
}
