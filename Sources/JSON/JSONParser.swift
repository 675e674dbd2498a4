import Base

/// Parses a JSON text (RFC 8259) in one pass.
///
/// Numbers without fraction and exponent become integers if they fit, all others doubles. If several members have the
/// same name, the last one counts.
struct JSONParser {
    /// The maximum nesting depth of arrays and objects.
    private static let depthLimit = 512

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The value of the complete text.
    mutating func parse() throws(JSONParseError) -> JSONValue {
        guard MarkRuns.areShort(in: bytes) else { throw error("too many combining marks in a row") }
        skipSpace()
        let value = try value()
        skipSpace()
        if index < bytes.count { throw error("unexpected content after document") }
        return value
    }

    private mutating func value() throws(JSONParseError) -> JSONValue {
        guard index < bytes.count else { throw error("unexpected end of data") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSONParseError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSONParseError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case let byte where byte == UInt8(ascii: "-") || byte.isASCIIDigit: return try number()
        default: throw error("unexpected character")
        }
    }

    private mutating func nested(
        _ parse: (inout JSONParser) throws(JSONParseError) -> JSONValue
    ) throws(JSONParseError) -> JSONValue {
        depth += 1
        if depth > Self.depthLimit { throw error("nested too deeply") }
        index += 1
        skipSpace()
        let value = try parse(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONParseError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if skip(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw unexpected() }
            let name = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw unexpected() }
            skipSpace()
            members[name] = try value()
            skipSpace()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw unexpected() }
        return .object(members)
    }

    private mutating func array() throws(JSONParseError) -> JSONValue {
        var items: [JSONValue] = []
        if skip(UInt8(ascii: "]")) { return .array(items) }
        repeat {
            skipSpace()
            items.append(try value())
            skipSpace()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw unexpected() }
        return .array(items)
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        let expected = text.withUTF8Buffer { Array($0) }
        guard bytes[index...].starts(with: expected) else { throw error("invalid literal") }
        index += expected.count
        return value
    }

    private mutating func number() throws(JSONParseError) -> JSONValue {
        let start = index
        _ = skip(UInt8(ascii: "-"))
        let first = peek
        let digits = skipDigits()
        // A leading zero must be the only digit.
        guard digits == 1 || (digits > 1 && first != UInt8(ascii: "0")) else { throw error("invalid number") }
        let whole = index
        if skip(UInt8(ascii: ".")), skipDigits() == 0 { throw error("invalid number") }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            if skipDigits() == 0 { throw error("invalid number") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if index == whole, let integer = Int(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { throw error("number is out of range") }
        return .double(double)
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

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

extension JSONParser {
    /// The text between two quotation marks.
    private mutating func string() throws(JSONParseError) -> String {
        index += 1
        let start = index
        // Most strings have no escapes and are copied as a whole.
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            if byte < 0x20 { throw error("unexpected control character in string") }
            index += 1
        }
        var text = try checkedText(start..<index)
        while let byte = peek {
            if byte == UInt8(ascii: "\"") {
                index += 1
                return text
            }
            if byte == UInt8(ascii: "\\") {
                text.unicodeScalars.append(try escape())
                continue
            }
            let start = index
            while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                if byte < 0x20 { throw error("unexpected control character in string") }
                index += 1
            }
            text += try checkedText(start..<index)
        }
        throw error("unexpected end of data")
    }

    private func checkedText(_ range: Range<Int>) throws(JSONParseError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw JSONParseError(reason: "invalid UTF-8", offset: range.lowerBound, in: bytes)
        }
        return text
    }

    private mutating func escape() throws(JSONParseError) -> Unicode.Scalar {
        index += 1
        guard let byte = peek else { throw error("unexpected end of data") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try escapedScalar()
        default:
            index -= 1
            throw error("invalid escaped character in string")
        }
    }

    /// What follows `\u`: one code unit, or a surrogate and its pair.
    private mutating func escapedScalar() throws(JSONParseError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(UInt16(first)), skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
            throw error("lone surrogate in string")
        }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw error("lone surrogate in string") }
        return scalar
    }

    private mutating func codeUnit() throws(JSONParseError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw error("unexpected end of data") }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else {
                throw error("invalid escaped character in string")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
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
