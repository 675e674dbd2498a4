import Applying
import AuthentikAPI
import Base
import DesiredState
import FoundationEssentials
import Kinds
import Notifications
import Planning
import Testing

@testable import Controller
@testable import Status

/// What is notified of statuses that follow each other.
@Suite(.timeLimit(.minutes(60))) struct NotificationDigestTests {
    private static let now = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))

    private static func service(
        _ slug: String,
        _ state: SyncState,
        _ reason: String = "because",
        _ fill: (inout ServiceStatus) -> Void = { _ in }
    ) -> ServiceStatus {
        var service = ServiceStatus(
            slug: slug,
            state: state,
            reason: reason,
            conditions: [],
            differences: [],
            notes: []
        )
        fill(&service)
        return service
    }

    private static func status(
        _ services: [ServiceStatus] = [],
        _ fill: (inout StatusDocument) -> Void = { _ in }
    ) -> StatusDocument {
        var status = StatusDocument(
            program: ProgramStatus(version: "1", startedAt: now, isLeader: true),
            owner: "homelab",
            state: .outOfSync,
            since: now,
            isInSync: false,
            message: "so",
            authentik: AuthentikStatus(url: "https://sso.example.net", isReachable: true),
            file: FileStatus(paths: [], hash: "", loadedAt: now, isValid: true, problems: []),
            passes: PassesStatus(failuresInARow: 0),
            totals: TotalsStatus(services: 0, states: [:], contested: 0),
            services: services
        )
        fill(&status)
        return status
    }

    /// Notifies of each status in turn, and says what in short.
    private func story(_ steps: [(StatusDocument, [LedgerEvent])]) -> [[String]] {
        var digest = NotificationDigest()
        return steps.map { status, events in
            digest.notification(events, status, at: Self.now)?.events
                .map { "\($0.type.rawValue) \($0.name ?? "-")" } ?? []
        }
    }

    private func story(_ statuses: StatusDocument...) -> [[String]] { story(statuses.map { ($0, []) }) }

    @Test func `a problem is notified once, and once when it is over`() {
        let failed = Self.status([Self.service("a", .failed, "refused [request 1f]"), Self.service("b", .inSync)])
        let again = Self.status([Self.service("a", .failed, "refused [request 2e]"), Self.service("b", .inSync)])
        let well = Self.status([Self.service("a", .inSync), Self.service("b", .inSync)])
        #expect(story(well, failed, again, again, well, well) == [[], ["failed a"], [], [], ["recovered a"], []])
    }

    @Test func `numbers in a text make no other problem, another reason does`() {
        func failed(_ reason: String) -> StatusDocument { Self.status([Self.service("a", .failed, reason)]) }
        let events = story(failed("timed out after 10 s"), failed("timed out after 12 s"), failed("refused"))
        #expect(events == [["failed a"], [], ["failed a"]])
    }

    @Test func `a problem that becomes another one is not over`() {
        let events = story(
            Self.status([Self.service("a", .failed)]),
            Self.status([Self.service("a", .blocked)]),
            Self.status([Self.service("a", .pending)])
        )
        #expect(events == [["failed a"], ["blocked a"], ["recovered a"]])
    }

    @Test func `what a pass found is one notification, the worst first`() {
        let status = Self.status([
            Self.service("a", .failed), Self.service("b", .conflict), Self.service("c", .unverified),
            Self.service("d", .held), Self.service("e", .orphan), Self.service("f", .waiting),
        ])
        #expect(story(status) == [["failed a", "conflict b", "login-failed c"]])
    }

    @Test func `a single pass that failed is not worth one, two are`() {
        func lost(_ failures: Int) -> StatusDocument {
            Self.status { status in
                status.authentik.error = "nobody answers"
                status.authentik.isReachable = false
                status.passes.failuresInARow = failures
            }
        }
        #expect(
            story(lost(0), lost(1), Self.status(), lost(1), lost(2), lost(3), Self.status())
                == [[], [], [], [], ["authentik-unreachable -"], [], ["authentik-reachable -"]]
        )
    }

    @Test func `a refused token is, at once`() {
        let refused = Self.status {
            $0.authentik.error = "Authentik refuses the token"
            $0.passes.failuresInARow = 1
        }
        #expect(story(refused, Self.status()) == [["authentik-refused -"], ["authentik-reachable -"]])
    }

    @Test func `the file, deletions, outposts, other objects and conflicting changes are`() {
        let status = Self.status([
            Self.service("a", .drifted) {
                $0.contest = ContestStatus(
                    fields: ["provider.redirect_uris"],
                    corrections: 3,
                    since: Self.now,
                    nextCorrectionAt: Self.now
                )
            },
            Self.service("b", .inSync) {
                $0.serving = ServingRecord(ServingStanding(.outpostNotSeen, outpost: "edge", complaint: "not seen"))
            },
        ]) { status in
            status.file.isValid = false
            status.file.problems = [FileStatus.Problem(severity: "error", file: "a.yaml", line: 3, message: "no owner")]
            status.shared = [SharedStatus(pending: SharedName(.group, "family"))]
            status.shared[0].state = .failed
        }
        var digest = NotificationDigest()
        let found = digest.notification([], status, at: Self.now)?.events ?? []
        #expect(
            found.map { "\($0.type.rawValue) \($0.name ?? "-"): \($0.message)" } == [
                "file-invalid -: a.yaml:3: no owner", "not-served b: not seen", "failed family: failed",
                "conflicting-changes a: others keep changing redirectURIs; it is corrected less often from now on",
            ]
        )
        let over = digest.notification([], Self.status([Self.service("b", .inSync)]), at: Self.now)?.events ?? []
        #expect(
            over.map { "\($0.type.rawValue) \($0.name ?? "-")" } == [
                "file-valid -", "conflicting-changes-stopped a", "recovered b", "recovered family",
            ]
        )
    }

    @Test func `a replica that stands by notifies nothing, and a new leader what is wrong`() {
        let failed = Self.status([Self.service("a", .failed)])
        let standby = Self.status([Self.service("a", .failed)]) { $0.program.isLeader = false }
        #expect(story(failed, standby, standby, failed) == [["failed a"], [], [], ["failed a"]])
    }

    // MARK: - Drift

    private static func plan(_ slug: String) -> ServicePlan {
        var plan = ServicePlan(slug: slug, decision: .update, reason: "group differs")
        plan.changes = [
            FieldChange(object: .application, field: "group", before: .text("Elsewhere"), after: .text("Apps"))
        ]
        return plan
    }

    private static let drift = LastDrift(
        at: now,
        pass: 2,
        reason: "group differs",
        changes: [],
        by: DriftAuthor(username: "akadmin", at: now, address: "10.0.0.5")
    )

    @Test func `drift that is corrected is one event, with who did it`() {
        var digest = NotificationDigest()
        let plan = Self.plan("a")
        let events: [LedgerEvent] = [.drifted(plan, Self.drift), .changed(plan), .corrected(plan, Self.drift)]
        let notification = digest.notification(events, Self.status([Self.service("a", .inSync)]), at: Self.now)
        #expect(notification?.events.count == 1)
        #expect(notification?.events.first?.message == "group: Elsewhere → Apps")
        #expect(notification?.events.first?.by == "akadmin from 10.0.0.5")
        #expect(notification?.title == "homelab: drift corrected: a")
        #expect(notification?.severity == .warning)
    }

    @Test func `drift that is not corrected yet is detected`() {
        let status = Self.status([Self.service("a", .failed)])
        let events = story([(status, [.drifted(Self.plan("a"), Self.drift)])])
        #expect(events == [["failed a", "drift-detected a"]])
    }

    @Test func `conflicting changes are one notification, and not one for each correction`() {
        let contested = Self.status([
            Self.service("a", .inSync) {
                $0.contest = ContestStatus(
                    fields: ["application.group"],
                    corrections: 3,
                    since: Self.now,
                    nextCorrectionAt: Self.now
                )
            }
        ])
        let corrected: [LedgerEvent] = [.drifted(Self.plan("a"), Self.drift), .corrected(Self.plan("a"), Self.drift)]
        let quiet = Self.status([Self.service("a", .inSync)])
        let events = story([(quiet, corrected), (contested, corrected), (contested, corrected), (quiet, [])])
        #expect(
            events == [
                ["drift-corrected a"], ["conflicting-changes a"], [], ["conflicting-changes-stopped a"],
            ]
        )
    }

    @Test func `a change by this program, or of the file, is nothing to notify`() {
        #expect(story([(Self.status([Self.service("a", .inSync)]), [.changed(Self.plan("a"))])]) == [[]])
    }
}
