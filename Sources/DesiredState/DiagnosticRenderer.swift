import Base

/// Prints diagnostics as compilers do.
///
/// ```
/// homelab.yaml:14:7: error: unknown field 'redirectpath' in service 'grafana'; did you mean 'redirectPath'?
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
        let message = DisplayText(diagnostic.message + (diagnostic.hint.map { "; \($0)" } ?? "")).text
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
