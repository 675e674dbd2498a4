import Base
import FoundationEssentials
import Testing

@testable import Reporting
@testable import Status

@Suite(.timeLimit(.minutes(60))) struct StatusLinesTests {
    private static let now = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))

    private static func service(_ slug: String, _ state: SyncState, _ reason: String) -> ServiceStatus {
        ServiceStatus(slug: slug, state: state, reason: reason, conditions: [], differences: [], notes: [])
    }

    private static func status(
        _ state: OverallState,
        _ message: String,
        _ services: [ServiceStatus],
        changes: [RecentChange] = []
    ) -> StatusDocument {
        StatusDocument(
            program: ProgramStatus(version: "1", startedAt: now),
            owner: "homelab",
            state: state,
            since: now,
            isInSync: state == .inSync,
            message: message,
            authentik: AuthentikStatus(url: "https://sso.example.net"),
            file: FileStatus(paths: [], hash: "", loadedAt: now, isValid: true, problems: []),
            passes: PassesStatus(failuresInARow: 0),
            totals: TotalsStatus(services: services.count, states: [:], contested: 0),
            recentChanges: changes,
            services: services
        )
    }

    private static func change(_ name: String, pass: Int, isDrift: Bool = false) -> RecentChange {
        RecentChange(
            at: now,
            pass: pass,
            kind: RecentChange.service,
            name: name,
            decision: "update",
            reason: "group differs",
            fields: ["application.group", "provider.redirect_uris"],
            isDrift: isDrift,
            by: isDrift ? DriftAuthor(username: "akadmin", at: now) : nil
        )
    }

    @Test func `the first look shows what is out of sync, later ones what is new`() {
        var lines = StatusLines()
        func next(_ status: StatusDocument) -> [String] {
            lines.lines(status, at: Self.now).map { String($0.dropFirst("\(Self.now) ".count)) }
        }
        let failed = Self.service("a", .failed, "no\u{1B}[31m")
        let well = Self.service("b", .inSync, "as declared")
        let first = Self.status(
            .outOfSync,
            "1 of 2 services out of sync",
            [failed, well],
            changes: [Self.change("b", pass: 1)]
        )
        #expect(next(first) == ["out-of-sync: 1 of 2 services out of sync", "a failed: no\\u{1b}[31m"])
        #expect(next(first) == [])
        let second = Self.status(
            .inSync,
            "all 2 services are in sync",
            [Self.service("a", .inSync, "as declared"), well],
            changes: [Self.change("b", pass: 3, isDrift: true), Self.change("a", pass: 2), Self.change("b", pass: 1)]
        )
        #expect(
            next(second) == [
                "in-sync: all 2 services are in sync", "a updated: group, redirectURIs",
                "b drift corrected, by akadmin: group, redirectURIs", "a in sync: as declared",
            ]
        )
    }

    @Test func `of services that are followed alone nothing else is told`() {
        var lines = StatusLines(of: ServiceFilter(slugs: ["a"]))
        let now = Timestamp(Date(timeIntervalSince1970: 1_795_525_200))
        let service = Self.service("a", .inSync, "as declared")
        _ = lines.lines(Self.status(.inSync, "all 2 services are in sync", [service]), at: now)
        let next = Self.status(
            .inSync,
            "all 2 services are in sync",
            [service],
            changes: [Self.change("b", pass: 2), Self.change("a", pass: 2)]
        )
        #expect(
            lines.lines(next, at: now).map { $0.split(separator: " ").dropFirst().joined(separator: " ") } == [
                "a updated: group, redirectURIs"
            ]
        )
    }

    @Test func `of states that are followed it is said which service has left them`() {
        var lines = StatusLines(of: ServiceFilter(states: [.failed]))
        let now = Timestamp(Date(timeIntervalSince1970: 1_795_525_200))
        func next(_ status: StatusDocument) -> [String] {
            lines.lines(status, at: now).map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
        }
        let failed = Self.service("a", .failed, "no")
        _ = next(Self.status(.outOfSync, "1 of 2 services out of sync", [failed]))
        let after = Self.status(
            .inSync,
            "all 2 services are in sync",
            [],
            changes: [Self.change("b", pass: 2), Self.change("a", pass: 2)]
        )
        #expect(
            next(after) == [
                "in-sync: all 2 services are in sync", "a updated: group, redirectURIs", "a no longer failed",
            ]
        )
        #expect(next(after) == [])
    }

    @Test func `what does not fit on a screen is counted`() {
        #expect("a\nb\nc".cut(toLines: 3) == "a\nb\nc")
        #expect("a\nb\nc\nd".cut(toLines: 3) == "a\nb\n… 2 more lines")
    }
}
