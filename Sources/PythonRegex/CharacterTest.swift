/// The single scalars that a piece of a pattern matches.
struct CharacterTest: Sendable {
    enum Member: Sendable, Equatable {
        case range(ClosedRange<UInt32>)
        case digit(Bool), space(Bool), word(Bool)
    }

    var members: [Member]
    var isNegated = false
    var flags: PatternFlags

    /// What a dot matches.
    static func any(_ flags: PatternFlags) -> CharacterTest {
        CharacterTest(members: flags.contains(.dotAll) ? [] : [.range(10...10)], isNegated: true, flags: flags)
    }

    static func literal(_ value: UInt32, _ flags: PatternFlags) -> CharacterTest {
        CharacterTest(members: [.range(value...value)], flags: flags)
    }

    func matches(_ scalar: Unicode.Scalar) -> Bool {
        let variants =
            flags.contains(.ignoreCase) ? CharacterTest.variants(of: scalar, flags) : [scalar]
        let isMember = members.contains { member in variants.contains { holds(member, $0) } }
        return isMember != isNegated
    }

    private func holds(_ member: Member, _ scalar: Unicode.Scalar) -> Bool {
        switch member {
        case .range(let range): range.contains(scalar.value)
        case .digit(let wanted): Self.isDigit(scalar, flags) == wanted
        case .space(let wanted): Self.isSpace(scalar, flags) == wanted
        case .word(let wanted): Self.isWord(scalar, flags) == wanted
        }
    }

    /// A scalar with its other cases, as far as each is a single scalar.
    static func variants(of scalar: Unicode.Scalar, _ flags: PatternFlags) -> [Unicode.Scalar] {
        if flags.contains(.ascii), !scalar.isASCII { return [scalar] }
        let mapped = [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
        let others = mapped.compactMap { text in
            text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
        }
        return [scalar] + others.filter { $0 != scalar && ($0.isASCII || !flags.contains(.ascii)) }
    }

    static func isDigit(_ scalar: Unicode.Scalar, _ flags: PatternFlags) -> Bool {
        if flags.contains(.ascii) { return ("0"..."9").contains(scalar) }
        return scalar.properties.generalCategory == .decimalNumber
    }

    static func isSpace(_ scalar: Unicode.Scalar, _ flags: PatternFlags) -> Bool {
        if scalar.value == 0x20 || (9...13).contains(scalar.value) { return true }
        if flags.contains(.ascii) { return false }
        return scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }

    static func isWord(_ scalar: Unicode.Scalar, _ flags: PatternFlags) -> Bool {
        if scalar == "_" { return true }
        if scalar.isASCII {
            return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
        }
        if flags.contains(.ascii) { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return scalar.properties.numericType != nil
        }
    }
}
