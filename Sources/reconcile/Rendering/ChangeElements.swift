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
        hasBefore = change.before != nil
        if change.isSecret {
            if case .unresolvedSecret = change.after {
                secretWord = change.after.shown.first
            } else {
                secretWord = hasBefore ? "(changed)" : "(set)"
            }
            return
        }
        compare(change.before?.shown ?? [], change.after.shown)
    }

    /// Of a record, which says of a secret only that it changes.
    init(_ change: ChangeRecord) {
        hasBefore = change.before != nil
        if change.isSecret {
            secretWord = "(changed)"
        } else {
            compare(change.before ?? [], change.after ?? [])
        }
    }

    private mutating func compare(_ before: [String], _ after: [String]) {
        let difference = ListDifference(from: before.map(\.printable), to: after.map(\.printable))
        (kept, removed, added) = (difference.kept, difference.removed, difference.added)
    }

    /// Whether there is one value at most, before and after.
    var isSingle: Bool { kept.isEmpty && removed.count <= 1 && added.count <= 1 }
}
