import Base

/// A duration as Authentik writes it: `hours=1;minutes=30`, `hours=1.5`.
///
/// Authentik stores the text as written, so only the parsed values can be compared. Parsing follows
/// `timedelta_from_string` in `authentik/lib/utils/time.py`: unknown units are skipped, but at least one known unit is
/// required; the last value of a repeated unit counts; a number is anything that Python's `float` accepts.
package struct AuthentikDuration: Sendable, Hashable {
    /// Up to a billion days, which does not fit in 64 bits.
    private let microseconds: Int128

    /// Nil for a text that Authentik would reject.
    package init?(_ text: String) {
        var values: [Unit: Double] = [:]
        // Authentik trims texts when it stores them.
        for part in text.trimmed.unicodeScalars.split(separator: ";", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2 else { return nil }
            guard let unit = Unit(rawValue: String(pair[0]).lowercased()) else { continue }
            guard let value = PythonFloat.finite(String(pair[1])) else { return nil }
            values[unit] = value
        }
        guard !values.isEmpty, let sum = Self.sum(values), Self.range.contains(sum) else { return nil }
        microseconds = sum
    }

    private enum Unit: String, CaseIterable {
        // In the order in which Python adds them.
        case microseconds, milliseconds, seconds, minutes, hours, days, weeks

        var microseconds: Int128 {
            switch self {
            case .microseconds: 1
            case .milliseconds: 1_000
            case .seconds: 1_000_000
            case .minutes: 60_000_000
            case .hours: 3_600_000_000
            case .days: 86_400_000_000
            case .weeks: 604_800_000_000
            }
        }
    }

    /// The range of a `timedelta`.
    private static let range =
        -999_999_999 * Unit.days.microseconds...(1_000_000_000 * Unit.days.microseconds - 1)

    /// Adds like `datetime.timedelta`: whole units exactly, fractions in floating point, rounded once, half to even.
    private static func sum(_ values: [Unit: Double]) -> Int128? {
        var sum: Int128 = 0
        var rest = 0.0
        for unit in Unit.allCases {
            guard let value = values[unit], value != 0 else { continue }
            let whole = value.rounded(.towardZero)
            let part = (value - whole) * Double(unit.microseconds)
            let wholePart = part.rounded(.towardZero)
            guard let units = Int128(exactly: whole), let more = Int128(exactly: wholePart) else { return nil }
            let (product, overflow) = units.multipliedReportingOverflow(by: unit.microseconds)
            let (total, overflowed) = sum.addingReportingOverflow(product)
            guard !overflow, !overflowed else { return nil }
            sum = total + more
            rest += part - wholePart
        }
        // Half to even refers to the sum, not to the fraction alone.
        var rounded = rest.rounded(.toNearestOrAwayFromZero)
        if abs(rounded - rest) == 0.5 {
            let odd = sum.isMultiple(of: 2) ? 0.0 : 1.0
            rounded = 2 * ((rest + odd) * 0.5).rounded(.toNearestOrAwayFromZero) - odd
        }
        return Int128(exactly: rounded).map { sum + $0 }
    }
}
