/// How a text can be quoted within another one.
enum Quoting: CaseIterable {
    case none
    /// As in JSON and Go: `\"`, `\n`, `\u0041`.
    case backslash
    /// As in URLs and forms: `%41`, `+` for a space.
    case percent
    /// As in HTML: `&amp;`, `&#65;`, `&#x41;`.
    case entity

    /// The bytes that a quoted scalar can begin with.
    static let marks = Set("\\%+&".utf8)

    /// The number of bytes that represent a scalar at the beginning of a text; nil if they represent another one.
    func width(of scalar: Unicode.Scalar, in text: ArraySlice<UInt8>) -> Int? {
        let bytes = UTF8.encode(scalar).map(Array.init) ?? []
        let isPlain = text.starts(with: bytes)
        switch self {
        case .none: return isPlain ? bytes.count : nil
        case .backslash: return backslashed(scalar, text) ?? (isPlain && scalar != "\\" ? bytes.count : nil)
        case .percent: return percented(bytes, text) ?? (isPlain && scalar != "%" ? bytes.count : nil)
        case .entity: return entity(scalar, text) ?? (isPlain && scalar != "&" ? bytes.count : nil)
        }
    }

    private func backslashed(_ scalar: Unicode.Scalar, _ text: ArraySlice<UInt8>) -> Int? {
        let text = text.prefix(12)
        guard text.first == UInt8(ascii: "\\"), let letter = text.dropFirst().first else { return nil }
        switch (letter, scalar) {
        case (UInt8(ascii: "n"), "\n"), (UInt8(ascii: "r"), "\r"), (UInt8(ascii: "t"), "\t"): return 2
        case (UInt8(ascii: "u"), _): return escapedUnits(of: scalar, text)
        case (UInt8(ascii: "\""), "\""), (UInt8(ascii: "\\"), "\\"), (UInt8(ascii: "/"), "/"), (UInt8(ascii: "'"), "'"):
            return 2
        default: return nil
        }
    }

    /// `\u0041`, or a pair of surrogates.
    private func escapedUnits(of scalar: Unicode.Scalar, _ text: ArraySlice<UInt8>) -> Int? {
        var rest = text
        for unit in String(scalar).utf16 {
            guard rest.starts(with: "\\u".utf8), number(rest.dropFirst(2).prefix(4), radix: 16) == UInt32(unit) else {
                return nil
            }
            rest = rest.dropFirst(6)
        }
        return rest.startIndex - text.startIndex
    }

    private func percented(_ bytes: [UInt8], _ text: ArraySlice<UInt8>) -> Int? {
        if bytes == [UInt8(ascii: " ")], text.first == UInt8(ascii: "+") { return 1 }
        var rest = text
        for byte in bytes {
            guard rest.first == UInt8(ascii: "%"), number(rest.dropFirst().prefix(2), radix: 16) == UInt32(byte) else {
                return nil
            }
            rest = rest.dropFirst(3)
        }
        return rest.startIndex - text.startIndex
    }

    private func entity(_ scalar: Unicode.Scalar, _ text: ArraySlice<UInt8>) -> Int? {
        guard text.first == UInt8(ascii: "&"), let end = text.prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
            return nil
        }
        let name = text[text.startIndex + 1..<end]
        let isMeant =
            if name.starts(with: "#x".utf8) || name.starts(with: "#X".utf8) {
                number(name.dropFirst(2), radix: 16) == scalar.value
            } else if name.first == UInt8(ascii: "#") {
                number(name.dropFirst(), radix: 10) == scalar.value
            } else {
                Self.names[scalar].map { name.elementsEqual($0.utf8) } ?? false
            }
        return isMeant ? end + 1 - text.startIndex : nil
    }

    private static let names: [Unicode.Scalar: String] = [
        "&": "amp", "<": "lt", ">": "gt", "\"": "quot", "'": "apos",
    ]

    private func number(_ digits: ArraySlice<UInt8>, radix: Int) -> UInt32? {
        UInt32(String(decoding: digits, as: UTF8.self), radix: radix)
    }
}

/// Base64 (RFC 4648, section 4).
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars
    )

    /// All letters, without padding.
    static func letters(_ bytes: [UInt8]) -> [Unicode.Scalar] {
        var letters: [Unicode.Scalar] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in bytes {
            (bits, count) = (bits << 8 | UInt32(byte), count + 8)
            while count >= 6 {
                count -= 6
                letters.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { letters.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        return letters
    }

    /// Of either alphabet.
    static func isLetter(_ byte: UInt8) -> Bool {
        let scalar = Unicode.Scalar(byte)
        return alphabet.contains(scalar) || scalar == "-" || scalar == "_"
    }
}
