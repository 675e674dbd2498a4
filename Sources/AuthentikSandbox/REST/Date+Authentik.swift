import FoundationEssentials
import JSON

extension Date {
    /// As Authentik writes it: RFC 3339 in UTC, with microseconds.
    var json: JSONValue {
        let total = Int64((timeIntervalSince1970 * 1_000_000).rounded(.down))
        let seconds = total / 1_000_000
        let micros = String(1_000_000 + total % 1_000_000).dropFirst()
        let text = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
        return .string("\(text.dropLast()).\(micros)Z")
    }
}
