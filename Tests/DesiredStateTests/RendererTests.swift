import DesiredState
import JSON
import Kinds
import Testing

struct RendererTests {
    private func render(_ line: String, column: Int, colored: Bool = false) -> String {
        let diagnostic = Diagnostic(
            .error,
            file: "a.yaml",
            line: 3,
            column: column,
            message: "no",
            hint: "yes",
            sourceLine: line
        )
        return DiagnosticRenderer(isColored: colored).render(diagnostic)
    }

    @Test(arguments: [
        ("  port: 0", 9, "      port: 0\n            ^\n"),
        ("\tport: 0", 2, "        port: 0\n        ^\n"),
        ("日本: 0", 5, "    日本: 0\n          ^\n"),
        ("e\u{301}: 0", 5, "    e\u{301}: 0\n       ^\n"),
        ("a\u{1B}[2J: 0", 8, "    a\\u{1B}[2J: 0\n                ^\n"),
        ("a\u{202E}b", 3, "    a\\u{202E}b\n             ^\n"),
        ("", 1, "    \n    ^\n"),
    ])
    func `the caret stands below its character`(line: String, column: Int, expected: String) {
        #expect(render(line, column: column) == "a.yaml:3:\(column): error: no; yes\n" + expected)
    }

    @Test(arguments: [
        ("::error title=x::all green", 1, "    \\u{3A}:error title=x::all green\n    ^\n"),
        (" \t::set-output x", 4, "         \\u{3A}:set-output x\n               ^\n"),
        ("a ::error b", 3, "    a ::error b\n      ^\n"),
        ("a ##[error] b", 12, "    a \\u{23}#[error] b\n                    ^\n"),
        ("##vso[task.complete]", 1, "    \\u{23}#vso[task.complete]\n    ^\n"),
        ("# ## [a] #[b]", 1, "    # ## [a] #[b]\n    ^\n"),
    ])
    func `a CI runner finds no command in a line`(line: String, column: Int, expected: String) {
        #expect(render(line, column: column) == "a.yaml:3:\(column): error: no; yes\n" + expected)
    }

    @Test func `a CI runner finds no command in a path or message`() {
        let diagnostic = Diagnostic(.warning, file: "::error ::x", message: "unknown '##[error]'")
        #expect(DiagnosticRenderer().render(diagnostic) == "\\u{3A}:error ::x: warning: unknown '\\u{23}#[error]'\n")
    }

    @Test(arguments: [
        (###"{"name": "##[error]x ##vso[y]"}"###, ###"{"name": "\u0023#[error]x \u0023#vso[y]"}"###),
        (###"{"name": "## x"}"###, ###"{"name": "## x"}"###),
    ])
    func `a CI runner finds no command in JSON, which says the same`(json: String, expected: String) throws {
        #expect(RunnerCommand.neutralized(json: json) == expected)
        #expect(try JSONValue(parsing: expected.utf8) == JSONValue(parsing: json.utf8))
    }

    @Test func `colours are asked for`() {
        #expect(
            render("x", column: 1, colored: true)
                == "\u{1B}[1ma.yaml:3:1:\u{1B}[0m \u{1B}[31;1merror:\u{1B}[0m no; yes\n    x\n    \u{1B}[32;1m^\u{1B}[0m\n"
        )
    }

    @Test func `what a file holds cannot reach the terminal`() {
        let diagnostic = Diagnostic(.warning, file: "\u{1B}c", message: "unknown '\u{9B}31m'")
        #expect(DiagnosticRenderer().render(diagnostic) == "\\u{1B}c: warning: unknown '\\u{9B}31m'\n")
    }

    @Test(arguments: [(0, 0, ""), (1, 0, "1 error"), (2, 1, "2 errors, 1 warning"), (0, 3, "3 warnings")])
    func `the sum`(errors: Int, warnings: Int, expected: String) {
        let diagnostics =
            Array(repeating: Diagnostic(.error, file: "a", message: "e"), count: errors)
            + Array(repeating: Diagnostic(.warning, file: "a", message: "w"), count: warnings)
        #expect(DiagnosticRenderer.summary(of: diagnostics) == expected)
    }
}
