/// A problem with a document as YAML, independent of its meaning.
///
/// Texts are fixed except for a key of at most ``quoteLimit`` characters: a document may contain secrets.
package struct YAMLProblem: Error, Sendable, Equatable {
    /// Without a full stop: `duplicate key 'port'`.
    package var message: String
    /// What to do about it.
    package var hint: String?
    package var position: YAMLPosition
    /// A related position: that of the first occurrence of a duplicate key.
    package var earlier: YAMLPosition?
    /// Whether the text there may be a secret that begins with one of YAML's indicators.
    package var mayBeSecret: Bool

    package init(
        _ message: String,
        hint: String? = nil,
        at position: YAMLPosition,
        earlier: YAMLPosition? = nil,
        mayBeSecret: Bool = false
    ) {
        self.message = message
        self.hint = hint
        self.position = position
        self.earlier = earlier
        self.mayBeSecret = mayBeSecret
    }

    /// The maximum number of characters of a document in a message.
    package static let quoteLimit = 40

    /// A short piece of a document in quotes, truncated at ``quoteLimit``.
    package static func quote(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(quoteLimit)
        return cut.endIndex == text.unicodeScalars.endIndex ? "'\(text)'" : "'\(String(cut))…'"
    }
}

extension YAMLProblem {
    /// An error of libyaml, in its own words if they are helpful, with a hint for common mistakes.
    ///
    /// - Parameters:
    ///   - text: libyaml's `problem`: one of its fixed texts, never a piece of the document.
    ///   - context: libyaml's `context`, such as `while parsing a block mapping`.
    ///   - contextPlace: where the context begins.
    ///   - scalar: the character at the position.
    static func rejected(
        _ text: String,
        context: String?,
        contextPlace: YAMLPosition,
        at place: YAMLPosition,
        scalar: Unicode.Scalar?
    ) -> YAMLProblem {
        if text == "control characters are not allowed" {
            let code = String(scalar?.value ?? 0, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
            return YAMLProblem("the control character U+\(padded) is not allowed in YAML", at: place)
        }
        let isTab = text == "found character that cannot start any token" && scalar == "\t"
        if isTab || text.hasPrefix("found a tab character") {
            return YAMLProblem("a tab cannot indent in YAML", hint: "indent with spaces", at: place)
        }
        // A missing end or colon has to be corrected where the element begins; libyaml only notices it lines below.
        let place = context != nil && beginsWrong.contains(text) ? contextPlace : place
        let begun = context.map { context in
            contextPlace.line == place.line ? " \(context)" : " \(context) that begins in line \(contextPlace.line)"
        }
        return YAMLProblem("not YAML: \(text)\(begun ?? "")", hint: hints[text], at: place)
    }

    private static let beginsWrong: Set = ["could not find expected ':'", "found unexpected end of stream"]

    private static let hints = [
        "found character that cannot start any token": "put the text in quotes",
        "mapping values are not allowed in this context":
            "check the indentation, and put a text that contains ': ' in quotes",
        "did not find expected key": "check the indentation; text after a closing quote is not allowed",
        "did not find expected '-' indicator": "check the indentation",
        "did not find expected ',' or ']'": "is a ']' or ',' missing?",
        "did not find expected ',' or '}'": "is a '}' or ',' missing?",
        "could not find expected ':'": "a field is written 'name: value'",
        "found unexpected end of stream": "is a closing quote missing?",
    ]
}
