/// Guesses which name was meant.
package enum Suggestion {
    /// The closest name: one that differs only in case, '-' and '_', else one within a few typing errors.
    package static func nearest(to text: String, among names: [String]) -> String? {
        guard text.utf8.count <= 100 else { return nil }
        let meant = folded(text)
        var best: String?
        var bound = max(1, meant.count / 3) + 1
        for name in names {
            let candidate = folded(name)
            // Each additional letter counts as an error.
            guard abs(candidate.count - meant.count) < bound else { continue }
            let distance = distance(meant, candidate)
            if distance < bound { (best, bound) = (name, distance) }
        }
        return best
    }

    /// Whether two names differ only in case, '-' and '_'.
    package static func isSame(_ left: String, _ right: String) -> Bool { folded(left) == folded(right) }

    /// Whether two names differ only in case, '-' and '_', or in one letter.
    package static func isSlip(_ left: String, _ right: String) -> Bool {
        left.utf8.count <= 40 && distance(folded(left), folded(right)) <= 1
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.compactMap { byte in
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "_"): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
    }

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
