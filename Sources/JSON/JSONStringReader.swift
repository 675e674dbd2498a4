/// Reads what is between the quotation marks of a string, escape by escape.
struct JSONStringReader {
    /// Why an escape is not valid.
    struct Mistake: Error {
        let reason: String
    }

    private let bytes: [UInt8]
    private(set) var index: Int

    init(_ bytes: [UInt8], from index: Int) {
        self.bytes = bytes
        self.index = index
    }

    /// A string with escapes that was checked.
    mutating func text(to end: Int) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(end - index)
        while index < end {
            if bytes[index] == UInt8(ascii: "\\"), let scalar = try? scalar() {
                text.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The scalar that an escape stands for; goes on to what is behind it.
    mutating func scalar() throws(Mistake) -> Unicode.Scalar {
        index += 1
        guard index < bytes.count else { throw Mistake(reason: "unexpected end of data") }
        let byte = bytes[index]
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
            throw Mistake(reason: "invalid escaped character in string")
        }
    }

    /// What follows `\u`: one code unit, or a surrogate and its pair.
    private mutating func escapedScalar() throws(Mistake) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(UInt16(first)), skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
            throw Mistake(reason: "lone surrogate in string")
        }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw Mistake(reason: "lone surrogate in string") }
        return scalar
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func codeUnit() throws(Mistake) -> UInt32 {
        guard index + 4 <= bytes.count else { throw Mistake(reason: "unexpected end of data") }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else {
                throw Mistake(reason: "invalid escaped character in string")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }
}
