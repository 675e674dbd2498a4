import Applying
import Base
import DesiredState
import Kinds
package import Planning

/// Access to a service, in its status.
///
/// | result of a pass | `Access` | `Exposed` |
/// |---|---|---|
/// | access was not read, or is not decided | none | none |
/// | the same for a service that is blocked or waiting, with declared access | as before | as before |
/// | a change was not completely carried out | `Unknown`, `NotApplied` | `Unknown`, `NotApplied` |
/// | declared to be open to everybody | `True`, `Everyone` | `False`, `OnPurpose` |
/// | open to the subjects in the file | `True`, `Restricted` | `False`, `Bound` |
/// | the same, but a subject in the file was deleted | `False`, `Incomplete` | `False`, `Bound` |
/// | all were deleted, or in mode `all` one of them: nobody may open it | `False`, `Closed` | `False`, `Bound` |
/// | left as it is, because a subject never existed | `False`, `Blocked` | according to its bindings |
/// | access is not declared | none | `True`, `NoBinding`, or `False`, `Bound` |
///
/// `Exposed` is informational: an exposed service can be as declared.
extension ServiceStatus {
    /// Records the result of a pass.
    ///
    /// - Parameters:
    ///   - declared: the access declared in the file; nil for none.
    ///   - before: the previous status.
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
            // What should have been created does not exist, or that is unknown.
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
    /// Whether access may differ from the plan.
    fileprivate var leavesAccessUndone: Bool {
        (isPaused || isCutShort) && (plan.decision == .create || plan.changes.contains { $0.object == .access })
    }
}

extension AccessStanding {
    /// Nil if the file does not declare access.
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
    /// The possible values of ``metricState``.
    package static let metricStates = ["restricted", "everyone", "incomplete", "closed", "blocked", "unmanaged"]

    /// Its state, including whether a subject is missing.
    package var metricState: String { state == "restricted" && complaint != nil ? "incomplete" : state }

    /// Whether nobody may open it.
    package var isClosed: Bool { state == AccessStanding.State.closed.rawValue }
}
