internal import PythonRegex

/// Checks regular expressions in the two dialects that Authentik uses.
enum RegexSyntax {
    /// Patterns of redirect URIs: Authentik compiles them with Python, and rejects the provider if that fails.
    @Sendable static func complaint(_ pattern: String) -> Complaint? {
        do throws(PythonPatternError) {
            _ = try PythonPattern(pattern)
            return nil
        } catch {
            let hint = "Authentik reads it as a Python regular expression; escape special characters with '\\'"
            return Complaint("is not a valid regular expression: \(error.reason)", hint: hint)
        }
    }

    /// Patterns that an outpost matches; outposts are written in Go.
    @Sendable static func complaintOfOutpost(_ pattern: String) -> Complaint? {
        let reading = "outposts read it as a Go regular expression"
        do throws(GoPattern.Mistake) {
            try GoPattern.check(pattern)
            return nil
        } catch {
            switch error {
            case .unknown(let construct):
                let lookings = ["(?=", "(?!", "(?<", "(?P="]
                let isLooking = lookings.contains(where: construct.hasPrefix) || construct.last?.isNumber == true
                let more = isLooking ? "which has no look-around and no back-references" : "which has RE2 syntax"
                let quoted = construct.prefix(Complaint.quoteLimit)
                return Complaint(
                    "contains '\(quoted)', which outposts do not support",
                    hint: "\(reading), \(more)"
                )
            case .malformed(let reason):
                let hint = "\(reading); escape special characters with '\\'"
                return Complaint("is not a valid regular expression: \(reason)", hint: hint)
            }
        }
    }
}
