/// Splits a pattern into tokens: a scalar, or a backslash with the following scalar.
struct PatternReader {
    struct Token: Equatable {
        var scalar: Unicode.Scalar
        var isEscape: Bool
    }

    private let tokens: [Token]
    /// The start of each token, and the end of the last one.
    private let offsets: [Int]
    private(set) var index = 0

    /// - Throws: if the pattern ends in the middle of a token.
    init(_ text: String) throws(PythonPatternError) {
        var tokens: [Token] = []
        var offsets: [Int] = []
        var backslash: Int?
        var offset = 0
        for scalar in text.unicodeScalars {
            if let begin = backslash {
                tokens.append(Token(scalar: scalar, isEscape: true))
                offsets.append(begin)
                backslash = nil
            } else if scalar == "\\" {
                backslash = offset
            } else {
                tokens.append(Token(scalar: scalar, isEscape: false))
                offsets.append(offset)
            }
            offset += 1
        }
        if let backslash { throw PythonPatternError("it ends with a single '\\'", at: backslash) }
        self.tokens = tokens
        self.offsets = offsets + [offset]
    }

    var next: Token? { index < tokens.count ? tokens[index] : nil }

    /// The scalar of the next token, unless it is an escape.
    var nextPlain: Unicode.Scalar? { next.flatMap { $0.isEscape ? nil : $0.scalar } }

    /// The start of the next token.
    var offset: Int { offsets[index] }

    mutating func take() -> Token? {
        guard let token = next else { return nil }
        index += 1
        return token
    }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard nextPlain == scalar else { return false }
        index += 1
        return true
    }

    mutating func go(to index: Int) { self.index = index }

    /// Reads plain scalars as long as they fit.
    mutating func take(_ most: Int = .max, while fits: (Unicode.Scalar) -> Bool) -> String {
        var text = ""
        while text.unicodeScalars.count < most, let scalar = nextPlain, fits(scalar) {
            text.unicodeScalars.append(scalar)
            index += 1
        }
        return text
    }

    /// Reads up to a terminator, including it.
    ///
    /// - Throws: if there is nothing before it, or no terminator.
    mutating func name(before terminator: Unicode.Scalar) throws(PythonPatternError) -> String {
        let begin = offset
        var name = ""
        while let token = take() {
            if token == Token(scalar: terminator, isEscape: false) {
                if name.isEmpty { throw PythonPatternError("a group's name is missing", at: begin) }
                return name
            }
            if token.isEscape { name.append("\\") }
            name.unicodeScalars.append(token.scalar)
        }
        throw PythonPatternError("a '\(terminator)' is missing after a group's name", at: begin)
    }
}
