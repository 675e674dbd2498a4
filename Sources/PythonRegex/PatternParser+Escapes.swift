extension PatternParser {
    /// Parses what follows a backslash, outside of a set.
    mutating func escape(
        _ scalar: Unicode.Scalar,
        _ flags: PatternFlags,
        at begin: Int
    ) throws(PythonPatternError) -> Piece {
        switch scalar {
        case "A": return anchor(.start)
        case "Z": return anchor(.end)
        case "b": return anchor(.wordBoundary(flags))
        case "B": return anchor(.noWordBoundary(flags))
        case "0":
            let digits = reader.take(2, while: Self.isOctal)
            return literal(UInt32(digits, radix: 8) ?? 0, flags)
        case "1"..."9": return try reference(scalar, flags, at: begin)
        default: break
        }
        if let member = category(scalar) {
            return Piece(node: .character(CharacterTest(members: [member], flags: flags)), width: .one)
        }
        return literal(try character(scalar, at: begin), flags)
    }

    /// A reference to a group by its number, or three octal digits.
    private mutating func reference(
        _ first: Unicode.Scalar,
        _ flags: PatternFlags,
        at begin: Int
    ) throws(PythonPatternError) -> Piece {
        var digits = String(first)
        digits += reader.take(1) { ("0"..."9").contains($0) }
        if digits.unicodeScalars.count == 2, digits.unicodeScalars.allSatisfy(Self.isOctal) {
            digits += reader.take(1, while: Self.isOctal)
            if digits.unicodeScalars.count == 3 { return literal(try octal(digits, at: begin), flags) }
        }
        let group = Int(digits) ?? 0
        guard group < widths.count else { throw fault("there is no group \(group)", at: begin) }
        return try reference(to: group, flags, at: begin)
    }

    /// A reference to an existing group.
    func reference(to group: Int, _ flags: PatternFlags, at begin: Int) throws(PythonPatternError) -> Piece {
        guard let width = widths[group] else {
            throw fault("it refers to a group that is not closed yet", at: begin)
        }
        try checkLookBehind(group, at: begin)
        return Piece(node: .reference(group, flags), width: width)
    }

    /// Inside a lookbehind, only groups before it can be referred to.
    func checkLookBehind(_ group: Int, at begin: Int) throws(PythonPatternError) {
        guard let before = groupsBeforeLookBehind else { return }
        guard group < widths.count, widths[group] != nil else {
            throw fault("it refers to a group that is not closed yet", at: begin)
        }
        guard group < before else { throw fault("a lookbehind refers to a group of its own", at: begin) }
    }

    /// `\d` and similar.
    func category(_ scalar: Unicode.Scalar) -> CharacterTest.Member? {
        switch scalar {
        case "d": .digit(true)
        case "D": .digit(false)
        case "s": .space(true)
        case "S": .space(false)
        case "w": .word(true)
        case "W": .word(false)
        default: nil
        }
    }

    /// The single character that an escape represents, inside or outside a set.
    mutating func character(_ scalar: Unicode.Scalar, at begin: Int) throws(PythonPatternError) -> UInt32 {
        switch scalar {
        case "a": return 7
        case "b": return 8
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "v": return 11
        case "x": return try hexadecimal(2, scalar, at: begin)
        case "u": return try hexadecimal(4, scalar, at: begin)
        case "U":
            let value = try hexadecimal(8, scalar, at: begin)
            guard value <= 0x10FFFF else { throw fault("there is no such character", at: begin) }
            return value
        case "N": throw fault("a character is named by '\\N{…}'; write the character itself", at: begin)
        case _ where scalar.isASCII && scalar.properties.isAlphabetic:
            throw fault("Python's re does not support '\\\(scalar)'", at: begin)
        default: return scalar.value
        }
    }

    /// An octal number of up to three digits.
    func octal(_ digits: String, at begin: Int) throws(PythonPatternError) -> UInt32 {
        guard let value = UInt32(digits, radix: 8), value <= 0o377 else {
            throw fault("'\\\(digits)' is beyond '\\377'", at: begin)
        }
        return value
    }

    static func isOctal(_ scalar: Unicode.Scalar) -> Bool { ("0"..."7").contains(scalar) }

    private mutating func hexadecimal(
        _ count: Int,
        _ letter: Unicode.Scalar,
        at begin: Int
    ) throws(PythonPatternError) -> UInt32 {
        let digits = reader.take(count) { $0.isASCII && $0.properties.isASCIIHexDigit }
        guard digits.unicodeScalars.count == count, let value = UInt32(digits, radix: 16) else {
            throw fault("'\\\(letter)' needs \(count) hexadecimal digits", at: begin)
        }
        return value
    }

    // MARK: Sets

    /// `[…]`, after the opening bracket.
    mutating func set(_ flags: PatternFlags, at begin: Int) throws(PythonPatternError) -> Piece {
        let unclosed = fault("a '[' is not closed", at: begin)
        var test = CharacterTest(members: [], isNegated: reader.skip("^"), flags: flags)
        while true {
            let place = reader.offset
            guard let token = reader.take() else { throw unclosed }
            if !token.isEscape, token.scalar == "]", !test.members.isEmpty { break }
            let low = try member(token, at: place)
            guard reader.skip("-") else {
                test.members.append(low)
                continue
            }
            let end = reader.offset
            guard let other = reader.take() else { throw unclosed }
            if !other.isEscape, other.scalar == "]" {
                test.members += [low, .range(0x2D...0x2D)]
                break
            }
            guard case .range(let from) = low, case .range(let to) = try member(other, at: end),
                from.lowerBound <= to.lowerBound
            else { throw fault("a range in '[…]' goes backwards, or has no character at one of its ends", at: place) }
            test.members.append(.range(from.lowerBound...to.lowerBound))
        }
        return Piece(node: .character(test), width: .one)
    }

    private mutating func member(
        _ token: PatternReader.Token,
        at place: Int
    ) throws(PythonPatternError) -> CharacterTest.Member {
        guard token.isEscape else { return .range(token.scalar.value...token.scalar.value) }
        if let member = category(token.scalar) { return member }
        let value: UInt32
        switch token.scalar {
        case "0"..."7":
            value = try octal(String(token.scalar) + reader.take(2, while: Self.isOctal), at: place)
        case "8", "9": throw fault("Python's re does not support '\\\(token.scalar)' in a set", at: place)
        default: value = try character(token.scalar, at: place)
        }
        return .range(value...value)
    }
}
