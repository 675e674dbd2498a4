/// Authentik's spelling of durations: `hours=3;minutes=1`.
///
/// Source: `timedelta_string_validator` in `authentik/lib/utils/time.py`.
enum TimedeltaCheck {
    private static let units: Set<String> = [
        "microseconds", "milliseconds", "seconds", "minutes", "hours", "days", "weeks",
    ]

    /// - Returns: what is wrong with a text; nil if it is a duration.
    static func error(in text: String) -> String? {
        isDuration(text) ? nil : "\(text) is not in the correct format of 'hours=3;minutes=1'."
    }

    /// Every part must be a pair; a unit that is not known is passed over, but one known unit there must be.
    private static func isDuration(_ text: String) -> Bool {
        var hasUnit = false
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2 else { return false }
            guard units.contains(pair[0].lowercased()) else { continue }
            guard let value = Double(String(pair[1]).trimmed), value.isFinite else { return false }
            hasUnit = true
        }
        return hasUnit
    }
}
