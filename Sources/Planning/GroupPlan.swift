import Base
import Kinds

/// What a pass is going to do with a group that the file declares.
///
/// | a group of exactly that name | |
/// |---|---|
/// | is missing | is made, with the name and nothing else |
/// | is there | is in sync, whatever else it has; it is never changed or deleted |
package struct GroupPlan: Sendable, Equatable {
    package let name: String
    /// ``Decision/create`` or ``Decision/inSync``.
    package let decision: Decision

    package init(name: String, isMissing: Bool) {
        self.name = name
        decision = isMissing ? .create : .inSync
    }

    static func plan(_ declared: [String], _ observed: [Group]) -> [GroupPlan] {
        guard !declared.isEmpty else { return [] }
        let present = Set(observed.map(\.name.exact))
        return declared.map { GroupPlan(name: $0, isMissing: !present.contains($0.exact)) }
    }

    package var isMissing: Bool { decision == .create }
    /// A clause that explains the decision.
    package var reason: String { isMissing ? "new group" : "the group is there" }
    /// Of the step that makes it, which what needs it comes after.
    package var id: Step.ID { Step.ID(service: nil, .shared, name: "the group '\(name)'") }
    /// Nil if there is nothing to do.
    var step: Step? { isMissing ? Step(id, .create([.group(named: name)])) : nil }
}

/// A group of a plan as it is written down.
package struct PlannedGroup: Sendable, Equatable, Codable {
    package var name: String
    /// `create` or `in-sync`.
    package var action: String

    init(_ group: GroupPlan) {
        name = group.name
        action = group.decision.rawValue
    }

    /// What of groups is not as planned any more, a clause each.
    static func differences(from planned: [PlannedGroup], to now: [PlannedGroup]) -> [String] {
        func table(_ groups: [PlannedGroup]) -> [ExactText: PlannedGroup] {
            Dictionary(groups.map { ($0.name.exact, $0) }, uniquingKeysWith: { first, _ in first })
        }
        let (before, after) = (table(planned), table(now))
        let dropped = planned.filter { after[$0.name.exact] == nil }
        return (now + dropped).compactMap { group in
            let (before, after) = (before[group.name.exact]?.action, after[group.name.exact]?.action)
            guard before != after else { return nil }
            return "group '\(group.name)': planned \(before ?? "nothing"); now \(after ?? "not declared")"
        }
    }
}
