import FoundationEssentials
import Testing

@testable import Applying

@Suite(.timeLimit(.minutes(60))) struct RestartClockTests {
    @Test(arguments: [
        (nil, "2026-11-24T16:00:00Z"),
        ("2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z"),
        ("2026-11-24T16:00:00Z", "2026-11-24T16:00:01Z"),
        ("2026-11-24T16:30:00Z", "2026-11-24T16:30:01Z"),
        ("yesterday", "2026-11-24T16:00:00Z"),
    ])
    func `each restart is later than the one before it`(after last: String?, _ text: String) {
        let clock = RestartClock { Date(timeIntervalSince1970: 1_795_536_000.75) }
        #expect(clock.time(after: last) == text)
    }
}
