import DesiredState
import Kinds
import Testing

/// An input with one mistake at its mark, and what is said about it.
struct Mistake: CustomTestStringConvertible {
    var input: MarkedText
    var severity: Diagnostic.Severity
    var message: String
    var hint: String?

    var testDescription: String { message }

    static func error(_ input: MarkedText, _ message: String, _ hint: String? = nil) -> Mistake {
        Mistake(input: input, severity: .error, message: message, hint: hint)
    }

    static func warning(_ input: MarkedText, _ message: String, _ hint: String? = nil) -> Mistake {
        Mistake(input: input, severity: .warning, message: message, hint: hint)
    }

    func check(sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
        let result = DesiredStateLoader.load(input)
        let text = DiagnosticRenderer().render(result.diagnostics)
        try #require(result.diagnostics.count == 1, "\(text)", sourceLocation: sourceLocation)
        let diagnostic = result.diagnostics[0]
        #expect(diagnostic.message == message, sourceLocation: sourceLocation)
        #expect(diagnostic.severity == severity, sourceLocation: sourceLocation)
        #expect(diagnostic.location == input.marks.first, "\(text)", sourceLocation: sourceLocation)
        if let hint { #expect(diagnostic.hint == hint, sourceLocation: sourceLocation) }
        #expect((result.state == nil) == (severity == .error), sourceLocation: sourceLocation)
    }
}
