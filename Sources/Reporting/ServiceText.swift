import Applying
import AuthentikAPI
import Base
import DesiredState
import Kinds
import Planning

/// Services as text: one line each, with the changes below.
struct ServiceText {
    /// A longer value does not move the arrows of the others to the right.
    private static let widestBefore = 48
    /// A line that would be wider is split in two.
    private static let widestLine = 100
    /// Longer lists of a new object get a line for each element.
    private static let widestList = 60
    /// Further unchanged elements are counted.
    private static let shownKept = 2
    /// The maximum number of new services whose fields are shown; for more, `--verbose` shows them.
    private static let detailedCreates = 10
    /// The indentation of the lines below a service.
    private static let indent = 6

    let style: Style
    /// Whether to leave nothing out.
    let isVerbose: Bool
    /// The lengths of the longest slug and the longest word, for alignment.
    private let slugWidth: Int
    private let wordWidth: Int
    /// New services whose fields are left out.
    let briefCreates: Int

    /// - Parameters:
    ///   - slugs: the slugs of all services that will be shown.
    ///   - words: the words that will be shown for them.
    ///   - creates: the number of new services.
    init(style: Style, isVerbose: Bool, slugs: [String], words: [String], creates: Int = 0) {
        self.style = style
        self.isVerbose = isVerbose
        slugWidth = slugs.map(\.printable.columns).max() ?? 0
        wordWidth = words.map(\.columns).max() ?? 0
        briefCreates = isVerbose || creates <= Self.detailedCreates ? 0 : creates
    }

    /// The line of a service, with its explanation.
    func headline(_ service: ServicePlan, _ word: String, sign: String, color: Style.Color) -> [String] {
        headline(service.slug, word, service.reason, sign: sign, color: color)
    }

    /// A shared object of a plan.
    func lines(_ object: SharedObjectPlan) -> [String] {
        let look = object.decision.look
        return headline(object.name, look.planned, object.reason, sign: look.sign, color: look.color)
            + changes(object.changes)
    }

    func headline(
        _ slug: String,
        _ word: String,
        _ reason: String,
        sign: String,
        color: Style.Color
    ) -> [String] {
        let name = style.colored("\(sign) \(slug.printable.padded(to: slugWidth))", color)
        let head = "\(name)  \(style.colored(word.padded(to: wordWidth), color)) "
        let columns = sign.columns + 1 + slugWidth + 2 + wordWidth + 1
        let reason = reason.printable
        guard let width = style.width, reason.columns > width - columns - 3,
            width - columns - 3 < Style.narrowestText
        else { return style.lines(reason, label: head, labelColumns: columns, indent: 2, color: .dim) }
        return ["  \(head)"] + style.lines(reason, indent: Self.indent, color: .dim)
    }

    /// The fields that change in a service; none for a new service among many.
    func changes(of service: ServicePlan) -> [String] {
        briefCreates > 0 && service.decision == .create ? [] : changes(service.changes)
    }

    /// The remark that fields were left out; empty if none were.
    var briefRemark: [String] {
        guard briefCreates > 0 else { return [] }
        let text = "The fields of the \(briefCreates.grouped) new services are not shown; --verbose shows them."
        return style.lines(text, indent: 2, color: .dim)
    }

    /// Says how many more there are.
    func rest(_ lines: [String]) -> [String] { lines.flatMap { style.lines($0, indent: 2, color: .dim) } }

    /// What is deleted, or was.
    func deletion(_ deletion: Deletion, verb: String) -> [String] {
        self.deletion(DeletionRecord(deletion), verb: deletion.isHeld ? "would delete" : verb)
    }

    /// What is deleted, or was.
    func deletion(_ deletion: DeletionRecord, verb: String) -> [String] {
        let parts =
            deletion.providers.map { "the provider '\($0)'" }
            + [
                deletion.application.map { "the application '\($0)'" },
                deletion.bindings.map { "the bindings of others: \($0.joined(separator: ", "))" },
            ].compactMap(\.self)
        let text = "\(verb) \(parts.joined(separator: ", then "))".printable
        return style.lines(text, indent: Self.indent, color: .red)
    }

    /// What is restarted, or was; nothing if nothing is.
    func restart(_ workload: Workload?, verb: String) -> [String] {
        workload.map { style.lines("\(verb) \($0)".printable, indent: Self.indent, color: .yellow) } ?? []
    }

    /// The changed fields, a block for each object, with aligned arrows within a block.
    func changes(_ changes: [FieldChange]) -> [String] {
        self.changes(changes.map { ($0.object.rawValue, $0.fileField, ChangeElements($0)) })
    }

    /// The changed fields of a record.
    func changes(_ changes: [ChangeRecord]) -> [String] {
        self.changes(changes.map { ($0.object, $0.shownField, ChangeElements($0)) })
    }

    private func changes(_ changes: [(object: String, field: String, elements: ChangeElements)]) -> [String] {
        let fieldWidth = changes.map(\.field.columns).max() ?? 0
        // Values that do not fit next to their field are put below it.
        let column = Self.indent + 11 + 2 + fieldWidth + 2
        let isBelow = style.width.map { $0 - column < Style.narrowestText } ?? false
        let room = style.width.map { $0 - (isBelow ? Self.indent + 2 : column) }
        let elements = changes.map(\.elements)
        let single = elements.filter { fitsOneLine($0, room) }.map { before($0).columns }
        let beforeWidth = single.filter { $0 <= Self.widestBefore }.max() ?? 0
        var last: String?
        return changes.flatMap { change in
            let object = change.object == last ? "" : change.object
            last = change.object
            let head = "      \(object.padded(to: 11))  \(change.field.padded(to: fieldWidth))  "
            let values = lines(change.elements, beforeWidth, room)
            if isBelow {
                let title = "      \(change.object)  \(change.field)"
                return [title] + values.map { String(repeating: " ", count: Self.indent + 2) + $0 }
            }
            let indent = String(repeating: " ", count: head.columns)
            return values.enumerated().map { ($0 == 0 ? head : indent) + $1 }
        }
    }

    func notes(_ service: ServicePlan) -> [String] { notes(service.notes) }

    /// The part of a plan that cannot be done.
    func hindrance(_ service: ServicePlan) -> [String] {
        service.hindrance.map { labelled("error:", .red, $0.printable) } ?? []
    }

    func notes(_ notes: [String]) -> [String] { notes.flatMap { labelled("note:", .yellow, $0.printable) } }

    private func labelled(_ label: String, _ color: Style.Color, _ text: String) -> [String] {
        style.lines(
            text,
            label: style.colored(label, color),
            labelColumns: label.columns,
            indent: Self.indent
        )
    }

    /// A line below a service.
    func remark(_ text: String, _ color: Style.Color) -> [String] {
        style.lines(text.printable, indent: Self.indent, color: color)
    }

    func failure(_ failure: ServiceFailure) -> [String] { self.failure(ErrorDocument(failure)) }

    func failure(_ failure: ErrorDocument) -> [String] {
        var lines = labelled("error:", .red, failure.message.printable)
        for field in failure.fields {
            let name = field.field.isEmpty ? "" : "\(ObjectKind.fileName(ofComplaint: field.field)): "
            lines += style.lines("\(name)\(field.message)".printable, indent: Self.indent + 2, color: .red)
        }
        if let identifier = failure.requestID, !failure.message.contains(identifier) {
            let text = "request ID in Authentik's log: \(identifier.printable)"
            lines += style.lines(text, indent: Self.indent + 2, color: .dim)
        }
        return lines
    }

    /// `before → after` on one line if both fit, else what is removed and what is added, each on lines of its own.
    private func lines(_ elements: ChangeElements, _ beforeWidth: Int, _ room: Int?) -> [String] {
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
        guard elements.hasBefore else { return lines(ofNew: elements, room) }
        let before = before(elements)
        if fitsOneLine(elements, room) {
            let space = String(repeating: " ", count: max(0, beforeWidth - before.columns))
            return ["\(style.red(before))\(space) → \(style.green(after(elements)))"]
        }
        return kept(elements.kept, room) + elements.removed.flatMap { signed("-", $0, .red, room) }
            + elements.added.flatMap { signed("+", $0, .green, room) }
    }

    /// Unchanged elements: shown as context if there are few, else counted.
    private func kept(_ elements: [String], _ room: Int?) -> [String] {
        guard isVerbose || elements.count <= Self.shownKept else {
            return [style.dim("  (\(elements.count) unchanged)")]
        }
        return elements.flatMap { signed(" ", $0, .dim, room) }
    }

    private func signed(_ sign: String, _ text: String, _ color: Style.Color, _ room: Int?) -> [String] {
        text.wrapped(to: room.map { max(Style.narrowestText, $0 - 2) }).enumerated().map { index, line in
            style.colored("\(index == 0 ? sign : " ") \(line)", color)
        }
    }

    private func before(_ elements: ChangeElements) -> String { elements.removed.first ?? "(none)" }
    private func after(_ elements: ChangeElements) -> String { elements.added.first ?? "(none)" }

    /// Whether a change of a value is short enough for `before → after`.
    private func fitsOneLine(_ elements: ChangeElements, _ room: Int?) -> Bool {
        guard elements.hasBefore, elements.secretWord == nil, elements.code == nil, elements.isSingle else {
            return false
        }
        let columns = before(elements).columns + after(elements).columns
        return columns <= Self.widestLine && room.map { columns + 3 <= $0 } ?? true
    }

    /// Short words on one line, anything longer on lines of its own.
    private func lines(ofNew elements: ChangeElements, _ room: Int?) -> [String] {
        let values = elements.added
        if values.isEmpty { return ["(none)"] }
        let joined = values.joined(separator: ", ")
        let isShort = joined.columns <= min(Self.widestList, room ?? .max) && !(elements.isList && values.count > 1)
        return isShort ? [joined] : values.flatMap { $0.wrapped(to: room.map { max(Style.narrowestText, $0) }) }
    }
}

/// The elements that a field keeps, loses and gains, formatted.
struct ChangeElements {
    var kept: [String] = []
    var removed: [String] = []
    var added: [String] = []
    /// Whether the field had a value before, even an empty one; false if its object is new.
    var hasBefore: Bool
    /// Whether each element is independent, like redirect URIs, and gets a line of its own.
    var isList: Bool
    /// Shown instead of the value of a secret; nil for any other field.
    var secretWord: String?
    /// The lines of a field that contains code; nil for any other field.
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

    /// For a record, which says of a secret only that it changes.
    init(_ change: ChangeRecord) {
        hasBefore = change.before != nil
        isList = change.isList
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

    /// Whether there is at most one value, before and after.
    var isSingle: Bool { !isList && kept.isEmpty && removed.count <= 1 && added.count <= 1 }
}
