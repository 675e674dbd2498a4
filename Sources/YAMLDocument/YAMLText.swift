import Base

/// Writes any text as YAML that every reader, of YAML 1.1 or 1.2, reads as exactly that text.
package enum YAMLText {
    /// A scalar on one line: plain if it is unambiguous, otherwise in quotes.
    package static func scalar(_ text: String) -> String {
        if isPlain(text) { return text }
        let scalars = text.unicodeScalars
        if scalars.contains(where: mustEscape) { return "\"" + scalars.map(escaped).joined() + "\"" }
        return "'" + scalars.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
    }

    /// A text of several lines as a literal block, including its indicator line; any other text as one scalar.
    ///
    /// - Parameter text: trimmed, as the reader reads it.
    package static func block(_ text: String) -> [String] {
        let isPlain = text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || !mustEscape($0) }
        guard isPlain, text.first.map({ $0 != " " && $0 != "\t" && $0 != "\n" }) ?? false else { return [scalar(text)] }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return ["|"] + lines.map { $0.isEmpty ? "" : "  \($0)" }
    }

    /// Text that cannot leave its comment or its line.
    package static func comment(_ text: String) -> String {
        text.unicodeScalars.map { mustEscape($0) ? "\\u{\(hexadecimal($0))}" : String($0) }.joined()
    }

    /// Whether a plain scalar can also be used in a list in brackets.
    package static func isPlainInFlow(_ text: String) -> Bool {
        isPlain(text)
            && text.unicodeScalars.allSatisfy { isLetter($0) || isDigit($0) || "._-/".unicodeScalars.contains($0) }
    }

    /// Whether it can, or consists of several such words separated by spaces.
    package static func isPlainTextInFlow(_ text: String) -> Bool {
        isPlain(text)
            && text.split(separator: " ", omittingEmptySubsequences: false).allSatisfy { word in
                !word.isEmpty
                    && word.unicodeScalars.allSatisfy {
                        isLetter($0) || isDigit($0) || "._-/".unicodeScalars.contains($0)
                    }
            }
    }

    /// Words that some readers parse as a boolean, a null or a number.
    private static let words: Set = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"]

    /// Starts with a letter, and contains nothing that could begin a comment, a mapping, a number or anything else.
    private static func isPlain(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, let last = scalars.last, isLetter(first) || first == "/",
            last != " ", last != ":", !words.contains(text.lowercased())
        else { return false }
        return scalars.indices.allSatisfy { index in
            switch scalars[index] {
            case ":": scalars[index + 1] != " "
            case "#": scalars[index - 1] != " "
            case " ": true
            case "!"..."/", ";", "=", "?", "@", "_", "~": scalars[index] != "\""
            case let scalar: isLetter(scalar) || isDigit(scalar)
            }
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter: true
        default: false
        }
    }

    /// Line breaks, characters that YAML or a terminal does not accept, and invisible ones.
    private static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isUnprintable { return true }
        switch scalar.properties.generalCategory {
        case .privateUse, .unassigned, .surrogate: return true
        case .spaceSeparator: return scalar != " "
        default: return false
        }
    }

    /// Within double quotes.
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\t": return "\\t"
        case "\r": return "\\r"
        default: break
        }
        guard mustEscape(scalar) else { return String(scalar) }
        let digits = hexadecimal(scalar)
        let (letter, length) = digits.count <= 2 ? ("x", 2) : digits.count <= 4 ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: length - digits.count) + digits
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        String(scalar.value, radix: 16, uppercase: true)
    }
}
