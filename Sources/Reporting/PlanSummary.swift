import Base
import Planning

/// How many services a plan is about, and what becomes of them.
struct PlanSummary {
    /// `2 to create`, `1 to delete`: what is written.
    private(set) var planned: [String] = []
    /// `3 in sync`, `1 in conflict`: what is not.
    private(set) var others: [String] = []
    private let needsSomebody: Bool

    init(_ services: [ServicePlan], _ style: Style = Style(isColored: false)) {
        let held = services.filter(\.isHeld).count
        for decision in Decision.allCases {
            let number = services.filter { decision == .delete ? $0.deletes : $0.decision == decision }.count
            guard number > 0 else { continue }
            let look = decision.look
            let text = "\(number) \(look.summary)"
            switch decision {
            case .inSync, .orphan: others.append(text)
            case .conflict, .blocked, .waiting: others.append(style.colored(text, look.color))
            case .delete: planned.append(style.colored(text, look.color))
            case .create, .update, .adopt, .link, .recreate, .release: planned.append(text)
            }
        }
        if held > 0 { others.append(style.red("\(count(held, "deletion")) held back")) }
        needsSomebody = held > 0 || services.contains { $0.decision.isStuck }
    }

    /// As one clause: `2 to create, 1 to update; 3 in sync, 1 in conflict`.
    var text: String {
        let nothing = needsSomebody ? "nothing to write" : "nothing to do"
        return (planned.isEmpty ? nothing : planned.joined(separator: ", "))
            + (others.isEmpty ? "" : "; " + others.joined(separator: ", "))
    }
}
