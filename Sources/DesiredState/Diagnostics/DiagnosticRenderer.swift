import Base
import Kinds

/// Prints diagnostics as compilers do.
///
/// ```
/// homelab.yaml:14:7: error: service 'grafana': unknown field 'redirectpath'; did you mean 'redirectPath'?
///       redirectpath: /login
///       ^
/// ```
/// What comes from a file cannot reach the terminal as a control sequence, nor a CI runner as a command.
package struct DiagnosticRenderer: Sendable {
    /// Whether to use ANSI colours.
    package var isColored: Bool

    package init(isColored: Bool = false) {
        self.isColored = isColored
    }

    /// One diagnostic, with a line break at its end.
    package func render(_ diagnostic: Diagnostic) -> String {
        var place = DisplayText(diagnostic.file).text
        if let line = diagnostic.line { place += ":\(line):\(diagnostic.column ?? 1)" }
        let severity = style("\(diagnostic.severity.rawValue):", diagnostic.severity == .error ? "31;1" : "33;1")
        let message = DisplayText(diagnostic.text).text
        let head = (place.isEmpty ? "" : style("\(place):", "1") + " ") + "\(severity) \(message)\n"
        guard let sourceLine = diagnostic.sourceLine, let column = diagnostic.column else { return head }
        let line = DisplayText(sourceLine, caret: column - 1)
        let caret = String(repeating: " ", count: line.caretColumn) + style("^", "32;1")
        return head + "    \(line.text)\n    \(caret)\n"
    }

    /// All diagnostics, and what they sum up to; empty if there are none.
    package func render(_ diagnostics: [Diagnostic]) -> String {
        guard !diagnostics.isEmpty else { return "" }
        return diagnostics.map(render).joined() + Self.summary(of: diagnostics) + "\n"
    }

    /// `2 errors, 1 warning`; empty if there are neither.
    package static func summary(of diagnostics: [Diagnostic]) -> String {
        let errors = diagnostics.reduce(0) { $0 + $1.errors }
        let warnings = diagnostics.reduce(0) { $0 + $1.warnings }
        let counts = [("error", errors), ("warning", warnings)]
        return counts.filter { $0.1 > 0 }.map { count($0.1, $0.0) }.joined(separator: ", ")
    }

    private func style(_ text: String, _ code: String) -> String {
        isColored ? text.rendered(code) : text
    }
}

/// Decides what of a line may be shown with a caret, because a line may hold a secret where nobody expects one.
enum SourceExcerpt {
    /// A line without its comment, which may hold anything; nil if there is nothing left, or if it may hold a URL with a
    /// password.
    static func shown(_ line: String) -> String? {
        guard !line.contains("@") else { return nil }
        let text = withoutComment(line)
        return text.allSatisfy(\.isWhitespace) && text.count < line.count ? nil : text
    }

    /// Whether all names in a line are known fields that hold no secrets.
    ///
    /// For lines that could not be parsed: a line without a field, or with an unknown one, may be a secret.
    static func hasOnlyKnownFields(_ line: String) -> Bool {
        let names = names(in: line)
        return !names.isEmpty && names.allSatisfy(harmless.contains) && !SecretWords.appear(in: line)
    }

    private static let harmless = Set(
        Schema.all.filter { !$0.mayHoldSecret }.flatMap(\.fields).filter(\.isHarmless).map(\.name.rawValue)
    )

    /// The text before each colon that may end a key.
    private static func names(in line: String) -> [String] {
        let scalars = Array(line.unicodeScalars)
        return scalars.indices.compactMap { index in
            guard scalars[index] == ":" else { return nil }
            let isEnd = index + 1 == scalars.count || " \t".unicodeScalars.contains(scalars[index + 1])
            let isQuoted = index > 0 && "\"'".unicodeScalars.contains(scalars[index - 1])
            guard isEnd || isQuoted else { return nil }
            let name = scalars[..<index].reversed().prefix { !" \t{},[]".unicodeScalars.contains($0) }
            return name.reversed().reduce(into: "") { $0.unicodeScalars.append($1) }
        }
    }

    /// Cuts the line at the first `#` that may begin a comment, even if it is in quotes.
    private static func withoutComment(_ line: String) -> String {
        let scalars = line.unicodeScalars
        var previous: Unicode.Scalar?
        for index in scalars.indices {
            if scalars[index] == "#", previous.map({ $0 == " " || $0 == "\t" }) ?? true {
                return String(scalars[..<index])
            }
            previous = scalars[index]
        }
        return line
    }
}

extension Field {
    /// Whether its value is neither a secret nor part of a reference to one.
    fileprivate var isHarmless: Bool {
        switch kind {
        case .secretReference, .kubernetesSecret, .publication: false
        // `services`, `defaults` and `groups` have fields that are checked separately; `keys` may have any names.
        case .node: name != .keys
        // Code may hold anything.
        default: name != .expression
        }
    }
}
