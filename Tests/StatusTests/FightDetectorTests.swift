import Base
import FoundationEssentials
import Testing

@testable import Status

@Suite(.timeLimit(.minutes(60))) final class FightDetectorTests {
    private var fights = FightDetector()

    private static func at(_ minutes: Int) -> Timestamp {
        Timestamp(Date(timeIntervalSince1970: 1_800_000_000)).advanced(by: .seconds(60 * minutes))
    }

    private func mended(_ slug: String, _ fields: [String], at time: Timestamp) -> Bool {
        fights.mended(slug, fields, at: time)
    }

    private func expired(_ drifted: Set<String>, at time: Timestamp) -> [String] { fights.expire(drifted, at: time) }

    @Test func `the third mend of a field within an hour begins a fight`() throws {
        #expect(!mended("grafana", ["application.group"], at: Self.at(0)))
        #expect(!mended("grafana", ["application.group"], at: Self.at(20)))
        #expect(fights.fight("grafana") == nil)
        #expect(mended("grafana", ["application.group", "application.name"], at: Self.at(59)))
        let fight = try #require(fights.fight("grafana"))
        #expect(fight.fields == ["application.group"])
        #expect(fight.mends == 3)
        #expect(fight.since == Self.at(59))
        #expect(fight.nextMendAt == Self.at(64))
        #expect(fights.paused(at: Self.at(63)) == ["grafana"])
        #expect(fights.paused(at: Self.at(64)) == [])
    }

    @Test func `other fields, other services and older mends do not count`() {
        for (minute, field) in [(0, "a"), (1, "b"), (2, "c"), (61, "a"), (122, "a")] {
            #expect(!mended("grafana", [field], at: Self.at(minute)))
        }
        #expect(!mended("argocd", ["a"], at: Self.at(123)))
        #expect(fights.paused(at: Self.at(123)) == [])
    }

    @Test func `each further mend doubles the pause up to an hour`() {
        for minute in 0..<3 { _ = mended("grafana", ["a"], at: Self.at(minute)) }
        for (minute, next) in [(10, 20), (30, 50), (60, 100), (110, 170), (200, 260)] {
            #expect(!mended("grafana", ["a"], at: Self.at(minute)))
            #expect(fights.fight("grafana")?.nextMendAt == Self.at(next))
        }
        #expect(fights.fight("grafana")?.mends == 8)
    }

    @Test func `an hour as declared ends it`() {
        for minute in 0..<3 { _ = mended("grafana", ["a"], at: Self.at(minute)) }
        #expect(expired([], at: Self.at(61)) == [])
        #expect(expired(["grafana"], at: Self.at(200)) == [])
        #expect(expired([], at: Self.at(62)) == ["grafana"])
        #expect(fights.fight("grafana") == nil)
    }

    @Test func `the first pause to end is told of those that wait`() {
        for minute in 0..<3 { _ = mended("b", ["a"], at: Self.at(minute)) }
        for minute in 2..<5 { _ = mended("a", ["a"], at: Self.at(minute)) }
        #expect(fights.firstPauseEnd(of: ["a", "b"], after: Self.at(5)) == Self.at(7))
        #expect(fights.firstPauseEnd(of: ["a"], after: Self.at(5)) == Self.at(9))
        #expect(fights.firstPauseEnd(of: ["c"], after: Self.at(5)) == nil)
        #expect(fights.firstPauseEnd(of: ["a", "b"], after: Self.at(9)) == nil)
    }
}
