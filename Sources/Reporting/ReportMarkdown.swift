package import Applying
package import AuthentikAPI
import Base
import Kinds
package import Planning

/// A report for the summary of a CI job, for `$GITHUB_STEP_SUMMARY`: counts first, then what needs attention.
///
/// Like a plan, it respects the size limit of comments, and contains no links, mentions or HTML from untrusted text.
package struct ReportMarkdown {
    /// Whether to list services in sync as well, and the fields of many new services.
    let isVerbose: Bool

    package init(isVerbose: Bool) {
        self.isVerbose = isVerbose
    }

    private enum Group: CaseIterable {
        case failed, conflicts, blocked, waiting, held, changed, orphans, inSync, notBegun

        init(_ outcome: ServiceOutcome) {
            self =
                switch outcome.plan.decision {
                case _ where outcome.failure?.isNotBegun == true: .notBegun
                case _ where outcome.failure != nil: .failed
                case .conflict: .conflicts
                case .blocked: .blocked
                case .waiting: .waiting
                case .delete where outcome.plan.isHeld: .held
                case .orphan: .orphans
                case .inSync: .inSync
                case .create, .update, .adopt, .link, .recreate, .delete, .release: .changed
                }
        }

        var title: String {
            switch self {
            case .failed: "Failed"
            case .conflicts: PlanGroup.conflicts.title
            case .blocked: PlanGroup.blocked.title
            case .waiting: PlanGroup.waiting.title
            case .held: "Held back"
            case .changed: "Changed"
            case .orphans: PlanGroup.orphans.title
            case .inSync: PlanGroup.inSync.title
            case .notBegun: "Not attempted"
            }
        }

        /// What that means, or what to do; empty if the title says it.
        var explanation: String {
            switch self {
            case .conflicts: PlanGroup.conflicts.explanation
            case .blocked: PlanGroup.blocked.explanation
            case .waiting: PlanGroup.waiting.explanation
            case .orphans: PlanGroup.orphans.explanation
            case .failed, .held, .changed, .inSync, .notBegun: ""
            }
        }
    }

    /// - Parameters:
    ///   - address: Authentik's address.
    ///   - isSandbox: whether Authentik is a sandbox created for this run.
    ///   - command: the command that allows the blocked deletions.
    package func render(
        _ report: PassReport,
        address: AuthentikAddress,
        isSandbox: Bool,
        command: (HeldDeletions) -> String
    ) -> String {
        var comment = CommentBudget()
        let summary = ReportSummary(report)
        let head =
            heading(report.release, address, isSandbox: isSandbox) + [
                ([summary.requests] + [summary.slowdown].compactMap(\.self)).joined(separator: ". ") + "."
            ]
        _ = comment.add("### Reconcile: \(summary.counts)", head.joined(separator: "  \n"))
        if let held = report.heldDeletions {
            _ = comment.add("> \(Markdown.code(held.description(allowing: command(held)).cut(to: 600)))")
        }
        for (kind, outcomes) in report.shared.filter({ isVerbose || $0.plan.decision != .inSync }).byKind {
            _ = comment.add(list(kind, outcomes))
        }
        var leftOut = 0
        for group in Group.allCases {
            let outcomes = report.outcomes.filter { Group($0) == group }
            guard !outcomes.isEmpty, group != .inSync || isVerbose else { continue }
            var head: String? = "#### \(group.title): \(outcomes.count.grouped)"
            if !group.explanation.isEmpty { head? += "\n\n\(sentence(group.explanation))" }
            for (text, number) in items(group, outcomes) {
                let fits = head.map { comment.add($0, text) } ?? comment.add(text)
                if fits { head = nil } else { leftOut += number }
            }
        }
        let exposure = Exposure(report).lines { Markdown.code($0.cut(to: 60)) }.map(sentence)
        let remark =
            leftOut == 0
            ? []
            : ["**Left out, since a comment takes \(CommentBudget.limit) characters:** \(count(leftOut, "service"))."]
        return comment.text(endingWith: exposure + remark)
    }

    private func heading(_ release: Release, _ address: AuthentikAddress, isSandbox: Bool) -> [String] {
        let title = "Authentik \(Markdown.code(release.description)) at \(Markdown.code("\(address)"))"
        return [title + (isSandbox ? " (sandbox)" : "")]
            + [release.newerRemark].compactMap { $0.map { "Note: \(Markdown.code($0))" } }
    }

    private func list(_ kind: Kind, _ outcomes: [SharedOutcome]) -> String {
        let items = outcomes.prefix(PlanMarkdown.namedObjects).map { outcome in
            let failure = outcome.failure.map { ": \(Markdown.code($0.message.cut(to: 300)))" } ?? ""
            return "- **\(outcome.word)** \(Markdown.code(outcome.name.cut(to: 100)))\(failure)"
        }
        let rest = outcomes.count - items.count
        let list = items + (rest > 0 ? ["- and \(count(rest, "other"))"] : [])
        return "#### \(kind.heading): \(outcomes.count.grouped)\n\n" + list.joined(separator: "\n")
    }

    /// The texts of a group, with the number of services that each is about.
    private func items(_ group: Group, _ outcomes: [ServiceOutcome]) -> [(String, Int)] {
        switch group {
        case .inSync, .notBegun:
            let list = outcomes.map { "- \(Markdown.code(ChangesMarkdown.shortened($0.plan.slug)))" }
            return ServiceMarkdown.lists(list)
        default:
            let creates = outcomes.filter { $0.plan.decision == .create && $0.failure == nil }
            let areBrief = !isVerbose && creates.count > ServiceMarkdown.detailedCreates
            let detailed = areBrief ? outcomes.filter { $0.plan.decision != .create || $0.failure != nil } : outcomes
            let items = detailed.map { outcome in
                (ServiceMarkdown(service: outcome.plan, word: outcome.word, failure: outcome.failure).text, 1)
            }
            guard areBrief else { return items }
            return items + ServiceMarkdown.brief(creates.map(\.plan), word: Decision.create.look.done)
        }
    }
}
