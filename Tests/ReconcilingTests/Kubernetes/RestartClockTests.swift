import FoundationEssentials
import Planning
import Testing

@testable import Reconciling

@Suite(.timeLimit(.minutes(60))) struct RestartClockTests {
    @Test(arguments: [
        (RestartTime.now(after: nil), "2026-11-24T16:00:00Z"),
        (.now(after: "2026-11-24T15:00:00Z"), "2026-11-24T16:00:00Z"),
        (.now(after: "2026-11-24T16:00:00Z"), "2026-11-24T16:00:01Z"),
        (.now(after: "2026-11-24T16:30:00Z"), "2026-11-24T16:30:01Z"),
        (.now(after: "yesterday"), "2026-11-24T16:00:00Z"),
        (.recorded("2026-11-24T15:00:00Z"), "2026-11-24T15:00:00Z"),
    ])
    func `each restart is later than the one before it`(_ time: RestartTime, _ text: String) {
        let clock = RestartClock { Date(timeIntervalSince1970: 1_795_536_000.75) }
        #expect(clock.time(time) == text)
    }
}
