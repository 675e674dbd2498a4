import Applying
import AuthentikAPI
import Base
import DesiredState
import Kinds
import Planning

/// Shows services as people read them: one line each, and what changes below.
struct ServiceText {
    /// A longer value does not push the arrows of the others to the right.
    private static let widestBefore = 48
    /// What does not fit on a line of this width takes two.
    private static let widestLine = 100

    let style: Style
    /// The longest slug and the longest word, so that what stands behind aligns.
    private let slugWidth: Int
    private let wordWidth: Int

    /// - Parameters:
    ///   - slugs: of all services that will be shown.
    ///   - words: what will be said of each.
    init(style: Style, slugs: [String], words: [String]) {
        self.style = style
        slugWidth = slugs.map(\.printable.count).max() ?? 0
        wordWidth = words.map(\.count).max() ?? 0
    }

    /// The line of a service, with its explanation.
    func headline(_ service: ServicePlan, _ word: String, sign: String, color: Style.Color) -> String {
        headline(service.slug, word, service.reason, sign: sign, color: color)
    }

    /// What a plan says of an object that is no service's.
    func lines(_ object: SharedObjectPlan) -> [String] {
        let look = object.decision.look
        return [headline(object.name, look.planned, object.reason, sign: look.sign, color: look.color)]
            + changes(object.changes)
    }

    func headline(
        _ slug: String,
        _ word: String,
        _ reason: String,
        sign: String,
        color: Style.Color
    ) -> String {
        let slug = style.colored("\(sign) \(slug.printable.padded(to: slugWidth))", color)
        return "  \(slug)  \(style.colored(word.padded(to: wordWidth), color))  \(style.dim(reason.printable))"
    }

    /// What falls, or fell.
    func deletion(_ deletion: Deletion, verb: String) -> String {
        self.deletion(DeletionRecord(deletion), verb: deletion.isHeld ? "would delete" : verb)
    }

    /// The same of a record.
    func deletion(_ deletion: DeletionRecord, verb: String) -> String {
        let parts = [
            deletion.provider.map { "the provider '\($0)'" }, deletion.application.map { "the application '\($0)'" },
            deletion.bindings.map { "what others bound to it: \($0.joined(separator: ", "))" },
        ]
        return "      " + style.red("\(verb) \(parts.compactMap { $0 }.joined(separator: ", then "))".printable)
    }

    /// What is restarted, or was; nothing if nothing is.
    func restart(_ workload: Workload?, verb: String) -> [String] {
        workload.map { ["      " + style.yellow("\(verb) \($0)".printable)] } ?? []
    }

    /// The changed fields, a block for each object, the arrows of a block below each other.
    func changes(_ changes: [FieldChange]) -> [String] {
        self.changes(changes.map { ($0.object.rawValue, $0.field, ChangeElements($0)) })
    }

    /// The same of records.
    func changes(_ changes: [ChangeRecord]) -> [String] {
        self.changes(changes.map { ($0.object, $0.field, ChangeElements($0)) })
    }

    private func changes(_ changes: [(object: String, field: String, elements: ChangeElements)]) -> [String] {
        let fieldWidth = changes.map(\.field.count).max() ?? 0
        let elements = changes.map(\.elements)
        let beforeWidth =
            elements.filter(fitsOneLine).map { before($0).count }.filter { $0 <= Self.widestBefore }.max() ?? 0
        var last: String?
        return changes.flatMap { change in
            let object = change.object == last ? "" : change.object
            let elements = change.elements
            last = change.object
            let head = "      \(object.padded(to: 11))  \(change.field.padded(to: fieldWidth))  "
            let indent = String(repeating: " ", count: head.count)
            return lines(elements, beforeWidth).enumerated().map { ($0 == 0 ? head : indent) + $1 }
        }
    }

    func notes(_ service: ServicePlan) -> [String] { notes(service.notes) }

    /// What a plan says that cannot be done.
    func hindrance(_ service: ServicePlan) -> [String] {
        service.hindrance.map { ["      \(style.red("error:")) \($0.printable)"] } ?? []
    }

    func notes(_ notes: [String]) -> [String] {
        notes.map { "      \(style.yellow("note:")) \($0.printable)" }
    }

    func failure(_ failure: ServiceFailure) -> [String] { self.failure(ErrorDocument(failure)) }

    func failure(_ failure: ErrorDocument) -> [String] {
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
    private func lines(_ elements: ChangeElements, _ beforeWidth: Int) -> [String] {
        if let word = elements.secretWord { return [word] }
        if let code = elements.code {
            return code.lines.map { line in
                switch line.sign {
                case .kept: "  \(line.text)"
                case .removed: style.red("- \(line.text)")
                case .added: style.green("+ \(line.text)")
                }
            }
        }
        guard elements.hasBefore else { return lines(ofNew: elements.added) }
        let before = before(elements)
        if fitsOneLine(elements) {
            let space = String(repeating: " ", count: max(0, beforeWidth - before.count))
            return ["\(style.red(before))\(space) → \(style.green(after(elements)))"]
        }
        return elements.kept.map { "  \($0)" } + elements.removed.map { style.red("- \($0)") }
            + elements.added.map { style.green("+ \($0)") }
    }

    private func before(_ elements: ChangeElements) -> String { elements.removed.first ?? "(none)" }
    private func after(_ elements: ChangeElements) -> String { elements.added.first ?? "(none)" }

    /// Whether a change of a value is short enough for `before → after`.
    private func fitsOneLine(_ elements: ChangeElements) -> Bool {
        elements.hasBefore && elements.secretWord == nil && elements.code == nil && elements.isSingle
            && before(elements).count + after(elements).count <= Self.widestLine
    }

    /// Short words on one line, anything longer on lines of their own.
    private func lines(ofNew values: [String]) -> [String] {
        if values.isEmpty { return ["(none)"] }
        let joined = values.joined(separator: ", ")
        return joined.count <= 60 ? [joined] : values
    }
}

/// What stays, goes and comes in a field, ready to print.
struct ChangeElements {
    var kept: [String] = []
    var removed: [String] = []
    var added: [String] = []
    /// Whether the field had a value, or none, before; false if its object is new.
    var hasBefore: Bool
    /// Stands for the value of a secret; nil for any other field.
    var secretWord: String?
    /// Of a field that holds code, its lines; nil for any other.
    var code: CodeDifference?

    init(_ change: FieldChange) {
        self.init(ChangeRecord(change))
        guard change.isSecret else { return }
        hasBefore = change.before != nil
        if case .unresolvedSecret = change.after {
            secretWord = change.after.shown.first
        } else {
            secretWord = hasBefore ? "(changed)" : "(set)"
        }
    }

    /// Of a record, which says of a secret only that it changes.
    init(_ change: ChangeRecord) {
        hasBefore = change.before != nil
        if change.isSecret {
            secretWord = "(changed)"
        } else {
            let elements = change.elements
            kept = elements.kept.map(\.printable)
            removed = elements.removed.map(\.printable)
            added = elements.added.map(\.printable)
            code = CodeDifference(change)
        }
    }

    /// Whether there is one value at most, before and after.
    var isSingle: Bool { kept.isEmpty && removed.count <= 1 && added.count <= 1 }
}
