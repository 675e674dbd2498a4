/// Parses a pattern, and rejects what Python's `re.compile` rejects.
struct PatternParser {
    /// A piece and its width.
    struct Piece {
        var node: PatternNode
        var width: PatternWidth
    }

    var reader: PatternReader
    /// The flags of the whole pattern, which must be at its beginning.
    var globalFlags: PatternFlags = []
    /// The width of each group, from 0 for the pattern itself; nil while it is open.
    var widths: [PatternWidth?] = [nil]
    var names: [String: Int] = [:]
    /// The number of groups before the outermost lookbehind.
    var groupsBeforeLookBehind: Int?
    /// Conditions on groups that may come later, with their positions.
    var conditions: [Int: Int] = [:]

    init(_ text: String) throws(PythonPatternError) {
        reader = try PatternReader(text)
    }

    var groupCount: Int { widths.count }

    mutating func pattern() throws(PythonPatternError) -> PatternNode {
        let piece = try alternatives([], depth: 0)
        if reader.next != nil { throw fault("a ')' has no matching '('") }
        if globalFlags.isSuperset(of: .types) { throw fault("the flags 'a' and 'u' exclude each other") }
        if let (group, offset) = conditions.first(where: { $0.key >= groupCount }) {
            throw PythonPatternError("there is no group \(group)", at: offset)
        }
        return piece.node
    }

    func fault(_ reason: String, at offset: Int? = nil) -> PythonPatternError {
        PythonPatternError(reason, at: offset ?? reader.offset)
    }

    /// Pieces separated by `|`.
    mutating func alternatives(_ flags: PatternFlags, depth: Int) throws(PythonPatternError) -> Piece {
        guard depth <= PythonPattern.maximumDepth else {
            throw fault("it has groups deeper than \(PythonPattern.maximumDepth) levels")
        }
        var pieces: [Piece] = []
        var flags = flags
        repeat {
            if depth == 0 { flags = globalFlags }
            pieces.append(try sequence(&flags, depth: depth, isFirst: depth == 0 && pieces.isEmpty))
        } while reader.skip("|")
        guard let first = pieces.first, pieces.count > 1 else {
            return pieces.first ?? Piece(node: .sequence([]), width: .none)
        }
        let width = pieces.dropFirst().reduce(first.width) { $0.union($1.width) }
        return Piece(node: .branch(pieces.map(\.node)), width: width)
    }

    /// The part between two `|`.
    mutating func sequence(
        _ flags: inout PatternFlags,
        depth: Int,
        isFirst: Bool = false
    ) throws(PythonPatternError) -> Piece {
        var pieces: [Piece] = []
        while let token = reader.next, token.isEscape || (token.scalar != "|" && token.scalar != ")") {
            let begin = reader.offset
            reader.go(to: reader.index + 1)
            if flags.contains(.verbose), !token.isEscape, skipVerbose(token.scalar) { continue }
            if token.isEscape {
                pieces.append(try escape(token.scalar, flags, at: begin))
                continue
            }
            switch token.scalar {
            case "[": pieces.append(try set(flags, at: begin))
            case "*", "+", "?", "{": try quantify(&pieces, by: token.scalar, flags, at: begin)
            case ".": pieces.append(Piece(node: .character(.any(flags)), width: .one))
            case "^": pieces.append(anchor(flags.contains(.multiline) ? .lineStart : .start))
            case "$": pieces.append(anchor(flags.contains(.multiline) ? .lineEnd : .lastLineEnd))
            case "(":
                let mayBeGlobal = isFirst && pieces.isEmpty
                if let piece = try group(&flags, depth: depth, mayBeGlobal: mayBeGlobal, at: begin) {
                    pieces.append(piece)
                }
            case let scalar: pieces.append(literal(scalar.value, flags))
            }
        }
        let width = pieces.reduce(.none) { $0 + $1.width }
        return Piece(node: .sequence(pieces.map(\.node)), width: width)
    }

    func literal(_ value: UInt32, _ flags: PatternFlags) -> Piece {
        Piece(node: .character(.literal(value, flags)), width: .one)
    }

    func anchor(_ anchor: PatternNode.Anchor) -> Piece { Piece(node: .anchor(anchor), width: .none) }

    /// White space and comments, which the flag `x` ignores.
    private mutating func skipVerbose(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "#" {
            while let token = reader.take(), token.isEscape || token.scalar != "\n" {}
            return true
        }
        return scalar == " " || (9...13).contains(scalar.value)
    }

    // MARK: Quantifiers

    /// More than any count, as in Python.
    private static let unlimited = 4_294_967_295

    private mutating func quantify(
        _ pieces: inout [Piece],
        by sign: Unicode.Scalar,
        _ flags: PatternFlags,
        at begin: Int
    ) throws(PythonPatternError) {
        let range: ClosedRange<Int>
        switch sign {
        case "?": range = 0...1
        case "*": range = 0...Self.unlimited
        case "+": range = 1...Self.unlimited
        default:
            guard let counts = try counts(at: begin) else {
                pieces.append(literal(sign.value, flags))
                return
            }
            range = counts
        }
        guard let last = pieces.last else { throw fault("there is nothing to repeat before a '\(sign)'", at: begin) }
        switch last.node {
        case .anchor: throw fault("there is nothing to repeat before a '\(sign)'", at: begin)
        case .repetition: throw fault("a '\(sign)' follows another repetition", at: begin)
        default: break
        }
        let manner: PatternNode.Repetition.Manner =
            reader.skip("?") ? .lazy : reader.skip("+") ? .possessive : .greedy
        let repetition = PatternNode.Repetition(node: last.node, range: range, manner: manner)
        pieces[pieces.count - 1] = Piece(node: .repetition(repetition), width: last.width.repeated(range))
    }

    /// `2,3}`; nil if the brace is literal.
    private mutating func counts(at begin: Int) throws(PythonPatternError) -> ClosedRange<Int>? {
        let index = reader.index
        if reader.nextPlain == "}" { return nil }
        let isDigit = { (scalar: Unicode.Scalar) in ("0"..."9").contains(scalar) }
        let low = reader.take(while: isDigit)
        let high = reader.skip(",") ? reader.take(while: isDigit) : low
        guard reader.skip("}") else {
            reader.go(to: index)
            return nil
        }
        let least = low.isEmpty ? 0 : Int(low) ?? Self.unlimited
        let most = high.isEmpty ? Self.unlimited : Int(high) ?? Self.unlimited
        guard least < Self.unlimited, high.isEmpty || most < Self.unlimited else {
            throw fault("a repetition count is too large", at: begin)
        }
        guard least <= most else { throw fault("the first number in '{…}' is greater than the second", at: begin) }
        return least...most
    }
}
