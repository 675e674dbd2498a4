import AuthentikAPI
import Planning
import Reconciling

/// Shows services as people read them: one line each, and what changes below.
struct ServiceText {
    let style: Style
    /// The longest slug, so that the words behind align.
    let width: Int

    /// The line of a service, with its explanation.
    func headline(_ service: ServicePlan, _ word: String, symbol: String, color: (String) -> String) -> String {
        "  \(color("\(symbol) \(service.slug.padded(to: width))"))  \(color(word))  \(style.dim(service.reason.printable))"
    }

    /// The changed fields, a block for each object.
    func changes(_ changes: [FieldChange]) -> [String] {
        let fieldWidth = changes.map(\.field.count).max() ?? 0
        var last: ObjectKind?
        return changes.flatMap { change in
            let object = change.object == last ? "" : change.object.rawValue
            last = change.object
            let head = "      \(object.padded(to: 11))  \(change.field.padded(to: fieldWidth))  "
            let indent = String(repeating: " ", count: head.count)
            return value(change).enumerated().map { ($0 == 0 ? head : indent) + $1 }
        }
    }

    func notes(_ service: ServicePlan) -> [String] {
        service.notes.map { "      \(style.yellow("note:")) \($0.printable)" }
    }

    func failure(_ failure: ServiceFailure) -> [String] {
        var lines = ["      \(style.red("error:")) \(failure.message.printable)"]
        for field in failure.fields {
            let name = field.field.isEmpty ? "" : "\(field.field): "
            lines.append("        \(style.red("\(name)\(field.message)".printable))")
        }
        if let identifier = failure.requestID, !failure.message.contains(identifier) {
            lines.append("        \(style.dim("Authentik's log has it as request \(identifier.printable)"))")
        }
        return lines
    }

    /// `before → after` on one line where both fit, else removed and added elements.
    private func value(_ change: FieldChange) -> [String] {
        if change.after.secret != nil { return [change.before == nil ? "(set)" : "(changed)"] }
        let after = change.after.shown.map(\.printable)
        guard let before = change.before?.shown.map(\.printable) else { return lines(after) }
        if before.count <= 1 && after.count <= 1 {
            return ["\(style.red(before.first ?? "(none)")) → \(style.green(after.first ?? "(none)"))"]
        }
        let kept = after.filter(before.contains)
        let removed = before.filter { !after.contains($0) }.map { style.red("- \($0)") }
        let added = after.filter { !before.contains($0) }.map { style.green("+ \($0)") }
        return kept.map { "  \($0)" } + removed + added
    }

    /// Short words on one line, anything longer on lines of their own.
    private func lines(_ values: [String]) -> [String] {
        if values.isEmpty { return ["(none)"] }
        let joined = values.joined(separator: ", ")
        return joined.count <= 60 ? [joined] : values
    }
}
