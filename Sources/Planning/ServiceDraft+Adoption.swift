import AuthentikAPI
import DesiredState
import Kinds

extension ServiceDraft {
    /// A plan for what is there without a mark, as far as the service's policy lets it be taken over.
    ///
    /// - Parameter isAsCreated: whether the provider, if there is one, is what this program would have created.
    func adopted(_ plan: ServicePlan, isAsCreated: Bool = true) -> ServicePlan {
        guard mark == nil else { return plan }
        let what: String
        switch service.adopt {
        case .always: return markedFirst(plan)
        case .matching:
            if plan.changes.allSatisfy({ $0.before == nil }), application == nil || plan.changes.isEmpty { return plan }
            what = "is there without an ownership mark and not as declared"
        case .never:
            let isOurs = application.map { service.wanted.isAsCreated($0.values, release) } ?? true
            let isWhole = application == nil || plan.changes.isEmpty
            if isOurs, isAsCreated, isWhole, plan.changes.allSatisfy({ $0.before == nil }) { return plan }
            what = "is there without an ownership mark"
        }
        var conflict = plan
        conflict.decision = .conflict
        conflict.writes = []
        conflict.reason = "\(what), and adopt is '\(service.adopt.rawValue)'; set 'adopt: always' to take it over"
        return conflict
    }

    /// The mark before all else, so that of two owners who find the same application at once one is refused before it
    /// has overwritten anything.
    ///
    /// Where a provider is made first, the mark comes after it, to name it; whoever carries the plan out marks the
    /// application once before, without it.
    private func markedFirst(_ plan: ServicePlan) -> ServicePlan {
        let isMade = plan.writes.contains { if case .createProvider = $0 { true } else { false } }
        let mark = plan.writes.firstIndex { if case .createMark(application: .some, _) = $0 { true } else { false } }
        guard !isMade, let mark else { return plan }
        var plan = plan
        plan.writes.insert(plan.writes.remove(at: mark), at: 0)
        return plan
    }
}
