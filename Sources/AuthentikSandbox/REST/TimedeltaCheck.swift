/// Authentik's spelling of durations: `hours=3;minutes=1`.
///
/// Source: `timedelta_string_validator` in `authentik/lib/utils/time.py`.
enum TimedeltaCheck {
    /// - Returns: what is wrong with a text; nil if it is a duration.
    static func error(in text: String) -> String? {
        isDuration(text) ? nil : "\(text) is not in the correct format of 'hours=3;minutes=1'."
    }

    /// How many days one of each is.
    private static let days: [String: Double] = [
        "microseconds": 1 / 86_400_000_000, "milliseconds": 1 / 86_400_000, "seconds": 1.0 / 86_400,
        "minutes": 1.0 / 1_440, "hours": 1.0 / 24, "days": 1, "weeks": 7,
    ]

    /// Every part must be a pair; a unit that is not known is passed over, but one known unit there must be, and Python's
    /// `timedelta` must hold it all.
    private static func isDuration(_ text: String) -> Bool {
        var values: [String: Double] = [:]
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2 else { return false }
            let unit = pair[0].lowercased()
            guard days[unit] != nil else { continue }
            // Python's float knows no hexadecimal digits.
            guard !pair[1].lowercased().contains("x"), let value = Double(String(pair[1]).trimmed) else { return false }
            values[unit] = value
        }
        let sum = values.reduce(0) { $0 + $1.value * (days[$1.key] ?? 0) }
        return !values.isEmpty && sum.isFinite && abs(sum) < 1_000_000_000
    }
}
