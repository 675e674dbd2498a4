import Base

/// Checks the syntax of a regular expression for Go's `regexp`, which outposts use; it does not match anything.
///
/// Go accepts RE2's syntax (<https://github.com/google/re2/wiki/Syntax>, <https://pkg.go.dev/regexp/syntax>) without `\C`:
///
/// | | accepted |
/// |---|---|
/// | repetitions | `x*` `x+` `x?` `x{n}` `x{n,}` `x{n,m}`, each optionally followed by `?`; nested repetitions up to 1000 times in total. Any other `{` is literal |
/// | groups | `(x)` `(?:x)` `(?P<name>x)` `(?<name>x)` `(?flags)` `(?flags:x)`, flags of `imsU`, unset after a `-` |
/// | places | `^` `$` `\A` `\z` `\b` `\B` |
/// | classes | `.` `[x]` `[^x]` `\d` `\s` `\w` `\D` `\S` `\W` `[[:alpha:]]` `\pN` `\p{Greek}` `\P{^Greek}` |
/// | characters | `\a` `\f` `\n` `\r` `\t` `\v` `\123` `\x7F` `\x{10FFFF}` `\Q…\E`, and a `\` before any ASCII punctuation |
///
/// The size limit of compiled patterns is left to Go.
struct GoPattern {
    enum Mistake: Error, Equatable {
        /// A construct that other regular expressions have, but not Go's.
        case unknown(String)
        /// A description of the error.
        case malformed(String)
    }

    /// An open group, or the whole pattern.
    private struct Group {
        /// The highest repetition count of anything in it except ``last``.
        private var most = 1
        /// The repetition count of the operand of a repetition that may follow; nil without an operand.
        private(set) var last: Int?

        var times: Int { max(most, last ?? 1) }

        mutating func add(repeated times: Int = 1) {
            most = self.times
            last = times
        }

        mutating func `repeat`(_ times: Int) { last = times }

        mutating func beginBranch() {
            most = times
            last = nil
        }
    }

    private static let maxTimes = 1000
    private static let maxDepth = 1000

    private var rest: ArraySlice<Unicode.Scalar>
    private var groups = [Group()]
    /// Where the last repetition begins.
    private var repetition: ArraySlice<Unicode.Scalar>?

    static func check(_ pattern: String) throws(Mistake) {
        var reader = GoPattern(rest: Array(pattern.unicodeScalars)[...])
        try reader.readAll()
    }

    private init(rest: ArraySlice<Unicode.Scalar>) { self.rest = rest }

    private mutating func readAll() throws(Mistake) {
        while let scalar = rest.first {
            let start = rest
            var repetition: ArraySlice<Unicode.Scalar>?
            switch scalar {
            case "(": try readGroup()
            case ")": try closeGroup()
            case "|":
                rest.removeFirst()
                groups[groups.count - 1].beginBranch()
            case "[":
                try readClass()
                add()
            case "*", "+", "?":
                rest.removeFirst()
                try repeatLast(nil, from: start)
                repetition = start
            case "{":
                if let count = takeCount() {
                    try repeatLast(count, from: start)
                    repetition = start
                } else {
                    rest.removeFirst()
                    add()
                }
            case "\\": try readEscape()
            default:
                rest.removeFirst()
                add()
            }
            self.repetition = repetition
        }
        guard groups.count == 1 else { throw .malformed("a '(' is not closed") }
    }

    private mutating func add(repeated times: Int = 1) { groups[groups.count - 1].add(repeated: times) }

    // MARK: - Repetitions

    private struct Count {
        var min: Int
        /// Nil for no maximum.
        var max: Int?
    }

    /// - Parameter count: Nil for `*`, `+` and `?`.
    private mutating func repeatLast(_ count: Count?, from start: ArraySlice<Unicode.Scalar>) throws(Mistake) {
        let sign = text(from: start)
        _ = skip("?")
        if let repetition { throw .unknown(text(from: repetition)) }
        guard let last = groups.last?.last else { throw .malformed("'\(sign)' has nothing to repeat") }
        guard let count else { return }
        if let max = count.max, max < count.min {
            throw .malformed("the minimum of '\(sign)' is greater than its maximum")
        }
        let times = count.max ?? count.min
        let all = count.max == 0 ? 1 : last * max(1, times)
        guard times <= Self.maxTimes, all <= Self.maxTimes else {
            throw .malformed("'\(sign)' repeats something more than \(Self.maxTimes) times")
        }
        groups[groups.count - 1].repeat(all)
    }

    /// `{2}`, `{2,}` or `{2,3}`; nil for a literal `{`.
    private mutating func takeCount() -> Count? {
        let start = rest
        rest.removeFirst()
        if let min = takeNumber() {
            if skip("}") { return Count(min: min, max: min) }
            if skip(",") {
                if skip("}") { return Count(min: min, max: nil) }
                if let max = takeNumber(), skip("}") { return Count(min: min, max: max) }
            }
        }
        rest = start
        return nil
    }

    /// A number without leading zeros; one that overflows is clamped.
    private mutating func takeNumber() -> Int? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        guard let first = digits.first, first != "0" || digits.count == 1 else { return nil }
        rest = rest[digits.endIndex...]
        return digits.reduce(0) { min($0 * 10 + Int($1.value - 0x30), Self.maxTimes + 1) }
    }

    // MARK: - Groups

    private mutating func readGroup() throws(Mistake) {
        let start = rest
        rest.removeFirst()
        guard skip("?") else { return try openGroup() }
        if begins(with: "<=") || begins(with: "<!") { throw .unknown("(?\(string(rest.prefix(2)))") }
        if begins(with: "P<") || begins(with: "<") {
            rest = rest.drop { $0 != "<" }.dropFirst()
            let name = rest.prefix { $0 != ">" }
            rest = rest[name.endIndex...]
            guard skip(">") else { throw .malformed("a '>' is missing after a group's name") }
            guard !name.isEmpty, name.allSatisfy({ $0 == "_" || Self.isAlphanumeric($0) }) else {
                throw .malformed("a group's name may only have ASCII letters, digits and '_'")
            }
            return try openGroup()
        }
        var isUnsetting = false
        var hasFlag = false
        while let scalar = rest.popFirst() {
            let isComplete = !isUnsetting || hasFlag
            switch scalar {
            case "i", "m", "s", "U": hasFlag = true
            case "-" where !isUnsetting: (isUnsetting, hasFlag) = (true, false)
            case ":" where isComplete: return try openGroup()
            case ")" where isComplete: return
            default:
                if scalar == "P" { _ = rest.popFirst() }
                throw .unknown(text(from: start))
            }
        }
        throw .malformed("a '(' is not closed")
    }

    private mutating func openGroup() throws(Mistake) {
        groups.append(Group())
        if groups.count > Self.maxDepth { throw .malformed("groups are nested too deeply") }
    }

    private mutating func closeGroup() throws(Mistake) {
        rest.removeFirst()
        guard groups.count > 1, let group = groups.popLast() else { throw .malformed("a ')' has no matching '('") }
        add(repeated: group.times)
    }

    // MARK: - Escapes

    private mutating func readEscape() throws(Mistake) {
        switch rest.dropFirst().first {
        case "A", "z", "b", "B":
            rest.removeFirst(2)
            add()
        case "Q":
            rest.removeFirst(2)
            while !rest.isEmpty, !begins(with: "\\E") {
                rest.removeFirst()
                add()
            }
            rest = rest.dropFirst(2)
        default:
            if try !skipClassEscape() { _ = try takeEscapedScalar() }
            add()
        }
    }

    /// `\d`, `\pN`, `\p{Greek}` and the like.
    private mutating func skipClassEscape() throws(Mistake) -> Bool {
        guard rest.first == "\\", let letter = rest.dropFirst().first else { return false }
        switch letter {
        case "d", "s", "w", "D", "S", "W":
            rest.removeFirst(2)
            return true
        case "p", "P":
            let start = rest
            rest.removeFirst(2)
            var name = rest.prefix(1)
            rest = rest.dropFirst()
            if name.first == "{" {
                name = rest.prefix { $0 != "}" }
                rest = rest[name.endIndex...]
                guard skip("}") else { throw .malformed("the '{' of '\\\(letter)' is not closed") }
            }
            if name.first == "^" { name = name.dropFirst() }
            guard Self.isUnicodeClass(string(name)) else { throw .unknown(text(from: start)) }
            return true
        default: return false
        }
    }

    private mutating func takeEscapedScalar() throws(Mistake) -> UInt32 {
        let start = rest
        rest.removeFirst()
        guard let scalar = rest.popFirst() else { throw .malformed("it ends with a single '\\'") }
        let isOctal = { (scalar: Unicode.Scalar) in ("0"..."7").contains(scalar) }
        switch scalar {
        case "a": return 0x07
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "v": return 0x0B
        case "x":
            if let value = takeHexadecimal() { return value }
        case "0"..."7":
            // A single digit would refer to a group.
            let more = rest.prefix(2).prefix(while: isOctal)
            guard scalar == "0" || !more.isEmpty else { break }
            rest = rest[more.endIndex...]
            return more.reduce(scalar.value - 0x30) { $0 * 8 + $1.value - 0x30 }
        default:
            if scalar.isASCII, !Self.isAlphanumeric(scalar) { return scalar.value }
        }
        throw .unknown(text(from: start))
    }

    /// `7F`, or `{10FFFF}`; nil for anything else.
    private mutating func takeHexadecimal() -> UInt32? {
        if skip("{") {
            let digits = rest.prefix { $0 != "}" }
            rest = rest[digits.endIndex...]
            guard skip("}") else { return nil }
            return hexadecimal(digits)
        }
        let digits = rest.prefix(2)
        rest = rest.dropFirst(2)
        return digits.count == 2 ? hexadecimal(digits) : nil
    }

    private func hexadecimal(_ digits: ArraySlice<Unicode.Scalar>) -> UInt32? {
        guard digits.allSatisfy(\.properties.isASCIIHexDigit), let value = UInt32(string(digits), radix: 16) else {
            return nil
        }
        return value <= 0x10FFFF ? value : nil
    }

    // MARK: - Classes

    private mutating func readClass() throws(Mistake) {
        rest.removeFirst()
        _ = skip("^")
        var isFirst = true
        while isFirst || rest.first != "]" {
            isFirst = false
            if try skipNamedClass() { continue }
            if try skipClassEscape() { continue }
            let start = rest
            let low = try takeClassScalar()
            guard rest.first == "-", let next = rest.dropFirst().first, next != "]" else { continue }
            rest.removeFirst()
            guard low <= (try takeClassScalar()) else {
                throw .malformed("the range '\(text(from: start))' ends before it begins")
            }
        }
        rest.removeFirst()
    }

    private mutating func takeClassScalar() throws(Mistake) -> UInt32 {
        if rest.first == "\\" { return try takeEscapedScalar() }
        guard let scalar = rest.popFirst() else { throw .malformed("a '[' is not closed") }
        return scalar.value
    }

    /// `[:alpha:]`, within brackets.
    private mutating func skipNamedClass() throws(Mistake) -> Bool {
        guard begins(with: "[:") else { return false }
        let start = rest
        var end = rest.dropFirst(2)
        while !end.isEmpty, !end.starts(with: ":]".unicodeScalars) { end = end.dropFirst() }
        guard !end.isEmpty else { return false }
        var name = rest[(rest.startIndex + 2)..<end.startIndex]
        if name.first == "^" { name = name.dropFirst() }
        rest = end.dropFirst(2)
        guard Self.namedClasses.contains(string(name)) else { throw .unknown(text(from: start)) }
        return true
    }

    // MARK: - The text

    private func begins(with text: String) -> Bool { rest.starts(with: text.unicodeScalars) }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    /// The text read since a position.
    private func text(from start: ArraySlice<Unicode.Scalar>) -> String { string(start[..<rest.startIndex]) }

    private func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && UInt8(scalar.value).isASCIIAlphanumeric
    }
}
