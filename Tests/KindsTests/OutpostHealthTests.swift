import Base
import FoundationEssentials
import Kinds
import Testing

/// Whether an outpost was seen lately.
struct OutpostHealthTests {
    private static let now = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))

    private static func ago(_ seconds: Int) -> Timestamp { now.advanced(by: .seconds(-seconds)) }

    /// When instances reported, how often they do, and what that means.
    private static let cases: [([Int], Int, Outpost.Health)] = [
        ([], 300, .notSeen(since: nil)),
        ([10], 300, .seen(at: ago(10))),
        ([900], 300, .seen(at: ago(900))),
        ([901], 300, .notSeen(since: ago(901))),
        // The newest one counts.
        ([86_400, 20, 7200], 300, .seen(at: ago(20))),
        ([86_400, 7200], 300, .notSeen(since: ago(7200))),
        // However often they report, five minutes are no reason to worry.
        ([300], 10, .seen(at: ago(300))),
        ([301], 10, .notSeen(since: ago(301))),
        ([3500], 1200, .seen(at: ago(3500))),
        // Its clock is ahead of ours.
        ([-60], 300, .seen(at: ago(-60))),
    ]

    @Test(arguments: cases)
    func `three intervals, and five minutes, are lately`(_ reports: [Int], _ interval: Int, _ health: Outpost.Health) {
        let reports = reports.map(Self.ago)
        #expect(Outpost.Health(reports: reports, every: .seconds(interval), now: Self.now) == health)
    }

    @Test(
        arguments: [
            ("2027-01-15T08:00:00Z", 0), ("2027-01-15T08:00:00.000Z", 0), ("2027-01-15T07:59:59.5Z", -0.5),
            ("2027-01-15T08:00:00.123456Z", 0.123), ("2027-01-15T09:00:00+01:00", 0), ("today", nil), ("", nil),
        ] as [(String, Double?)]
    )
    func `a time may have fractions, or a zone`(_ text: String, _ offset: Double?) {
        let expected = offset.map { Timestamp(Date(timeIntervalSince1970: 1_800_000_000 + $0 + 0.0001)) }
        #expect(Timestamp(rfc3339: text) == expected)
    }
}
