import Base

/// Checks a JSON text (RFC 8259) in one pass, and notes where its values are.
///
/// Nothing is made of them: see ``JSONElement``.
struct JSONScanner {
    /// How deep arrays and objects may be nested.
    private static let depthLimit = 512
    /// An integer of so many digits fits into an `Int`.
    private static let safeDigits = 18

    /// A value, or the name of a member, which comes before the member's value.
    struct Entry {
        enum Kind: UInt8 {
            case null, `false`, `true`
            /// A number without fraction and exponent that fits into an `Int`.
            case integer
            case number
            /// A string that is the same bytes in memory.
            case string
            /// A string with escapes.
            case escapedString
            case array, object
        }

        let kind: Kind
        /// Where its text begins and ends, in bytes; that of a string is without the quotation marks.
        let start: UInt32
        var end: UInt32 = 0
        /// The index of the entry after it, and after all that is in it.
        var next: UInt32 = 0
    }

    let bytes: [UInt8]
    private(set) var entries: [Entry] = []
    private var index = 0
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the whole text; the first entry is the value that it is.
    mutating func scan() throws(JSONParseError) {
        guard bytes.count < UInt32.max else { throw error("the text is too long") }
        // Answers of Authentik have a value in about twelve bytes.
        entries.reserveCapacity(bytes.count / 12 + 8)
        skipSpace()
        try value()
        skipSpace()
        if index < bytes.count { throw error("unexpected content after document") }
    }

    private mutating func value() throws(JSONParseError) {
        guard let byte = peek else { throw error("unexpected end of data") }
        switch byte {
        case UInt8(ascii: "{"): try nested(.object) { (scanner) throws(JSONParseError) in try scanner.members() }
        case UInt8(ascii: "["): try nested(.array) { (scanner) throws(JSONParseError) in try scanner.items() }
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try literal("true", .true)
        case UInt8(ascii: "f"): try literal("false", .false)
        case UInt8(ascii: "n"): try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw error("unexpected character")
        }
    }

    @inline(__always)
    private mutating func nested(
        _ kind: Entry.Kind,
        _ content: (inout JSONScanner) throws(JSONParseError) -> Void
    ) throws(JSONParseError) {
        depth += 1
        if depth > Self.depthLimit { throw error("nested too deeply") }
        let place = entries.count
        entries.append(Entry(kind: kind, start: UInt32(index)))
        index += 1
        skipSpace()
        try content(&self)
        entries[place].end = UInt32(index)
        entries[place].next = UInt32(entries.count)
        depth -= 1
    }

    private mutating func members() throws(JSONParseError) {
        if skip(UInt8(ascii: "}")) { return }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw unexpected() }
            try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw unexpected() }
            skipSpace()
            try value()
            skipSpace()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw unexpected() }
    }

    private mutating func items() throws(JSONParseError) {
        if skip(UInt8(ascii: "]")) { return }
        repeat {
            skipSpace()
            try value()
            skipSpace()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw unexpected() }
    }

    private mutating func literal(_ text: StaticString, _ kind: Entry.Kind) throws(JSONParseError) {
        let start = index
        for offset in 0..<text.utf8CodeUnitCount where peek(offset) != text.utf8Start[offset] {
            throw error("invalid literal")
        }
        index += text.utf8CodeUnitCount
        note(kind, from: start, to: index)
    }

    private mutating func number() throws(JSONParseError) {
        let start = index
        _ = skip(UInt8(ascii: "-"))
        let first = peek
        let digits = skipDigits()
        // A leading zero stands alone.
        guard digits == 1 || (digits > 1 && first != UInt8(ascii: "0")) else { throw error("invalid number") }
        let whole = index
        if skip(UInt8(ascii: ".")), skipDigits() == 0 { throw error("invalid number") }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            if skipDigits() == 0 { throw error("invalid number") }
        }
        var isInteger = index == whole
        if !isInteger || digits > Self.safeDigits {
            let text = String(decoding: bytes[start..<index], as: UTF8.self)
            isInteger = isInteger && Int(text) != nil
            guard isInteger || Double(text)?.isFinite == true else { throw error("number is out of range") }
        }
        note(isInteger ? .integer : .number, from: start, to: index)
    }

    /// Notes a value, or a name, in which there are no others.
    private mutating func note(_ kind: Entry.Kind, from start: Int, to end: Int) {
        let next = UInt32(entries.count + 1)
        entries.append(Entry(kind: kind, start: UInt32(start), end: UInt32(end), next: next))
    }

    private var peek: UInt8? { peek(0) }

    private func peek(_ offset: Int) -> UInt8? { index + offset < bytes.count ? bytes[index + offset] : nil }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while let byte = peek, byte.isASCIIDigit { index += 1 }
        return index - start
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func unexpected() -> JSONParseError {
        error(index < bytes.count ? "unexpected character" : "unexpected end of data")
    }

    private func error(_ reason: String) -> JSONParseError {
        JSONParseError(reason: reason, offset: index, in: bytes)
    }
}

extension JSONScanner {
    private mutating func string() throws(JSONParseError) {
        index += 1
        let start = index
        var isPlain = true
        var isASCII = true
        while true {
            skipPlainText(&isASCII)
            guard let byte = peek else { throw error("unexpected end of data") }
            if byte == UInt8(ascii: "\"") { break }
            guard byte == UInt8(ascii: "\\") else { throw error("unexpected control character in string") }
            isPlain = false
            var escape = JSONStringReader(bytes, from: index)
            do {
                _ = try escape.scalar()
            } catch {
                throw JSONParseError(reason: error.reason, offset: escape.index, in: bytes)
            }
            index = escape.index
        }
        if !isASCII || !isPlain { try checkText(start..<index) }
        note(isPlain ? .string : .escapedString, from: start, to: index)
        index += 1
    }

    /// Goes on to what is not simply a part of a string: its end, an escape, or a control character.
    private mutating func skipPlainText(_ isASCII: inout Bool) {
        var union: UInt8 = 0
        var end = index
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            union |= byte
            end += 1
        }
        index = end
        if union >= 0x80 { isASCII = false }
    }

    private func checkText(_ range: Range<Int>) throws(JSONParseError) {
        do {
            _ = try UTF8Span(validating: bytes.span.extracting(range))
        } catch {
            let offset = range.lowerBound + error.byteOffsets.lowerBound
            throw JSONParseError(reason: "invalid UTF-8", offset: offset, in: bytes)
        }
        guard MarkRuns.areShort(in: bytes[range]) else {
            throw JSONParseError(reason: "too many combining marks in a row", offset: range.lowerBound, in: bytes)
        }
    }
}

/// Why and where a text is not valid JSON.
package struct JSONParseError: Error, Equatable, CustomStringConvertible {
    package let reason: String
    /// Counted from 1.
    package let line: Int
    /// The column in code points, counted from 1.
    package let column: Int
    /// The offset in code points, counted from 0.
    package let offset: Int

    /// - Parameter offset: in bytes.
    init(reason: String, offset: Int, in bytes: [UInt8]) {
        let before = String(decoding: bytes[..<offset], as: UTF8.self).unicodeScalars
        self.reason = reason
        self.line = before.count { $0 == "\n" } + 1
        self.column = before.reversed().prefix { $0 != "\n" }.count + 1
        self.offset = before.count
    }

    package var description: String { "\(reason): line \(line) column \(column) (char \(offset))" }
}
