import Base
import Kinds
import Planning

/// Services of a plan that belong together, in the order in which a terminal shows them.
enum PlanGroup: CaseIterable {
    case inSync, changes, adoptions, releases, deletions, conflicts, blocked, waiting, orphans

    init(_ service: ServicePlan) {
        self =
            switch service.decision {
            case .conflict: .conflicts
            case .blocked: .blocked
            case .waiting: .waiting
            case .delete: .deletions
            case _ where service.deletion != nil: .deletions
            case .inSync: .inSync
            case .create, .update, .link, .recreate: .changes
            case .adopt: .adoptions
            case .release: .releases
            case .orphan: .orphans
            }
    }

    var title: String {
        switch self {
        case .inSync: "In sync"
        case .changes: "Changes"
        case .adoptions: "Adoptions"
        case .releases: "Releases"
        case .deletions: "Deletions"
        case .conflicts: "Conflicts"
        case .blocked: "Blocked"
        case .waiting: "Waiting"
        case .orphans: "Orphans"
        }
    }

    /// What that means, or what to do; empty if the title says it.
    var explanation: String {
        switch self {
        case .inSync, .changes, .deletions: ""
        case .adoptions: "already in Authentik; brought in line with the file and marked as owned"
        case .releases: "the ownership mark is removed; nothing else changes"
        case .conflicts:
            "left alone until they are resolved in the file or in Authentik; what would change is shown"
        case .blocked: "left alone until what they need is available"
        case .waiting: "their secrets are not available yet"
        case .orphans: "still owned, but no longer in the file; left alone"
        }
    }
}

extension Plan {
    func services(in group: PlanGroup) -> [ServicePlan] { services.filter { PlanGroup($0) == group } }
}

extension ServicePlan {
    /// Whether it is shown even if services in sync are only counted: it is not in sync, or its secret may not be.
    var isToBeShown: Bool { PlanGroup(self) != .inSync || isUncompared }
    /// Whether it is in sync as far as that was seen: its secret is hidden, and could not be compared.
    var isUncompared: Bool { decision == .inSync && hiddenSecret != nil }
    /// What ``isUncompared`` is counted as.
    static let uncompared = "with a secret that was not compared"
    /// Whether the deletion limit blocks a deletion of it.
    var isHeld: Bool { deletion?.isHeld == true }
    /// Whether it should be deleted as a whole, and the deletion limit blocks that.
    var isHeldBack: Bool { decision == .delete && isHeld }
}

/// The number of services in a plan, by decision.
///
/// Each service is counted once, by its decision, so that the numbers add up. Objects deleted from services that stay
/// are counted in addition, with a noun.
struct PlanSummary {
    /// `2 to create`, `1 to delete`: what is written.
    private(set) var planned: [String] = []
    /// `3 in sync`, `1 in conflict`: what is not.
    private(set) var others: [String] = []
    private var needsSomebody = false

    /// For a complete plan, with the shared objects that are not in sync.
    init(_ plan: Plan, _ style: Style = Style(isColored: false)) {
        self.init(plan.services, style)
        for (kind, objects) in plan.shared.byKind {
            for decision in Decision.allCases where decision != .inSync {
                let number = objects.count { $0.decision == decision && !$0.isHeld }
                if number > 0 { add(count(number, kind.noun, kind.plural), decision, style) }
            }
            addHeld(objects.count(where: \.isHeld), kind.noun, kind.plural, style)
        }
        needsSomebody = needsSomebody || plan.shared.contains { $0.decision.isStuck || $0.isHeld }
    }

    init(_ services: [ServicePlan], _ style: Style = Style(isColored: false)) {
        // Once over them, and by place: plans are large, and there may be many.
        var numbers: [Decision: Int] = [:]
        var held = 0
        var uncompared = 0
        var deletions: [Deletion] = []
        for index in services.indices {
            let decision = services[index].decision
            if services[index].isHeldBack {
                held += 1
            } else if services[index].isUncompared {
                uncompared += 1
            } else {
                numbers[decision, default: 0] += 1
            }
            if decision != .delete, let deletion = services[index].deletion { deletions.append(deletion) }
            if decision.isStuck || services[index].isHeld { needsSomebody = true }
        }
        for decision in Decision.allCases {
            if let number = numbers[decision] { add(number.grouped, decision, style) }
        }
        if held > 0 { others.append(style.red("\(held.grouped) held back")) }
        if uncompared > 0 {
            others.append(style.yellow("\(uncompared.grouped) \(ServicePlan.uncompared)"))
            needsSomebody = true
        }
        for (noun, plural, number) in [
            ("former provider", "former providers", { $0.providers.count }),
            ("binding of others", "bindings of others", { $0.bindings.count }),
        ] as [(String, String, (Deletion) -> Int)] {
            let deleted = deletions.filter { !$0.isHeld }.map(number).reduce(0, +)
            if deleted > 0 { add(count(deleted, noun, plural), .delete, style) }
            addHeld(deletions.filter(\.isHeld).map(number).reduce(0, +), noun, plural, style)
        }
    }

    private mutating func addHeld(_ number: Int, _ noun: String, _ plural: String, _ style: Style) {
        if number > 0 { others.append(style.red("\(count(number, noun, plural)) held back")) }
    }

    /// - Parameter number: the number of objects with this decision.
    private mutating func add(_ number: String, _ decision: Decision, _ style: Style) {
        let look = decision.look
        let text = "\(number) \(look.summary)"
        switch decision {
        case .inSync, .orphan: others.append(text)
        case .conflict, .blocked, .waiting: others.append(style.colored(text, look.color))
        case .delete: planned.append(style.colored(text, look.color))
        case .create, .update, .adopt, .link, .recreate, .release: planned.append(text)
        }
    }

    /// As one clause: `2 to create, 1 to update; 3 in sync, 1 in conflict`.
    var text: String {
        let nothing = needsSomebody ? "nothing to write" : "nothing to do"
        return (planned.isEmpty ? nothing : planned.joined(separator: ", "))
            + (others.isEmpty ? "" : "; " + others.joined(separator: ", "))
    }
}
