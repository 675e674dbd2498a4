internal import PythonRegex

/// Patterns of redirect URIs: Authentik has Python compile them, and refuses the provider if that fails.
enum RegexSyntax {
    @Sendable static func complaint(_ pattern: String) -> Complaint? {
        do throws(PythonPatternError) {
            _ = try PythonPattern(pattern)
            return nil
        } catch {
            let hint = "Authentik reads it as Python's re does; a '\\' before a sign takes its meaning away"
            return Complaint("is not a regular expression: \(error.reason)", hint: hint)
        }
    }
}
