internal import PythonRegex

/// Regular expressions in the two dialects that Authentik has them in.
enum RegexSyntax {
    /// Patterns of redirect URIs: Authentik has Python compile them, and refuses the provider if that fails.
    @Sendable static func complaint(_ pattern: String) -> Complaint? {
        do throws(PythonPatternError) {
            _ = try PythonPattern(pattern)
            return nil
        } catch {
            let hint = "Authentik reads it as Python's re does; a '\\' before a sign takes its meaning away"
            return Complaint("is not a regular expression: \(error.reason)", hint: hint)
        }
    }

    /// Patterns that an outpost matches, which is a program in Go.
    @Sendable static func complaintOfOutpost(_ pattern: String) -> Complaint? {
        let reading = "an outpost reads it as Go's regexp does"
        do throws(GoPattern.Mistake) {
            try GoPattern.check(pattern)
            return nil
        } catch {
            switch error {
            case .unknown(let construct):
                let lookings = ["(?=", "(?!", "(?<", "(?P="]
                let isLooking = lookings.contains(where: construct.hasPrefix) || construct.last?.isNumber == true
                let more = isLooking ? "which has no look-around and no back-reference" : "whose syntax is RE2's"
                let quoted = construct.prefix(Complaint.quoteLimit)
                return Complaint(
                    "has '\(quoted)' in it, which an outpost does not understand",
                    hint: "\(reading), \(more)"
                )
            case .malformed(let reason):
                let hint = "\(reading); a '\\' before a sign takes its meaning away"
                return Complaint("is not a regular expression: \(reason)", hint: hint)
            }
        }
    }
}
