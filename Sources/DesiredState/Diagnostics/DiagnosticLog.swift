import Kinds
internal import YAMLDocument

/// Collects the diagnostics of one file, and keeps lines with secrets out of them.
///
/// Every reader of a file writes into the same log: copies share their contents. A reader of one part of the file, such
/// as a service, gets a copy of its own that names the part at the beginning of each message:
///
///     log.about("service 'grafana'").error("port must be a number", at: position)
///     // services.yaml:6:11: error: service 'grafana': port must be a number
struct DiagnosticLog {
    /// Longer lines (in bytes) are not shown: a caret is of no use below them.
    private static let longestLine = 240
    /// Beyond this number of diagnostics, suggestions are not worth their time.
    private static let manyDiagnostics = 1_000

    private final class Contents {
        var diagnostics: [Diagnostic] = []
        var secretLines: Set<Int> = []
        var secretRanges: Set<ClosedRange<Int>> = []
        var hidesEverything = false
    }

    let file: String
    private let source: YAMLSource
    private let contents = Contents()
    /// The part of the file that messages are about: `service 'grafana'`; nil for the file itself.
    private var subject: String?

    init(file: String, source: YAMLSource = YAMLSource([])) {
        self.file = file
        self.source = source
    }

    /// The same log, for messages about a part of the file.
    func about(_ subject: String) -> DiagnosticLog {
        var log = self
        log.subject = subject
        return log
    }

    func error(_ message: String, hint: String? = nil, at position: YAMLPosition? = nil) {
        add(.error, message, hint, position)
    }

    func warning(_ message: String, hint: String? = nil, at position: YAMLPosition? = nil) {
        add(.warning, message, hint, position)
    }

    func add(_ problem: YAMLProblem) {
        let earlier = problem.earlier.map { "first given at \(location($0))" }
        error(problem.message, hint: problem.hint ?? earlier, at: problem.position)
        let line = problem.position.line
        if problem.mayBeSecret || !SourceExcerpt.hasOnlyKnownFields(source.line(line) ?? "") { hideLines(line...line) }
    }

    /// Keeps lines that may hold a secret out of every diagnostic.
    private func hideLines(_ lines: ClosedRange<Int>) {
        if contents.secretRanges.insert(lines).inserted { contents.secretLines.formUnion(lines) }
    }

    /// Hides a field and its value, which is elsewhere in the file if the field has an alias for it.
    func hide(_ pair: YAMLPair) {
        hideLines(pair.keyPosition.line...max(pair.keyPosition.line, pair.value.lastLine))
        hide(pair.value)
    }

    func hide(_ node: YAMLNode) {
        hideLines(node.position.line...max(node.position.line, node.lastLine))
        // The values of aliases and merge keys are elsewhere in the file.
        switch node.content {
        case .sequence(let items): items.forEach(hide)
        case .mapping(let pairs): pairs.forEach(hide)
        case .scalar, .invalid: break
        }
    }

    /// Whether there are so many diagnostics that suggestions are no longer worth their time.
    var isFull: Bool { contents.diagnostics.count > Self.manyDiagnostics }

    /// Shows no line at all: a file that is not a desired-state file may hold anything.
    func hideEverything() { contents.hidesEverything = true }

    func location(_ position: YAMLPosition) -> SourceLocation {
        SourceLocation(file: file, line: position.line, column: position.column)
    }

    /// Everything, in the order of the file.
    var finished: [Diagnostic] {
        let ordered = contents.diagnostics.enumerated().sorted {
            ($0.element.line ?? 0, $0.element.column ?? 0, $0.offset)
                < ($1.element.line ?? 0, $1.element.column ?? 0, $1.offset)
        }
        return ordered.map { _, diagnostic in
            var diagnostic = diagnostic
            diagnostic.sourceLine = diagnostic.line.flatMap(excerpt)
            return diagnostic
        }
    }

    /// A line as it may be shown; nil if none of it may be.
    private func excerpt(_ line: Int) -> String? {
        guard !contents.hidesEverything, !contents.secretLines.contains(line),
            source.byteCount(ofLine: line) <= Self.longestLine
        else { return nil }
        return source.line(line).flatMap(SourceExcerpt.shown)
    }

    private func add(_ severity: Diagnostic.Severity, _ message: String, _ hint: String?, _ position: YAMLPosition?) {
        contents.diagnostics.append(
            Diagnostic(
                severity,
                file: file,
                line: position?.line,
                column: position?.column,
                message: subject.map { "\($0): \(message)" } ?? message,
                hint: hint
            )
        )
    }
}
