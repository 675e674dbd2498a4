import Kinds
import Planning

/// The lines kept, removed and added in a piece of code, as shown to the user.
///
/// Unchanged lines are only included around a change.
struct CodeDifference {
    enum Sign {
        case kept, removed, added
    }

    struct Line {
        var sign: Sign
        /// Ready to print.
        var text: String
    }

    /// The number of unchanged lines shown before and after a change.
    private static let context = 2

    private(set) var lines: [Line] = []

    /// Nil for a field that does not contain code.
    init?(_ change: ChangeRecord) {
        guard change.object == ObjectKind.mapping.rawValue, change.field == ScopeMapping.Row.expression.attribute else {
            return nil
        }
        let all = Self.all(from: change.before?.first ?? "", to: change.after?.first ?? "")
        let changed = all.indices.filter { all[$0].sign != .kept }
        var last = -1
        for index in all.indices where changed.contains(where: { abs($0 - index) <= Self.context }) {
            if index > last + 1 { lines.append(Line(sign: .kept, text: "…")) }
            lines.append(all[index])
            last = index
        }
        if last >= 0, last < all.count - 1 { lines.append(Line(sign: .kept, text: "…")) }
    }

    private static func all(from before: String, to after: String) -> [Line] {
        let (old, new) = (lines(of: before), lines(of: after))
        let difference = new.difference(from: old)
        let gone = Set(difference.removals.map(\.offset))
        let come = Set(difference.insertions.map(\.offset))
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if gone.contains(left) {
                lines.append(Line(sign: .removed, text: old[left]))
                left += 1
            } else if come.contains(right) {
                lines.append(Line(sign: .added, text: new[right]))
                right += 1
            } else {
                lines.append(Line(sign: .kept, text: new[right]))
                (left, right) = (left + 1, right + 1)
            }
        }
        return lines
    }

    private static func lines(of text: String) -> [String] {
        guard !text.isEmpty else { return [] }
        // A "\r\n" is a single character; tabs are made visible, because otherwise a line with spaces instead would
        // look the same.
        return text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "⇥   ").printable
        }
    }
}

extension CollectionDifference.Change {
    fileprivate var offset: Int {
        switch self {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }
}
