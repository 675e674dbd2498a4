/// `1 service`, `2 services`, `10,000 services`.
///
/// - Parameter plural: by default the noun with an s.
package func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    number == 1 ? "1 \(noun)" : "\(number.grouped) \(plural ?? noun + "s")"
}

extension Int {
    /// The number with thousands separators: `10,000`.
    package var grouped: String {
        let digits = String(magnitude)
        let groups = stride(from: digits.count, to: 0, by: -3).map { end in
            digits.dropFirst(Swift.max(0, end - 3)).prefix(Swift.min(3, end))
        }
        return (self < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
    }
}

/// A duration as shown to the user: `0.31 s`.
package func seconds(_ duration: Duration) -> String {
    seconds(duration.inSeconds)
}

/// A duration in seconds as shown to the user, from a number that may be out of range.
package func seconds(_ number: Double) -> String {
    let hundredths = Int(clamping: (number * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
}

/// Turns any clause or sentence into a sentence.
package func sentence(_ text: String) -> String {
    let end: Set<Character> = [".", "!", "?", ":"]
    let text = text.capitalizedFirst
    return text.last.map(end.contains) ?? true ? text : text + "."
}

extension Int {
    /// The integer part of an untrusted number, or the nearest representable one; 0 for negative numbers and NaN.
    package init(clamping number: Double) {
        self = number > 0 ? Int(exactly: number.rounded(.down)) ?? .max : 0
    }
}

extension StringProtocol {
    /// Without white space at both ends, as Authentik stores text and the file's reader accepts it.
    package var trimmed: String {
        guard let first = unicodeScalars.firstIndex(where: { !$0.isWhitespace }),
            let last = unicodeScalars.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first..<unicodeScalars.index(after: last)])
    }
}

extension String {
    /// A clause capitalised for the beginning of a line.
    package var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

    /// The text in a terminal's colour or weight (ECMA-48, "select graphic rendition").
    ///
    /// - Parameter codes: `31` for red, `31;1` for bold red.
    package func rendered(_ codes: String) -> String { "\u{1B}[\(codes)m\(self)\u{1B}[0m" }
}

extension UInt8 {
    package var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
    package var isASCIILowercase: Bool { (0x61...0x7A).contains(self) }
    package var isASCIIHexDigit: Bool { isASCIIDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self) }
    package var isASCIIAlphanumeric: Bool { isASCIIDigit || isASCIILowercase || (0x41...0x5A).contains(self) }
}

extension Unicode.Scalar {
    /// Unicode's White_Space; only non-ASCII scalars need a look-up.
    package var isWhitespace: Bool {
        isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace
    }

    /// Whether it must not be shown on a terminal, a page or in a file as it is, whatever its source: control
    /// characters, and those that reorder or break the text around them.
    ///
    /// How it is written instead depends on the output.
    package var isUnprintable: Bool {
        guard !(0x20..<0x7F).contains(value) else { return false }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        // The joiners are parts of emoji and of some scripts.
        case .format: return self != "\u{200C}" && self != "\u{200D}"
        default: return false
        }
    }
}
