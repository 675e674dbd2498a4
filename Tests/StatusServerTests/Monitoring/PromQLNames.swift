/// What an expression of PromQL names.
///
/// It knows as much of the language as the files in `deploy/monitoring` use; whether they are right PromQL, promtool says.
struct PromQLNames {
    private(set) var selectors: [MetricSelector] = []
    /// What `by`, `on` and the like list.
    private(set) var groupings: [String] = []

    private var rest: Substring

    private static let groupingWords: Set = ["by", "without", "on", "ignoring", "group_left", "group_right"]
    private static let otherWords: Set = [
        "and", "or", "unless", "bool", "offset", "sum", "min", "max", "avg", "count", "histogram_quantile",
    ]

    init(_ expression: String) {
        rest = expression[...]
        while let character = rest.first { read(character) }
    }

    private mutating func read(_ character: Character) {
        switch character {
        case "\"", "'": _ = string()
        case "[":
            _ = take { $0 != "]" }
        case "$", "0"..."9":
            rest = rest.dropFirst()
            _ = word()
        case _ where Self.isWord(character): name()
        default: rest = rest.dropFirst()
        }
    }

    private mutating func name() {
        let name = word()
        skipSpaces()
        if Self.groupingWords.contains(name) {
            if rest.first == "(" { groupings += list() }
        } else if rest.first != "(", !Self.otherWords.contains(name) {
            selectors.append(MetricSelector(name: name, matchers: rest.first == "{" ? matchers() : []))
        }
    }

    /// `(a, b)`.
    private mutating func list() -> [String] {
        let words = take { $0 != ")" }.dropFirst()
        return words.split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    /// `{a="b", c=~"d"}`.
    private mutating func matchers() -> [MetricSelector.Matcher] {
        var matchers: [MetricSelector.Matcher] = []
        rest = rest.dropFirst()
        while let character = rest.first, character != "}" {
            if Self.isWord(character) {
                let label = word()
                let operation = String(take { "=!~ ".contains($0) }.filter { $0 != " " })
                matchers.append(.init(label: label, operation: operation, value: string()))
            } else {
                rest = rest.dropFirst()
            }
        }
        return matchers
    }

    private mutating func string() -> String {
        guard let quote = rest.first else { return "" }
        rest = rest.dropFirst()
        let text = take { $0 != quote }
        rest = rest.dropFirst()
        return String(text)
    }

    private mutating func word() -> String { String(take(Self.isWord)) }

    private mutating func skipSpaces() { _ = take(\.isWhitespace) }

    private mutating func take(_ isPart: (Character) -> Bool) -> Substring {
        let part = rest.prefix(while: isPart)
        rest = rest.dropFirst(part.count)
        return part
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ":")
    }
}
