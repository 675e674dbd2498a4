import AuthentikAPI
import Base
import DesiredState
import Kinds
import Planning

/// A plan as a comment on a pull request: counts first, what needs somebody next, and no longer than a comment may be.
package struct PlanMarkdown {
    private static let order: [PlanGroup] = [
        .conflicts, .blocked, .waiting, .deletions, .releases, .changes, .adoptions, .orphans, .inSync,
    ]

    /// Groups that are named; the rest is counted.
    private static let namedGroups = 100

    /// Whether to list what is in sync, too.
    let isVerbose: Bool

    package init(isVerbose: Bool) {
        self.isVerbose = isVerbose
    }

    package func render(_ result: PlanResult) -> String {
        let plan = result.plan
        var comment = CommentBudget()
        _ = comment.add("### Plan: \(PlanSummary(plan).text)", remarks(result).joined(separator: "  \n"))
        if let groups = groups(plan.groups) { _ = comment.add(groups) }
        var leftOut: [ServicePlan] = []
        for group in Self.order where isVerbose || group != .inSync {
            let services = plan.services(in: group)
            guard !services.isEmpty else { continue }
            var head: String? = title(group, services, plan.brake)
            for (text, services) in items(group, services) {
                let fits = head.map { comment.add($0, text) } ?? comment.add(text)
                if fits { head = nil } else { leftOut += services }
            }
        }
        return comment.text(endingWith: remark(leftOut))
    }

    private func remarks(_ result: PlanResult) -> [String] {
        let only = result.narrowing.only.prefix(20).map(Markdown.code).joined(separator: ", ")
        return [
            "Authentik \(Markdown.code(result.release.description)) at \(Markdown.code("\(result.address)"))"
                + (result.isSandbox ? " (sandbox)" : ""),
            only.isEmpty
                ? nil
                : "For \(only) only"
                    + (result.narrowing.only.count > 20 ? " and \(result.narrowing.only.count - 20) others" : ""),
            result.narrowing.withoutSecrets ? "Secrets are left out: not resolved, not compared" : nil,
        ].compactMap { $0 }
    }

    /// The groups that are made, or nil without any; those that are there, too, if that is wanted.
    private func groups(_ groups: [GroupPlan]) -> String? {
        let shown = groups.filter { isVerbose || $0.isMissing }
        guard !shown.isEmpty else { return nil }
        let lines = shown.prefix(Self.namedGroups).map { group in
            "- **\(group.decision.look.planned)** \(Markdown.code(group.name.cut(to: 100)))"
        }
        let rest = shown.count - lines.count
        let list = lines + (rest > 0 ? ["- and \(count(rest, "other"))"] : [])
        return "#### Groups: \(shown.count)\n\n" + list.joined(separator: "\n")
    }

    private func title(_ group: PlanGroup, _ services: [ServicePlan], _ brake: Brake?) -> String {
        var title = "#### \(group.title): \(services.count)"
        if !group.explanation.isEmpty { title += "\n\n\(sentence(group.explanation))" }
        if group == .deletions, let brake { title += "\n\n> \(sentence(brake.description))" }
        return title
    }

    /// The texts of a group, and which services each is about.
    private func items(_ group: PlanGroup, _ services: [ServicePlan]) -> [(String, [ServicePlan])] {
        guard group == .inSync else { return services.map { (ServiceMarkdown(service: $0).text, [$0]) } }
        let list = services.map { service in
            "- \(Markdown.code(service.slug))" + service.notes.map { ": \(Markdown.code($0))" }.joined()
        }
        return [(Markdown.details(summary: count(services.count, "service"), list.joined(separator: "\n")), services)]
    }

    private func remark(_ leftOut: [ServicePlan]) -> String? {
        guard !leftOut.isEmpty else { return nil }
        return "**Left out, since a comment takes \(CommentBudget.limit) characters:** "
            + "\(count(leftOut.count, "service")) (\(PlanSummary(leftOut).text)). `reconcile plan` shows them."
    }
}

/// Shows a service in a comment: a block of its changes, collapsed if it is long.
struct ServiceMarkdown {
    /// What is longer has to be opened.
    private static let openLines = 15
    private static let longestValue = 300
    /// Of what this program says, which ends with what to do.
    private static let longestRemark = 2_000

    let service: ServicePlan

    var text: String {
        let word = service.decision.look.planned
        let block = Markdown.block(lines, language: "diff")
        guard lines.count > Self.openLines else {
            return "**\(word)** \(Markdown.code(shortened(service.slug)))\n\n\(block)"
        }
        return Markdown.details(
            summary: "<b>\(word)</b> \(Markdown.htmlCode(shortened(service.slug))), \(count(lines.count, "line"))",
            block
        )
    }

    private var lines: [String] {
        var lines = ["# \(shortened(service.reason))"]
        if let deletion = service.deletion {
            let verb = deletion.isHeld ? "# would delete" : "- delete"
            if let name = deletion.provider { lines.append("\(verb) provider \(shortened(name))") }
            if let slug = deletion.application { lines.append("\(verb) application \(shortened(slug))") }
        }
        let width = service.changes.map(\.field.count).max() ?? 0
        var last: ObjectKind?
        for change in service.changes {
            if change.object != last { lines.append("@@ \(change.object.rawValue) @@") }
            last = change.object
            lines += self.lines(change, "\(change.field.padded(to: width))  ")
        }
        if let workload = service.restart { lines.append("! restarts \(shortened(workload.description))") }
        if let hindrance = service.hindrance {
            lines.append("! error: \(shortened(hindrance, to: Self.longestRemark))")
        }
        return lines + service.notes.map { "# note: \(shortened($0, to: Self.longestRemark))" }
    }

    private func lines(_ change: FieldChange, _ field: String) -> [String] {
        let elements = ChangeElements(change)
        if let word = elements.secretWord { return [(elements.hasBefore ? "! " : "+ ") + field + word] }
        if !elements.hasBefore && elements.added.isEmpty { return ["+ \(field)(none)"] }
        return elements.kept.map { "  " + field + shortened($0) }
            + elements.removed.map { "- " + field + shortened($0) }
            + elements.added.map { "+ " + field + shortened($0) }
    }

    private func shortened(_ text: String, to limit: Int = longestValue) -> String {
        let length = text.unicodeScalars.count
        guard length > limit else { return text }
        return "\(text.cut(to: limit)) (\(length) characters)"
    }
}
