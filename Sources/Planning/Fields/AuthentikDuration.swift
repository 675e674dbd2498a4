/// A duration as Authentik writes it: `hours=1;minutes=30`.
///
/// The text is stored as it was written, so only the parsed values can be compared. Source:
/// `authentik/lib/utils/time.py`, `timedelta_from_string`.
package struct AuthentikDuration: Sendable, Hashable {
    package let microseconds: Int

    /// Fails on a text that Authentik would refuse.
    package init?(_ text: String) {
        var total = 0
        for part in text.split(separator: ";", omittingEmptySubsequences: true) {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, let unit = Self.units[pair[0].lowercased().trimmed()],
                let number = Int(String(pair[1]).trimmed())
            else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: unit)
            let (sum, overflowed) = total.addingReportingOverflow(product)
            guard !overflow, !overflowed else { return nil }
            total = sum
        }
        microseconds = total
    }

    private static let units = [
        "microseconds": 1,
        "milliseconds": 1_000,
        "seconds": 1_000_000,
        "minutes": 60_000_000,
        "hours": 3_600_000_000,
        "days": 86_400_000_000,
        "weeks": 604_800_000_000,
    ]
}
