import AuthentikAPI
import Base
import FoundationEssentials
import Testing

@testable import Status

@Suite(.timeLimit(.minutes(60))) final class ContestDetectorTests {
    private var contests = ContestDetector()

    private static func at(_ minutes: Int) -> Timestamp {
        Timestamp(Date(timeIntervalSince1970: 1_800_000_000)).advanced(by: .seconds(60 * minutes))
    }

    private func corrected(_ slug: String, _ fields: [String], at time: Timestamp) -> Bool {
        contests.corrected(slug, fields, at: time)
    }

    private func expired(_ drifted: Set<String>, at time: Timestamp) -> [String] { contests.expire(drifted, at: time) }

    @Test func `the third correct of a field within an hour begins a contest`() throws {
        #expect(!corrected("grafana", ["application.group"], at: Self.at(0)))
        #expect(!corrected("grafana", ["application.group"], at: Self.at(20)))
        #expect(contests.contest("grafana") == nil)
        #expect(corrected("grafana", ["application.group", "application.name"], at: Self.at(59)))
        let contest = try #require(contests.contest("grafana"))
        #expect(contest.fields == ["application.group"])
        #expect(contest.corrections == 3)
        #expect(contest.since == Self.at(59))
        #expect(contest.nextCorrectionAt == Self.at(64))
        #expect(contests.paused(at: Self.at(63)) == ["grafana"])
        #expect(contests.paused(at: Self.at(64)) == [])
    }

    @Test func `other fields, other services and older corrects do not count`() {
        for (minute, field) in [(0, "a"), (1, "b"), (2, "c"), (61, "a"), (122, "a")] {
            #expect(!corrected("grafana", [field], at: Self.at(minute)))
        }
        #expect(!corrected("argocd", ["a"], at: Self.at(123)))
        #expect(contests.paused(at: Self.at(123)) == [])
    }

    @Test func `each further correct doubles the pause up to an hour`() {
        for minute in 0..<3 { _ = corrected("grafana", ["a"], at: Self.at(minute)) }
        for (minute, next) in [(10, 20), (30, 50), (60, 100), (110, 170), (200, 260)] {
            #expect(!corrected("grafana", ["a"], at: Self.at(minute)))
            #expect(contests.contest("grafana")?.nextCorrectionAt == Self.at(next))
        }
        #expect(contests.contest("grafana")?.corrections == 8)
    }

    @Test func `an hour as declared ends it`() {
        for minute in 0..<3 { _ = corrected("grafana", ["a"], at: Self.at(minute)) }
        #expect(expired([], at: Self.at(61)) == [])
        #expect(expired(["grafana"], at: Self.at(200)) == [])
        #expect(expired([], at: Self.at(62)) == ["grafana"])
        #expect(contests.contest("grafana") == nil)
    }

    private func blueprint(_ name: String, at time: Timestamp, isEnabled: Bool = true, isApplied: Bool = true)
        -> AppliedBlueprint
    {
        AppliedBlueprint(
            pk: name,
            name: name,
            path: name.isEmpty ? "" : "custom/\(name).yaml",
            isEnabled: isEnabled,
            isApplied: isApplied,
            appliedAt: time.date
        )
    }

    @Test func `blueprints that were applied between the last two corrections are named, the latest first`() throws {
        for minute in [0, 10] { _ = corrected("grafana", ["a"], at: Self.at(minute)) }
        contests.name([blueprint("early", at: Self.at(19))], asOpponentsOf: "grafana")
        #expect(contests.contest("grafana") == nil)
        _ = corrected("grafana", ["a"], at: Self.at(20))
        let seconds = { (seconds: Int) in Self.at(0).advanced(by: .seconds(seconds)) }
        contests.name(
            [
                blueprint("before", at: seconds(569)), blueprint("first", at: seconds(571)),
                blueprint("last", at: seconds(1229)), blueprint("after", at: seconds(1231)),
                blueprint("off", at: Self.at(15), isEnabled: false),
                blueprint("broken", at: Self.at(15), isApplied: false),
            ],
            asOpponentsOf: "grafana"
        )
        let named = try #require(contests.contest("grafana")?.blueprints)
        #expect(named.map(\.name) == ["last", "first"])
        #expect(
            named.culprit?.hasPrefix("probably one of the blueprints 'last' (custom/last.yaml), last applied") == true
        )
        contests.name((0..<9).map { blueprint("b\($0)", at: Self.at(15)) }, asOpponentsOf: "grafana")
        #expect(contests.contest("grafana")?.blueprints?.count == 3)
        contests.name([blueprint("", at: Self.at(15))], asOpponentsOf: "grafana")
        #expect(contests.contest("grafana")?.blueprints?.first?.path == nil)
        contests.name([], asOpponentsOf: "grafana")
        #expect(contests.contest("grafana")?.blueprints == nil)
    }

    @Test func `the first pause to end is told of those that wait`() {
        for minute in 0..<3 { _ = corrected("b", ["a"], at: Self.at(minute)) }
        for minute in 2..<5 { _ = corrected("a", ["a"], at: Self.at(minute)) }
        #expect(contests.firstPauseEnd(of: ["a", "b"], after: Self.at(5)) == Self.at(7))
        #expect(contests.firstPauseEnd(of: ["a"], after: Self.at(5)) == Self.at(9))
        #expect(contests.firstPauseEnd(of: ["c"], after: Self.at(5)) == nil)
        #expect(contests.firstPauseEnd(of: ["a", "b"], after: Self.at(9)) == nil)
    }
}
