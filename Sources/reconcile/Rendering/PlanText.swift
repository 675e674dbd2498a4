import AuthentikAPI
import DesiredState
import Planning
import Reconciling

extension Session {
    /// A plan as the result of `reconcile plan`.
    func render(_ plan: Plan, _ release: Release) -> String {
        if output == .json { return PlanDocument(plan, release, address: pass.client.address).text }
        let text = ServiceText(style: style, width: plan.services.map(\.slug.count).max() ?? 0)
        var lines = [heading(release), ""]
        for service in plan.services where isVerbose || service.decision != .inSync {
            let look = Look(service.decision, style)
            lines.append(text.headline(service, look.planned, symbol: look.symbol, color: look.color))
            lines += text.changes(service.changes) + text.notes(service)
        }
        if lines.count > 2 { lines.append("") }
        return (lines + standInLines + [summary(plan)]).joined(separator: "\n")
    }

    func heading(_ release: Release) -> String {
        "Authentik \(release) at \(pass.client.address)\(isSandbox ? " (sandbox)" : "")"
    }

    var standInLines: [String] {
        guard !standIns.isEmpty else { return [] }
        let list = standIns.map(\.description).joined(separator: ", ")
        return ["Not set, and made up for the sandbox: \(list).", ""]
    }

    private func summary(_ plan: Plan) -> String {
        let total = count(plan.services.filter { $0.decision != .orphan }.count, "service")
        let parts = Decision.allCases.compactMap { decision in
            let number = plan.services.filter { $0.decision == decision }.count
            return number == 0 ? nil : "\(number) \(Look(decision, style).summary)"
        }
        let end = plan.changing.isEmpty ? "Nothing to do." : "Run 'reconcile --once' to apply."
        return "Plan: \(total)\(parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"). \(end)"
    }
}

/// How a decision looks.
struct Look {
    var symbol: String
    var color: (String) -> String
    /// Of a plan.
    var planned: String
    /// Of a report.
    var done: String
    /// Of a plan's last line, after a number.
    var summary: String

    init(_ decision: Decision, _ style: Style) {
        (symbol, planned, done, summary) =
            switch decision {
            case .inSync: ("=", "in sync", "in sync", "in sync")
            case .create: ("+", "create", "created", "to create")
            case .update: ("~", "update", "updated", "to update")
            case .adopt: ("~", "adopt", "adopted", "to adopt")
            case .link: ("~", "link", "linked", "to link")
            case .recreate: ("+", "recreate", "recreated", "to recreate")
            case .release: ("-", "release", "released", "to release")
            case .delete: ("-", "delete", "deleted", "to delete")
            case .orphan: ("?", "orphan", "orphan", "orphaned")
            case .conflict: ("!", "conflict", "conflict", "in conflict")
            case .blocked: ("!", "blocked", "blocked", "blocked")
            }
        color =
            switch decision {
            case .inSync: style.dim
            case .create, .recreate: style.green
            case .update, .adopt, .link, .orphan, .release: style.yellow
            case .conflict, .blocked, .delete: style.red
            }
    }
}
