/// Guesses which name somebody meant.
enum Suggestion {
    /// The nearest name: one that is the same but for case, '-' and '_', else one that is a few slips away.
    static func nearest(to text: String, among names: [String]) -> String? {
        guard text.utf8.count <= 40 else { return nil }
        let meant = Array(folded(text).utf8)
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = distance(meant, Array(folded(name).utf8))
            if distance < best?.distance ?? max(1, meant.count / 3) + 1 { best = (name, distance) }
        }
        return best?.name
    }

    /// Whether two names are the same but for case, '-' and '_'.
    static func isSame(_ left: String, _ right: String) -> Bool { folded(left) == folded(right) }

    static func folded(_ text: String) -> String { text.lowercased().filter { $0 != "-" && $0 != "_" } }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for column in right.indices {
                let replaced = previous[column] + (byte == right[column] ? 0 : 1)
                var least = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, beforePrevious[column - 1] + 1)
                }
                current.append(least)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
