import Base
import Planning

/// Fields before and after, an element of a list a line; of secrets only that they differ.
struct Differences {
    let changes: [ChangeRecord]
    /// What the values before are.
    let before: HTML

    var html: HTML {
        """
        <dl class="differences">
        \(changes.map(difference))</dl>
        \(legend)
        """
    }

    /// Only where there is something to explain.
    private var legend: HTML? {
        guard changes.contains(where: { $0.before != nil }) else { return nil }
        return """
            <p class="quiet legend"><span class="bad"><span class="tone">−</span></span> \(before) \
            <span class="good"><span class="tone">+</span></span> as declared</p>
            """
    }

    private func difference(_ change: ChangeRecord) -> HTML {
        """
        <div><dt><span class="object">\(change.object)</span>.<wbr>\(change.field)</dt>\(values(of: change))</div>

        """
    }

    private func values(of change: ChangeRecord) -> [HTML] {
        guard !change.isSecret else { return ["<dd class=\"secret\">(changed)</dd>"] }
        let after = change.shownAfter ?? []
        guard let before = change.shownBefore else {
            return after.isEmpty ? [Self.none("added")] : after.map { Self.line("added", $0) }
        }
        let elements = change.elements
        return (before.isEmpty ? [Self.none("removed")] : elements.removed.map { Self.line("removed", $0) })
            + (after.isEmpty ? [Self.none("added")] : elements.added.map { Self.line("added", $0) })
            + elements.kept.map { "<dd class=\"kept\">\($0)</dd>" }
    }

    private static func none(_ kind: HTML) -> HTML { line(kind, "(none)") }

    private static func line(_ kind: HTML, _ text: String) -> HTML {
        "<dd class=\"\(kind)\">\(text)</dd>"
    }
}
