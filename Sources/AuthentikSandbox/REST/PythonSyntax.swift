/// The few errors of Python syntax that the sandbox detects: unbalanced brackets and quotes, a compound statement
/// without its colon, and a line that ends with an operator.
///
/// Authentik compiles an expression as the body of a function, so that its first line is line 2.
struct PythonSyntax {
    /// Python's error for a text; nil if the sandbox finds none.
    ///
    /// - Parameter file: the name of the text in the message.
    static func error(in text: String, file: String) -> String? {
        var scanner = PythonSyntax(text)
        return scanner.mistake().map { "Expression Syntax Error: \($0.message) (\(file), line \($0.line + 1))" }
    }

    private struct Mistake {
        let message: String
        let line: Int
    }

    private struct Bracket {
        let character: Character
        let line: Int
    }

    private static let closing: [Character: Character] = ["(": ")", "[": "]", "{": "}"]

    private let characters: [Character]
    private var index = 0
    private var line = 1
    private var open: [Bracket] = []
    /// The part of the line outside brackets, strings and comments.
    private var statement = ""

    private init(_ text: String) {
        characters = Array(text)
    }

    private mutating func mistake() -> Mistake? {
        while index < characters.count {
            let character = characters[index]
            switch character {
            case "#": skip(to: \.isNewline)
            case "'", "\"":
                if let mistake = string(character) { return mistake }
                if open.isEmpty { statement += "''" }
            case "(", "[", "{":
                if open.isEmpty { statement += "()" }
                open.append(Bracket(character: character, line: line))
            case ")", "]", "}": if let mistake = close(character) { return mistake }
            case "\\" where index + 1 < characters.count && characters[index + 1].isNewline:
                line += 1
                index += 1
            case _ where character.isNewline:
                if let mistake = endOfStatement() { return mistake }
                line += 1
            default: if open.isEmpty { statement.append(character) }
            }
            index += 1
        }
        if let bracket = open.last {
            return Mistake(message: "'\(bracket.character)' was never closed", line: bracket.line)
        }
        return endOfStatement()
    }

    /// The statements that end with a colon and are followed by another one.
    private static let compound: Set = [
        "class", "def", "elif", "else", "except", "finally", "for", "if", "try", "while", "with",
    ]

    /// The error in the line that ends, if it ends a statement.
    private mutating func endOfStatement() -> Mistake? {
        guard open.isEmpty else { return nil }
        let text = statement.trimmed
        statement = ""
        let word = String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        if Self.compound.contains(word), !text.contains(":") { return Mistake(message: "expected ':'", line: line) }
        guard let last = text.last, "=+-/%&|^<>".contains(last) else { return nil }
        return Mistake(message: "invalid syntax", line: line)
    }

    private mutating func close(_ character: Character) -> Mistake? {
        guard let bracket = open.popLast() else { return Mistake(message: "unmatched '\(character)'", line: line) }
        if Self.closing[bracket.character] == character { return nil }
        let place = bracket.line == line ? "" : " on line \(bracket.line + 1)"
        return Mistake(
            message: "closing parenthesis '\(character)' does not match opening parenthesis '\(bracket.character)'"
                + place,
            line: line
        )
    }

    /// Advances to the last quote of a string.
    private mutating func string(_ quote: Character) -> Mistake? {
        let start = line
        let isTriple = characters[index...].starts(with: [quote, quote, quote])
        index += isTriple ? 3 : 1
        while index < characters.count {
            let character = characters[index]
            if character == "\\" {
                index += 1
                if index < characters.count, characters[index].isNewline { line += 1 }
            } else if character == quote, !isTriple {
                return nil
            } else if isTriple, characters[index...].starts(with: [quote, quote, quote]) {
                index += 2
                return nil
            } else if character.isNewline {
                if !isTriple { break }
                line += 1
            }
            index += 1
        }
        let kind = isTriple ? "triple-quoted string" : "string"
        return Mistake(message: "unterminated \(kind) literal (detected at line \(line + 1))", line: start)
    }

    /// Advances to just before the first matching character, or to the end.
    private mutating func skip(to isEnd: (Character) -> Bool) {
        while index + 1 < characters.count, !isEnd(characters[index + 1]) { index += 1 }
    }
}
