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

    /// What that means, or what to do; empty where the title says it.
    var explanation: String {
        switch self {
        case .inSync, .changes, .deletions: ""
        case .adoptions: "in Authentik already; brought in line with the file, and marked as ours"
        case .releases: "the ownership mark is taken off, and nothing else changes"
        case .conflicts:
            "left alone until somebody settles them, in the file or in Authentik; shown is what would change"
        case .blocked: "left alone until what they lack is there"
        case .waiting: "their secrets are on their way"
        case .orphans: "ours, and no longer in the file; left alone"
        }
    }
}

extension Plan {
    func services(in group: PlanGroup) -> [ServicePlan] { services.filter { PlanGroup($0) == group } }
}

extension ServicePlan {
    /// Whether people are to see it also where what is in sync is only counted: it is not, or its secret may not be.
    var isToBeShown: Bool { PlanGroup(self) != .inSync || hiddenSecret != nil }
    /// Whether its application or provider falls when it is carried out.
    var deletes: Bool { (decision == .delete || deletion.map { !$0.isOfBindingsOnly } ?? false) && !isHeld }
    /// How many bindings of others are taken away when it is carried out.
    var deletedBindings: Int { isHeld ? 0 : deletion?.bindings.count ?? 0 }
    /// Whether the deletion limit holds back its deletion.
    var isHeld: Bool { deletion?.isHeld == true }
}

extension Deletion {
    /// Whether the application and its provider stay.
    fileprivate var isOfBindingsOnly: Bool { application == nil && provider == nil && !bindings.isEmpty }
}

/// How many services a plan is about, and what becomes of them.
struct PlanSummary {
    /// `2 to create`, `1 to delete`: what is written.
    private(set) var planned: [String] = []
    /// `3 in sync`, `1 in conflict`: what is not.
    private(set) var others: [String] = []
    private var needsSomebody = false

    /// Of a whole plan, with what is no service's and not in sync.
    init(_ plan: Plan, _ style: Style = Style(isColored: false)) {
        self.init(plan.services, style)
        for (kind, objects) in plan.shared.byKind {
            for decision in Decision.allCases where decision != .inSync {
                let number = objects.count { $0.decision == decision }
                if number > 0 { add(count(number, kind.noun, kind.plural), decision, style) }
            }
        }
        needsSomebody = needsSomebody || plan.shared.contains(where: \.decision.isStuck)
    }

    init(_ services: [ServicePlan], _ style: Style = Style(isColored: false)) {
        let held = services.filter(\.isHeld).count
        for decision in Decision.allCases {
            let number = services.filter { decision == .delete ? $0.deletes : $0.decision == decision }.count
            if number > 0 { add("\(number)", decision, style) }
        }
        let bindings = services.map(\.deletedBindings).reduce(0, +)
        if bindings > 0 {
            planned.append(style.red("\(count(bindings, "binding of others", "bindings of others")) to delete"))
        }
        if held > 0 { others.append(style.red("\(count(held, "deletion")) held back")) }
        needsSomebody = held > 0 || services.contains { $0.decision.isStuck }
    }

    /// - Parameter number: of what this was decided.
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
