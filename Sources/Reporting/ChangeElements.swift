import Base
import Planning

/// What stays, goes and comes in a field, ready to print.
struct ChangeElements {
    var kept: [String] = []
    var removed: [String] = []
    var added: [String] = []
    /// Whether the field had a value, or none, before; false if its object is new.
    var hasBefore: Bool
    /// Stands for the value of a secret; nil for any other field.
    var secretWord: String?

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
        }
    }

    /// Whether there is one value at most, before and after.
    var isSingle: Bool { kept.isEmpty && removed.count <= 1 && added.count <= 1 }
}
