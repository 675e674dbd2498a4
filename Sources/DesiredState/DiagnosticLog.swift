internal import YAMLDocument

/// Collects what there is to say about one file, and knows which of its lines must not be shown.
///
/// A class, because all that read a file write into one log.
final class DiagnosticLog {
    /// A line of more bytes than this is not shown: no caret helps in it.
    private static let longestLine = 240

    let file: String
    private let source: YAMLSource
    private var diagnostics: [Diagnostic] = []
    private var secretLines: Set<Int> = []
    private var secretRanges: Set<ClosedRange<Int>> = []

    init(file: String, source: YAMLSource = YAMLSource([])) {
        self.file = file
        self.source = source
    }

    func error(_ message: String, hint: String? = nil, at position: YAMLPosition? = nil) {
        add(.error, message, hint, position)
    }

    func warning(_ message: String, hint: String? = nil, at position: YAMLPosition? = nil) {
        add(.warning, message, hint, position)
    }

    func add(_ problem: YAMLProblem) {
        let earlier = problem.earlier.map { "it is given first at \(location($0))" }
        error(problem.message, hint: problem.hint ?? earlier, at: problem.position)
        if mayBeSecret(line: problem.position.line) {
            hideLines(problem.position.line...problem.position.line)
        }
    }

    /// Keeps lines that may hold a secret out of every diagnostic.
    private func hideLines(_ lines: ClosedRange<Int>) {
        if secretRanges.insert(lines).inserted { secretLines.formUnion(lines) }
    }

    /// Hides a field, and its value wherever that stands: behind an alias it is elsewhere.
    func hide(_ pair: YAMLPair) {
        hideLines(pair.keyPosition.line...max(pair.keyPosition.line, pair.value.lastLine))
        hide(pair.value)
    }

    func hide(_ node: YAMLNode) {
        hideLines(node.position.line...max(node.position.line, node.lastLine))
    }

    func location(_ position: YAMLPosition) -> SourceLocation {
        SourceLocation(file: file, line: position.line, column: position.column)
    }

    /// Everything, in the order of the file.
    var finished: [Diagnostic] {
        let ordered = diagnostics.enumerated().sorted {
            ($0.element.line ?? 0, $0.element.column ?? 0, $0.offset)
                < ($1.element.line ?? 0, $1.element.column ?? 0, $1.offset)
        }
        return ordered.map { _, diagnostic in
            var diagnostic = diagnostic
            if let number = diagnostic.line, !secretLines.contains(number) {
                diagnostic.sourceLine = excerpt(number)
            }
            return diagnostic
        }
    }

    /// A guess from the text around a line, for when the parser stopped before anything was known of it.
    ///
    /// A line belongs to the nearest key above it, unless that has a whole `{…}` for its value.
    private func mayBeSecret(line: Int) -> Bool {
        if SecretWords.appear(in: excerpt(line) ?? "") { return true }
        for number in stride(from: line - 1, to: max(0, line - 50), by: -1) {
            guard let above = excerpt(number), above.contains(":") else { continue }
            return !above.hasSuffix("}") && SecretWords.appear(in: above)
        }
        return false
    }

    private func excerpt(_ line: Int) -> String? {
        source.byteCount(ofLine: line) <= Self.longestLine ? source.line(line) : nil
    }

    private func add(_ severity: Diagnostic.Severity, _ message: String, _ hint: String?, _ position: YAMLPosition?) {
        diagnostics.append(
            Diagnostic(
                severity,
                file: file,
                line: position?.line,
                column: position?.column,
                message: message,
                hint: hint
            )
        )
    }
}
