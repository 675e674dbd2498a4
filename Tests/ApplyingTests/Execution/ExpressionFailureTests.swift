import AuthentikAPI
import DesiredState
import Testing

@testable import Applying

/// A mistake that Authentik finds in code is told at its line of the file.
struct ExpressionFailureTests {
    private static let place = ExpressionPlace(
        location: SourceLocation(file: "services.yaml", line: 14, column: 1),
        lines: 3
    )

    private func failure(_ message: String, field: String = "expression") -> ServiceFailure {
        var failure = ServiceFailure("Authentik rejects it (400)")
        failure.fields = [.init(field: field, message: message)]
        return failure
    }

    @Test(arguments: [
        // Before the first line of the code is one of Authentik's own.
        ("'{' was never closed (None, line 2)", "'{' was never closed (services.yaml:14)", "services.yaml:14"),
        ("invalid syntax (temp-policy, line 4)", "invalid syntax (services.yaml:16)", "services.yaml:16"),
        (
            "expected an indented block (None, line 9)", "expected an indented block (services.yaml:16)",
            "services.yaml:16"
        ),
        ("f(x) (None, line 1)", "f(x) (services.yaml:14)", "services.yaml:14"),
        ("source code cannot contain null bytes", "source code cannot contain null bytes", "services.yaml:14"),
        ("bad (None, line x)", "bad (None, line x)", "services.yaml:14"),
        ("line 3)", "line 3)", "services.yaml:14"),
        ("", "", "services.yaml:14"),
    ])
    func `the line is that of the file`(message: String, told: String, place: String) {
        let prefix = "Expression Syntax Error: "
        let located = failure(prefix + message).located(Self.place)
        #expect(located.fields.map(\.message) == [prefix + told])
        #expect(located.message == "Authentik rejects it (400); the expression is at \(place)")
    }

    @Test func `what is about something else stays as it is`() {
        let other = failure("This field is required. (None, line 2)", field: "name")
        #expect(other.located(Self.place) == other)
        let unplaced = failure("invalid syntax (None, line 2)")
        #expect(unplaced.located(nil) == unplaced)
        #expect(ServiceFailure("no").located(Self.place) == ServiceFailure("no"))
    }
}
