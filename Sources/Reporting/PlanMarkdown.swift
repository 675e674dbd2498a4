import Applying
import AuthentikAPI
import Base
import DesiredState
import Kinds
import Planning

/// A plan as a comment on a pull request: counts first, then what needs attention, within the size limit of comments.
package struct PlanMarkdown {
    private static let order: [PlanGroup] = [
        .conflicts, .blocked, .waiting, .deletions, .releases, .changes, .adoptions, .orphans, .inSync,
    ]

    /// The maximum number of shared objects named per kind; the rest is counted.
    static let namedObjects = 100

    /// Whether to list services in sync as well.
    let isVerbose: Bool

    package init(isVerbose: Bool) {
        self.isVerbose = isVerbose
    }

    package func render(_ result: PlanResult) -> String {
        let plan = result.plan
        var comment = CommentBudget()
        _ = comment.add("### Plan: \(PlanSummary(plan).text)", remarks(result).joined(separator: "  \n"))
        for (kind, objects) in plan.shared.filter({ isVerbose || $0.decision != .inSync }).byKind {
            _ = comment.add(list(kind, objects))
        }
        var leftOut: [ServicePlan] = []
        for group in Self.order {
            let services = plan.services(in: group).filter { isVerbose || $0.isToBeShown }
            guard !services.isEmpty else { continue }
            var head: String? = title(group, services, plan.heldDeletions)
            for (text, services) in items(group, services) {
                let fits = head.map { comment.add($0, text) } ?? comment.add(text)
                if fits { head = nil } else { leftOut += services }
            }
        }
        let exposure = Exposure(plan.services).lines { Markdown.code($0.cut(to: 60)) }.map(sentence)
        return comment.text(endingWith: exposure + [remark(leftOut)].compactMap(\.self))
    }

    private func remarks(_ result: PlanResult) -> [String] {
        let only = result.narrowing.only.prefix(20).map(Markdown.code).joined(separator: ", ")
        return [
            "Authentik \(Markdown.code(result.release.description)) at \(Markdown.code("\(result.address)"))"
                + (result.isSandbox ? " (sandbox)" : ""),
            result.release.newerRemark.map { "Note: \(Markdown.code($0))" },
            only.isEmpty
                ? nil
                : "For \(only) only"
                    + (result.narrowing.only.count > 20 ? " and \(result.narrowing.only.count - 20) others" : ""),
            result.narrowing.withoutSecrets ? "Secrets are left out: not resolved, not compared" : nil,
        ].compactMap { $0 }
    }

    private func list(_ kind: Kind, _ objects: [SharedObjectPlan]) -> String {
        let items = objects.prefix(Self.namedObjects).map(item)
        let rest = objects.count - items.count
        let list = items + (rest > 0 ? ["- and \(count(rest, "other"))"] : [])
        return "#### \(kind.heading): \(objects.count.grouped)\n\n" + list.joined(separator: "\n")
    }

    /// An object with its changes and, if it needs attention, the reason.
    private func item(_ object: SharedObjectPlan) -> String {
        let reason = object.decision.isStuck ? ": \(Markdown.code(object.reason.cut(to: 300)))" : ""
        let head = "- **\(object.decision.look.planned)** \(Markdown.code(object.name.cut(to: 100)))\(reason)"
        guard !object.changes.isEmpty else { return head }
        let block = Markdown.block(ChangesMarkdown.lines(object.changes), language: "diff")
        return ([head] + block.split(separator: "\n").map { "  \($0)" }).joined(separator: "\n")
    }

    private func title(_ group: PlanGroup, _ services: [ServicePlan], _ heldDeletions: HeldDeletions?) -> String {
        var title = "#### \(group.title): \(services.count.grouped)"
        if !group.explanation.isEmpty { title += "\n\n\(sentence(group.explanation))" }
        if group == .deletions, let heldDeletions { title += "\n\n> \(sentence(heldDeletions.description))" }
        return title
    }

    /// The texts of a group, with the services that each is about.
    private func items(_ group: PlanGroup, _ services: [ServicePlan]) -> [(String, [ServicePlan])] {
        guard group == .inSync else {
            let creates = services.filter { $0.decision == .create }
            let areBrief = !isVerbose && creates.count > ServiceMarkdown.detailedCreates
            let detailed = areBrief ? services.filter { $0.decision != .create } : services
            let items = detailed.map { (ServiceMarkdown(service: $0, word: $0.decision.look.planned).text, [$0]) }
            guard areBrief else { return items }
            var rest = creates[...]
            return items
                + ServiceMarkdown.brief(creates, word: Decision.create.look.planned).map { text, number in
                    defer { rest = rest.dropFirst(number) }
                    return (text, Array(rest.prefix(number)))
                }
        }
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

/// A service in a comment: a block with its changes, collapsed if it is long.
struct ServiceMarkdown {
    /// Longer blocks are collapsed.
    private static let openLines = 15
    /// For this program's own texts, which end with what to do.
    private static let longestRemark = 2_000

    /// The maximum number of new services whose fields are shown; for more, `--verbose` shows them.
    static let detailedCreates = 10
    /// The number of services in one list, which is either included or left out as a whole.
    private static let listed = ListLimit.listed

    let service: ServicePlan
    let word: String
    /// Why it was not done; nil for a plan, and for what was done.
    var failure: ServiceFailure?

    /// New services without their fields, the first ones of many, and how many each text is about.
    static func brief(_ services: [ServicePlan], word: String) -> [(String, Int)] {
        let texts = lists(
            services.prefix(ListLimit.listed).map { service in
                let notes = ([service.hindrance] + service.notes).compactMap(\.self)
                    .map { ": \(Markdown.code(ChangesMarkdown.shortened($0)))" }
                return "- **\(word)** \(Markdown.code(ChangesMarkdown.shortened(service.slug)))" + notes.joined()
            }
        )
        guard !texts.isEmpty else { return [] }
        let rest = services.count - ListLimit.listed
        let more = "And **\(rest.grouped) more**, without their fields; `reconcile plan --verbose` shows all of them."
        return texts + [(rest > 0 ? more : "`--verbose` shows their fields.", 0)]
    }

    /// Lines in lists of a bounded length, and the number of lines in each.
    static func lists(_ lines: [String]) -> [(String, Int)] {
        stride(from: 0, to: lines.count, by: listed).map { start in
            let part = lines[start..<min(start + listed, lines.count)]
            return (part.joined(separator: "\n"), part.count)
        }
    }

    var text: String {
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
            lines += deletion.providers.map { "\(verb) provider \(shortened($0))" }
            if let slug = deletion.application { lines.append("\(verb) application \(shortened(slug))") }
            lines += deletion.bindings.map { "\(verb) binding of others: \(shortened($0))" }
        }
        if let failure {
            lines.append("! error: \(shortened(failure.message, to: Self.longestRemark))")
            lines += failure.fields.map { field in
                "!   \(ObjectKind.fileName(ofComplaint: field.field)): \(shortened(field.message))"
            }
        }
        lines += ChangesMarkdown.lines(service.changes)
        if let workload = service.restart { lines.append("! restarts \(shortened(workload.description))") }
        if failure == nil, let hindrance = service.hindrance {
            lines.append("! error: \(shortened(hindrance, to: Self.longestRemark))")
        }
        return lines + service.notes.map { "# note: \(shortened($0, to: Self.longestRemark))" }
    }

    private func shortened(_ text: String, to limit: Int = ChangesMarkdown.longestValue) -> String {
        ChangesMarkdown.shortened(text, to: limit)
    }
}

/// The changed fields of an object as lines of a block.
enum ChangesMarkdown {
    static let longestValue = 300
    /// The maximum number of lines of code shown; the rest is counted.
    private static let mostLines = 100

    static func lines(_ changes: [FieldChange]) -> [String] {
        let width = changes.map(\.fileField.columns).max() ?? 0
        var last: ObjectKind?
        return changes.flatMap { change in
            defer { last = change.object }
            return (change.object == last ? [] : ["@@ \(change.object.rawValue) @@"])
                + lines(change, "\(change.fileField.padded(to: width))  ")
        }
    }

    private static func lines(_ change: FieldChange, _ field: String) -> [String] {
        let elements = ChangeElements(change)
        if let word = elements.secretWord { return [(elements.hasBefore ? "! " : "+ ") + field + word] }
        if let code = elements.code { return lines(code, field) }
        if !elements.hasBefore && elements.added.isEmpty { return ["+ \(field)(none)"] }
        return elements.kept.map { "  " + field + shortened($0) }
            + elements.removed.map { "- " + field + shortened($0) }
            + elements.added.map { "+ " + field + shortened($0) }
    }

    private static func lines(_ code: CodeDifference, _ field: String) -> [String] {
        let lines = code.lines.prefix(mostLines).map { line in
            switch line.sign {
            case .kept: "  \(field)\(shortened(line.text))"
            case .removed: "- \(field)\(shortened(line.text))"
            case .added: "+ \(field)\(shortened(line.text))"
            }
        }
        let rest = code.lines.count - lines.count
        return lines + (rest > 0 ? ["  \(field)… and \(count(rest, "more line"))"] : [])
    }

    static func shortened(_ text: String, to limit: Int = longestValue) -> String {
        let length = text.unicodeScalars.count
        guard length > limit else { return text }
        return "\(text.cut(to: limit)) (\(length) characters)"
    }
}
