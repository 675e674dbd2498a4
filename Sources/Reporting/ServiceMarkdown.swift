import Base
import DesiredState
import Planning

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
