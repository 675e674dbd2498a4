/// A piece of a pattern.
indirect enum PatternNode: Sendable {
    case character(CharacterTest)
    case anchor(Anchor)
    case sequence([PatternNode])
    case branch([PatternNode])
    case capture(Int, PatternNode)
    case group(PatternNode)
    case atomic(PatternNode)
    case repetition(Repetition)
    /// The text of an earlier group.
    case reference(Int, PatternFlags)
    /// The first if a group has matched, else the second.
    case conditional(Int, PatternNode, PatternNode)
    case look(Look)

    enum Anchor: Sendable {
        case start, end
        case lineStart, lineEnd
        /// `$` without `m`: the end, or before a line break at the end.
        case lastLineEnd
        case wordBoundary(PatternFlags), noWordBoundary(PatternFlags)
    }

    struct Repetition: Sendable {
        enum Manner: Sendable {
            case greedy, lazy, possessive
        }

        var node: PatternNode
        var range: ClosedRange<Int>
        var manner: Manner
    }

    struct Look: Sendable {
        var node: PatternNode
        /// The width of a lookbehind; nil for a lookahead.
        var behind: Int?
        var isNegative: Bool
    }
}

/// The flags that `(?…)` sets.
struct PatternFlags: OptionSet, Sendable {
    var rawValue: UInt8

    static let ignoreCase = PatternFlags(rawValue: 1)
    static let multiline = PatternFlags(rawValue: 2)
    static let dotAll = PatternFlags(rawValue: 4)
    static let verbose = PatternFlags(rawValue: 8)
    static let ascii = PatternFlags(rawValue: 16)
    static let unicode = PatternFlags(rawValue: 32)

    /// The two flags that exclude each other.
    static let types: PatternFlags = [.ascii, .unicode]

    /// The flag of a letter; `L` is not allowed for text.
    init?(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "i": self = .ignoreCase
        case "m": self = .multiline
        case "s": self = .dotAll
        case "x": self = .verbose
        case "a": self = .ascii
        case "u": self = .unicode
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The flags inside `(?add-remove:…)`.
    func changed(adding added: PatternFlags, removing removed: PatternFlags) -> PatternFlags {
        var flags = self
        if !added.isDisjoint(with: .types) { flags.subtract(.types) }
        flags.formUnion(added)
        flags.subtract(removed)
        return flags
    }
}

/// How many scalars a piece can match.
struct PatternWidth: Sendable, Equatable {
    /// More than the length of any text; wider pieces count as this wide.
    static let most = 1 << 40
    static let none = PatternWidth(least: 0, most: 0)
    static let one = PatternWidth(least: 1, most: 1)

    var least: Int
    var most: Int

    static func + (left: Self, right: Self) -> Self {
        PatternWidth(least: min(left.least + right.least, Self.most), most: min(left.most + right.most, Self.most))
    }

    /// The width of an alternative between two pieces.
    func union(_ other: Self) -> Self {
        PatternWidth(least: min(least, other.least), most: max(most, other.most))
    }

    func repeated(_ range: ClosedRange<Int>) -> Self {
        PatternWidth(least: Self.product(least, range.lowerBound), most: Self.product(most, range.upperBound))
    }

    private static func product(_ width: Int, _ count: Int) -> Int {
        let (product, isOver) = width.multipliedReportingOverflow(by: count)
        return isOver ? Self.most : min(product, Self.most)
    }
}
