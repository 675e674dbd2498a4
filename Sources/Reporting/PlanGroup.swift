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
    /// Whether something falls when it is carried out.
    var deletes: Bool { (decision == .delete || deletion != nil) && !isHeld }
    /// Whether the brake holds back its deletion.
    var isHeld: Bool { deletion?.isHeld == true }
}
