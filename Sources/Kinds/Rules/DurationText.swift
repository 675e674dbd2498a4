import Base

/// Authentik's way to write durations: `hours=1;minutes=30`.
///
/// Follows `timedelta_from_string` in authentik/lib/utils/time.py, which silently skips unknown units.
enum DurationText {
    private static let units = ["microseconds", "milliseconds", "seconds", "minutes", "hours", "days", "weeks"]
    /// The number of each unit per day.
    private static let perDay: [String: Double] = [
        "microseconds": 86_400_000_000, "milliseconds": 86_400_000, "seconds": 86_400, "minutes": 1_440, "hours": 24,
        "days": 1, "weeks": 1.0 / 7,
    ]
    /// Slightly less than from now to the end of the year 9999, the limit of Python's dates.
    private static let maximumDays = 2_900_000.0

    /// Matches all texts without a ``complaint(_:)``, and more: any unit, any length.
    static let pattern = "^\(part)(;\(part))*$"
    private static let part = #"[A-Za-z]+=[0-9]+(\.[0-9]+)?"#

    @Sendable static func complaint(_ text: String) -> Complaint? {
        let example = "write it as 'hours=1;minutes=30'"
        var seen: Set<String> = []
        var days = 0.0
        for pair in text.split(separator: ";", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                return Complaint("is not a duration", hint: example)
            }
            let unit = parts[0].lowercased()
            guard units.contains(unit) else {
                let near = Suggestion.nearest(to: unit, among: units).map { "did you mean '\($0)'?" }
                let known = "the units are \(units.joined(separator: ", "))"
                return Complaint("has the unknown unit \(Complaint.quote(parts[0]))", hint: near ?? known)
            }
            guard seen.insert(unit).inserted else {
                return Complaint("has '\(unit)' twice", hint: "remove one; Authentik uses only the last")
            }
            guard isNumber(parts[1]) else {
                return Complaint("has no valid number after '\(unit)='", hint: example)
            }
            days += (Double(String(parts[1])) ?? .infinity) / (perDay[unit] ?? 1)
        }
        guard days > maximumDays else { return nil }
        return Complaint(
            "is too long",
            hint: "Authentik adds it to the current date, which must stay before the year 10000"
        )
    }

    /// Digits, optionally with a fraction.
    private static func isNumber(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) }
    }
}
