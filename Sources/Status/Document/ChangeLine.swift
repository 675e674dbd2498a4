import Base
import Kinds
package import Planning

/// Changed fields in a line of text: for the log, Kubernetes Events and notifications.
///
/// The file's names of fields come first, and no value of a secret is shown.
package enum ChangeLine {
    /// Longer values are truncated.
    private static let longestValue = 120
    /// What exceeds this is replaced by a count.
    private static let longestLine = 600

    /// `group, redirectURIs`.
    package static func fields(_ fields: [DriftedField]) -> String {
        fields.map(\.label).joined(separator: ", ")
    }

    /// `group: Elsewhere → Apps; redirectURIs: -strict https://a, +strict https://b`.
    package static func changes(_ changes: [ChangeRecord]) -> String {
        var shown: [String] = []
        var length = 0
        for change in changes {
            let text = "\(change.label): \(text(change))"
            length += text.count
            if !shown.isEmpty, length > longestLine { break }
            shown.append(text)
        }
        let rest = changes.count - shown.count
        return shown.joined(separator: "; ") + (rest == 0 ? "" : "; and \(rest) more")
    }

    /// `grafana`, `provider.redirect_uris` → `redirectURIs`: the file's name of a field in a status document.
    package static func label(_ field: String) -> String {
        guard let dot = field.firstIndex(of: ".") else { return field }
        return DriftedField(object: String(field[..<dot]), field: String(field[field.index(after: dot)...])).label
    }

    private static func text(_ change: ChangeRecord) -> String {
        guard !change.isSecret else { return "(changed)" }
        let (before, after) = (change.before, change.after ?? [])
        // Code is not shown in a line.
        guard !((before ?? []) + after).contains(where: { $0.contains("\n") }) else { return "(changed)" }
        guard let before else { return list(after) }
        if before.count <= 1, after.count <= 1 { return "\(list(before)) → \(list(after))" }
        let elements = change.elements
        let parts = elements.removed.map { "-\(cut($0))" } + elements.added.map { "+\(cut($0))" }
        return parts.isEmpty ? "(order)" : parts.joined(separator: ", ")
    }

    private static func list(_ values: [String]) -> String {
        values.isEmpty ? "(none)" : values.map(cut).joined(separator: ", ")
    }

    private static func cut(_ value: String) -> String {
        value.count <= longestValue ? value : "\(value.prefix(longestValue))…"
    }
}

extension ChangeRecord {
    /// The file's name of the field, or else Authentik's name with its object.
    package var label: String { DriftedField(object: object, field: field).label }
}
