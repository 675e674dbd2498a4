extension PatternParser {
    /// Parses what follows a `(`, up to its `)`; nil for a comment or flags, which match nothing themselves.
    mutating func group(
        _ flags: inout PatternFlags,
        depth: Int,
        mayBeGlobal: Bool,
        at begin: Int
    ) throws(PythonPatternError) -> Piece? {
        guard reader.skip("?") else { return try capture(nil, flags, depth: depth, at: begin) }
        guard let sign = reader.take() else { throw fault("it ends after '(?'", at: begin) }
        if sign.isEscape { throw unknownGroup("\\\(sign.scalar)", at: begin) }
        switch sign.scalar {
        case "P": return try named(flags, depth: depth, at: begin)
        case ":": return try closed(flags, depth: depth, at: begin) { .group($0) }
        case ">": return try closed(flags, depth: depth, at: begin) { .atomic($0) }
        case "#":
            while let token = reader.take() {
                if !token.isEscape, token.scalar == ")" { return nil }
            }
            throw fault("a comment '(?#' is not closed", at: begin)
        case "=", "!": return try look(isNegative: sign.scalar == "!", flags, depth: depth, at: begin)
        case "<":
            guard let kind = reader.take() else { throw fault("it ends after '(?<'", at: begin) }
            guard !kind.isEscape, kind.scalar == "=" || kind.scalar == "!" else {
                throw fault(
                    "Python's re does not support '(?<\(kind.scalar)'; a named group is '(?P<name>…)'",
                    at: begin
                )
            }
            return try lookBehind(isNegative: kind.scalar == "!", flags, depth: depth, at: begin)
        case "(": return try conditional(flags, depth: depth, at: begin)
        default: break
        }
        guard sign.scalar == "-" || sign.scalar == "L" || PatternFlags(sign.scalar) != nil else {
            throw unknownGroup(String(sign.scalar), at: begin)
        }
        guard let (added, removed) = try switches(sign.scalar, at: begin) else {
            guard mayBeGlobal else { throw fault("flags for the whole pattern must be at its beginning", at: begin) }
            flags = globalFlags
            return nil
        }
        let inner = flags.changed(adding: added, removing: removed)
        return try closed(inner, depth: depth, at: begin) { .group($0) }
    }

    private func unknownGroup(_ text: String, at begin: Int) -> PythonPatternError {
        fault("Python's re does not support '(?\(text)'", at: begin)
    }

    /// The alternatives up to the closing bracket.
    private mutating func closed(
        _ flags: PatternFlags,
        depth: Int,
        at begin: Int,
        _ node: (PatternNode) -> PatternNode
    ) throws(PythonPatternError) -> Piece {
        let inner = try alternatives(flags, depth: depth + 1)
        guard reader.skip(")") else { throw fault("a '(' is not closed", at: begin) }
        return Piece(node: node(inner.node), width: inner.width)
    }

    private mutating func capture(
        _ name: String?,
        _ flags: PatternFlags,
        depth: Int,
        at begin: Int
    ) throws(PythonPatternError) -> Piece {
        let number = widths.count
        widths.append(nil)
        if let name, names.updateValue(number, forKey: name) != nil {
            throw fault("two groups have the same name", at: begin)
        }
        let piece = try closed(flags, depth: depth, at: begin) { .capture(number, $0) }
        widths[number] = piece.width
        return piece
    }

    /// `(?P<name>…)` and `(?P=name)`.
    private mutating func named(
        _ flags: PatternFlags,
        depth: Int,
        at begin: Int
    ) throws(PythonPatternError) -> Piece {
        if reader.skip("<") {
            let name = try groupName(before: ">", at: begin)
            return try capture(name, flags, depth: depth, at: begin)
        }
        guard reader.skip("=") else { throw unknownGroup("P", at: begin) }
        let name = try groupName(before: ")", at: begin)
        guard let group = names[name] else { throw fault("it refers to a group by an unknown name", at: begin) }
        return try reference(to: group, flags, at: begin)
    }

    private mutating func groupName(before end: Unicode.Scalar, at begin: Int) throws(PythonPatternError) -> String {
        let name = try reader.name(before: end)
        guard Self.isIdentifier(name) else {
            throw fault("a group's name contains a character that is not allowed", at: begin)
        }
        return name
    }

    /// Equivalent to `str.isidentifier`.
    private static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, first == "_" || first.properties.isXIDStart else { return false }
        return name.unicodeScalars.dropFirst().allSatisfy(\.properties.isXIDContinue)
    }

    // MARK: Looks

    private mutating func look(
        isNegative: Bool,
        _ flags: PatternFlags,
        depth: Int,
        at begin: Int
    ) throws(PythonPatternError) -> Piece {
        let piece = try closed(flags, depth: depth, at: begin) { node in
            .look(PatternNode.Look(node: node, behind: nil, isNegative: isNegative))
        }
        return Piece(node: piece.node, width: .none)
    }

    private mutating func lookBehind(
        isNegative: Bool,
        _ flags: PatternFlags,
        depth: Int,
        at begin: Int
    ) throws(PythonPatternError) -> Piece {
        let outer = groupsBeforeLookBehind
        if outer == nil { groupsBeforeLookBehind = widths.count }
        let inner = try closed(flags, depth: depth, at: begin) { $0 }
        groupsBeforeLookBehind = outer
        guard inner.width.least == inner.width.most, inner.width.most <= UInt32.max else {
            throw fault("a lookbehind needs a pattern of one fixed width", at: begin)
        }
        let look = PatternNode.Look(node: inner.node, behind: inner.width.least, isNegative: isNegative)
        return Piece(node: .look(look), width: .none)
    }

    /// A condition, such as `(?(1)yes|no)`.
    private mutating func conditional(
        _ flags: PatternFlags,
        depth: Int,
        at begin: Int
    ) throws(PythonPatternError) -> Piece {
        let name = try reader.name(before: ")")
        let group: Int
        if name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let number = Int(name), number > 0, number < 1 << 30 else {
                throw fault("there is no such group", at: begin)
            }
            group = number
            conditions[number] = conditions[number] ?? begin
        } else {
            guard Self.isIdentifier(name), let number = names[name] else {
                throw fault("it refers to a group by an unknown name", at: begin)
            }
            group = number
        }
        try checkLookBehind(group, at: begin)
        var inner = flags
        let yes = try sequence(&inner, depth: depth + 1)
        let no =
            reader.skip("|") ? try sequence(&inner, depth: depth + 1) : Piece(node: .sequence([]), width: .none)
        if reader.nextPlain == "|" { throw fault("a condition has more than two branches", at: begin) }
        guard reader.skip(")") else { throw fault("a '(' is not closed", at: begin) }
        return Piece(node: .conditional(group, yes.node, no.node), width: yes.width.union(no.width))
    }

    // MARK: Flags

    /// `i-s:`, after the first character; nil for flags of the whole pattern, which are set.
    private mutating func switches(
        _ first: Unicode.Scalar,
        at begin: Int
    ) throws(PythonPatternError) -> (added: PatternFlags, removed: PatternFlags)? {
        var added: PatternFlags = []
        var end = first
        if first != "-" {
            repeat {
                guard let flag = PatternFlags(end) else {
                    throw fault("Python's re does not support flag '\(end)'", at: begin)
                }
                added.formUnion(flag)
                if added.isSuperset(of: .types) { throw fault("the flags 'a' and 'u' exclude each other", at: begin) }
                end = try flagSign(at: begin)
            } while end != ")" && end != "-" && end != ":"
        }
        if end == ")" {
            globalFlags.formUnion(added)
            return nil
        }
        var removed: PatternFlags = []
        if end == "-" {
            end = try flagSign(at: begin)
            repeat {
                guard let flag = PatternFlags(end), flag.isDisjoint(with: .types) else {
                    throw fault("'\(end)' is not a flag that can be turned off", at: begin)
                }
                removed.formUnion(flag)
                end = try flagSign(at: begin)
            } while end != ":"
        }
        guard added.isDisjoint(with: removed) else { throw fault("a flag is turned on and off", at: begin) }
        return (added, removed)
    }

    private mutating func flagSign(at begin: Int) throws(PythonPatternError) -> Unicode.Scalar {
        guard let token = reader.take(), !token.isEscape else { throw fault("flags are not closed", at: begin) }
        return token.scalar
    }
}
