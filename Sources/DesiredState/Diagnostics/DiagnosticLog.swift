import Kinds
internal import YAMLDocument

/// Collects what there is to say about one file, and knows which of its lines must not be shown.
///
/// A class, because all that read a file write into one log.
final class DiagnosticLog {
    /// A line of more bytes than this is not shown: no caret helps in it.
    private static let longestLine = 240
    /// With more diagnostics than this, nobody reads what could be said about one more.
    private static let manyDiagnostics = 1_000

    let file: String
    private let source: YAMLSource
    private var diagnostics: [Diagnostic] = []
    private var secretLines: Set<Int> = []
    private var secretRanges: Set<ClosedRange<Int>> = []
    private var hidesEverything = false

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
        let line = problem.position.line
        if problem.mayBeSecret || !SourceExcerpt.hasOnlyKnownFields(source.line(line) ?? "") { hideLines(line...line) }
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
        // What aliases and merge keys stand for was written elsewhere.
        switch node.content {
        case .sequence(let items): items.forEach(hide)
        case .mapping(let pairs): pairs.forEach(hide)
        case .scalar, .invalid: break
        }
    }

    /// Whether there is so much to say that guessing what somebody meant is no use any more.
    var isFull: Bool { diagnostics.count > Self.manyDiagnostics }

    /// Shows no line at all: of what is no desired-state file, nobody knows what it holds.
    func hideEverything() { hidesEverything = true }

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
            diagnostic.sourceLine = diagnostic.line.flatMap(excerpt)
            return diagnostic
        }
    }

    /// A line as it may be shown; nil if none of it may be.
    private func excerpt(_ line: Int) -> String? {
        guard !hidesEverything, !secretLines.contains(line), source.byteCount(ofLine: line) <= Self.longestLine else {
            return nil
        }
        return source.line(line).flatMap(SourceExcerpt.shown)
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
