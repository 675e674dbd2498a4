internal import YAMLDocument

/// Authentik's way to write durations: `hours=1;minutes=30`.
///
/// Follows `timedelta_from_string` in authentik/lib/utils/time.py, which skips a unit that it does not know in silence.
enum DurationText {
    private static let units = ["microseconds", "milliseconds", "seconds", "minutes", "hours", "days", "weeks"]

    @Sendable static func complaint(_ text: String) -> Complaint? {
        let example = "write it as 'hours=1;minutes=30'"
        var seen: Set<String> = []
        for pair in text.split(separator: ";", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                return Complaint("is not a duration", hint: example)
            }
            let unit = parts[0].lowercased()
            guard units.contains(unit) else {
                let near = Suggestion.nearest(to: unit, among: units).map { "did you mean '\($0)'?" }
                let known = "the units are \(units.joined(separator: ", "))"
                return Complaint("has the unknown unit \(YAMLProblem.quote(String(parts[0])))", hint: near ?? known)
            }
            guard seen.insert(unit).inserted else {
                return Complaint("has '\(unit)' twice", hint: "Authentik takes only the last")
            }
            guard isNumber(parts[1]) else {
                return Complaint("has no number behind '\(unit)='", hint: example)
            }
        }
        return nil
    }

    /// Digits, and perhaps a fraction.
    private static func isNumber(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) }
    }
}
