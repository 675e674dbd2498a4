import AuthentikAPI
import Base
import FoundationEssentials
import Kinds
import Testing

@testable import Applying
@testable import Planning
@testable import Reporting
@testable import Status

/// A status at a terminal.
///
/// To write the expectations anew: `REWRITE_GOLDEN=1 swift test --filter ReportingTests`.
@Suite(.timeLimit(.minutes(60))) struct StatusTextTests {
    private static let now = Timestamp(Date(timeIntervalSince1970: 1_795_525_200))

    private static func ago(_ seconds: Int) -> Timestamp { now.advanced(by: .seconds(-seconds)) }

    private static func service(
        _ slug: String,
        _ state: SyncState,
        _ reason: String,
        _ fill: (inout ServiceStatus) -> Void = { _ in }
    ) -> ServiceStatus {
        var service = ServiceStatus(
            slug: slug,
            state: state,
            reason: reason,
            conditions: [
                ConditionStatus(
                    type: .synced,
                    status: state.condition.status,
                    reason: state.condition.reason,
                    message: reason,
                    lastTransitionTime: ago(600)
                )
            ],
            differences: [],
            notes: []
        )
        fill(&service)
        return service
    }

    private static func totals(_ services: [ServiceStatus]) -> TotalsStatus {
        TotalsStatus(
            services: services.count,
            states: Dictionary(grouping: services, by: \.state.rawValue).mapValues(\.count),
            contested: services.count { $0.contest != nil }
        )
    }

    private static func change(_ field: String, _ before: FieldValue, _ after: FieldValue) -> ChangeRecord {
        ChangeRecord(FieldChange(object: .application, field: field, before: before, after: after))
    }

    /// One of each state, in a document of a whole.
    private static var document: StatusDocument {
        let services = [
            service("argocd", .inSync, "as declared") {
                $0.lastChange = LastChange(
                    at: ago(240),
                    pass: 7,
                    decision: "update",
                    reason: "group differs",
                    fields: []
                )
                $0.lastDrift = LastDrift(
                    at: ago(240),
                    pass: 7,
                    reason: "group differs",
                    changes: [],
                    by: DriftAuthor(username: "akadmin", at: ago(245))
                )
            },
            service("billing", .conflict, "belongs to the owner 'finance'") {
                $0.differences = [change("group", .text("Money"), .text("Apps"))]
            },
            service("grafana", .blocked, "the secret (env GRAFANA) is not set"),
            service("nextcloud", .drifted, "group differs; others keep changing it") {
                $0.contest = ContestStatus(
                    fields: ["application.group"],
                    corrections: 4,
                    since: ago(3000),
                    nextCorrectionAt: now.advanced(by: .seconds(300))
                )
            },
            service("old", .held, "no longer in the file") {
                $0.deletion = DeletionRecord(Deletion(application: "old", providers: ["old"]))
            },
            service(
                "relic",
                .orphan,
                "no longer in the file; declare it again to keep it, or set 'prune: true' to delete it"
            ),
            service("vault", .failed, "Authentik rejects it (400)") {
                var failure = ServiceFailure("Authentik rejects it (400 to PATCH /api/v3/providers/oauth2/7/)")
                failure.fields = [.init(field: "client_id", message: "must be \u{1B}[31munique")]
                failure.requestID = "9e58c942"
                $0.error = ErrorDocument(failure)
            },
            service("wiki", .pending, "no pass has looked at it yet"),
        ]
        return StatusDocument(
            program: ProgramStatus(version: "1.0.0", startedAt: ago(300_000), isLeader: true),
            owner: "homelab",
            state: .outOfSync,
            since: ago(7200),
            isInSync: false,
            message: "6 of 8 services out of sync",
            authentik: AuthentikStatus(
                url: "https://sso.example.net",
                release: "2025.12.4",
                isReachable: true,
                since: ago(200_000)
            ),
            file: FileStatus(
                paths: ["/etc/reconcile"],
                hash: "sha256:00",
                loadedAt: ago(7200),
                isValid: false,
                problems: [
                    FileStatus.Problem(
                        severity: "error",
                        file: "/etc/reconcile/a.yaml",
                        line: 14,
                        column: 7,
                        message: "service 'grafana': unknown field 'redirectpath'",
                        hint: "did you mean 'redirectPath'?"
                    )
                ]
            ),
            passes: PassesStatus(
                lastAttempt: pass(9, .failed, 30, "Authentik cannot be observed: nobody answers"),
                lastSuccess: pass(8, .incomplete, 330, nil),
                next: NextPass(at: now.advanced(by: .seconds(12)), reason: .retry),
                failuresInARow: 1
            ),
            heldDeletions: HeldDeletionsRecord(HeldDeletions(deletions: 4, limit: 3, isFileEmpty: false)),
            totals: totals(services),
            services: services
        )
    }

    private static func pass(_ number: Int, _ result: PassResult, _ seconds: Int, _ error: String?) -> FinishedPass {
        FinishedPass(
            number: number,
            startedAt: ago(seconds + 1),
            finishedAt: ago(seconds),
            durationSeconds: 0.31,
            triggers: [.interval],
            result: result,
            error: error,
            requests: RequestsDocument(reads: 9, writes: 0),
            changed: 0
        )
    }

    @Test(arguments: [
        ("status.txt", false, false), ("status-verbose.txt", true, false), ("status-colored.txt", false, true),
    ])
    func `it looks as it did`(_ name: String, isVerbose: Bool, isColored: Bool) throws {
        let text = StatusText(style: Style(isColored: isColored), isVerbose: isVerbose, now: Self.now)
        try expectGolden(text.render(Self.document), name)
    }

    @Test func `who may open what is told of each service, and of all that are exposed`() throws {
        func access(_ state: AccessStanding.State, _ fill: (inout AccessRecord) -> Void = { _ in }) -> AccessRecord {
            var record = AccessRecord(AccessStanding(state))
            fill(&record)
            return record
        }
        var document = Self.document
        document.file.problems = []
        document.heldDeletions = nil
        document.services = [
            Self.service("chat", .inSync, "as declared") {
                $0.access = access(.restricted) {
                    $0.subjects = ["group 'admins'", "user 'bob'"]
                    $0.others = ["group 'guests'"]
                }
                $0.notes = ["bound by others, which also let people in: group 'guests'; left alone"]
            },
            Self.service("docs", .inSync, "as declared") { $0.access = access(.everyone) },
            Self.service("homepage", .inSync, "as declared") { $0.access = access(.unmanaged) { $0.isExposed = true } },
            Self.service("mail", .failed, "the user 'eve' is gone") {
                $0.access = access(.restricted) {
                    $0.complaint = "the user 'eve' is gone"
                    $0.subjects = ["group 'admins'"]
                }
                $0.error = ErrorDocument(ServiceFailure("the user 'eve' is gone"))
            },
            Self.service("news", .inSync, "as declared") {
                $0.access = access(.unmanaged) { $0.others = ["policy 'office hours'"] }
            },
            Self.service("old", .held, "as declared") {
                var deletion = Deletion(application: nil, bindings: ["group 'interns'", "user 'eve'"])
                deletion.isHeld = true
                $0.deletion = DeletionRecord(deletion)
                $0.access = access(.restricted) { $0.subjects = ["group 'admins'"] }
            },
            Self.service("vault", .failed, "closed to everybody: the group 'admins' is gone") {
                $0.access = access(.closed) { $0.complaint = "the group 'admins' is gone" }
                $0.error = ErrorDocument(ServiceFailure("closed to everybody: the group 'admins' is gone"))
            },
        ]
        document.totals = Self.totals(document.services)
        let text = StatusText(style: GoldenTests.plain, isVerbose: true, now: Self.now)
        try expectGolden(text.render(document), "status-access.txt")
    }

    @Test func `what serves each service is told, and which nobody gets through to`() throws {
        func serving(_ state: ServingStanding.State, _ outpost: String, _ complaint: String? = nil) -> ServingRecord {
            ServingRecord(ServingStanding(state, outpost: outpost, complaint: complaint))
        }
        var document = Self.document
        document.file.problems = []
        document.heldDeletions = nil
        let complaint = "the outpost 'edge' was last seen at 2026-11-24T11:00:00.000Z"
        document.services = [
            Self.service("docs", .inSync, "as declared") { $0.serving = serving(.served, "inner") },
            Self.service("new", .failed, "Authentik rejects it") {
                $0.serving = serving(.notInOutpost, "inner", "the outpost 'inner' does not serve it")
                $0.error = ErrorDocument(ServiceFailure("Authentik rejects it"))
            },
            Self.service("trivy", .inSync, "as declared") { $0.serving = serving(.outpostNotSeen, "edge", complaint) },
            Self.service("wiki", .inSync, "as declared") { $0.serving = serving(.outpostNotSeen, "edge", complaint) },
        ]
        document.totals = Self.totals(document.services)
        let text = StatusText(style: GoldenTests.plain, isVerbose: true, now: Self.now)
        try expectGolden(text.render(document), "status-serving.txt")
    }

    @Test func `a pass over a few services says so, and when everything was read`() throws {
        var document = Self.document
        document.passes.lastAttempt?.scope = .services
        document.passes.lastAttempt?.servicesRead = 1
        document.passes.lastFullPassAt = Self.now.advanced(by: .seconds(-600))
        document.passes.interval = IntervalStatus(seconds: 720, reason: .load)
        let text = StatusText(style: GoldenTests.plain, isVerbose: false, now: Self.now).render(document)
        #expect(text.contains("; read 1 service)"))
        #expect(text.contains("Full pass     10 min ago, which read everything\n"))
        #expect(text.contains("Interval      12 min, so that full passes cost Authentik less than 2 % of its time\n"))
    }

    @Test func `of ten thousand services what is wrong comes first, and the rest is counted`() {
        var document = Self.document
        document.services = (0..<10_000).map { number in
            Self.service("app-\(number)", number % 2 == 0 ? .blocked : number == 1 ? .failed : .inSync, "because")
        }
        document.totals.services = 10_000
        document.totals.states = ["blocked": 5000, "failed": 1, "in-sync": 4999]
        var text = StatusText(style: GoldenTests.plain, isVerbose: false, now: Self.now)
        let brief = text.render(document)
        let services = brief.split(separator: "\n").filter { $0.contains(" app-") && $0.hasSuffix(", for 10 min") }
        #expect(services.count == 1 + ListLimit.listed)
        #expect(services.first?.contains("app-1 ") == true)
        #expect(brief.contains("  and 4,950 more blocked; --verbose shows all\n"))
        #expect(brief.contains("Services      10,000: 1 failed, 5,000 blocked, 4,999 in sync"))
        let verbose = StatusText(style: GoldenTests.plain, isVerbose: true, now: Self.now).render(document)
        #expect(verbose.contains("app-9999 ") && !verbose.contains("more blocked"))
        // What somebody asked for is shown in any state, and the numbers are still of everything.
        document.services = document.services.filter { $0.slug == "app-3" }
        text.isFiltered = true
        #expect(text.render(document).contains("= app-3  in sync  because"))
        #expect(text.render(document).contains("Services      10,000: "))
        text.isFiltered = false
        #expect(!text.render(document).contains("app-3"))
    }

    /// Whatever a document holds, it is shown: somebody else may have written it.
    @Test(arguments: [1e308, -1e308, .infinity, -.infinity, .nan, 9.3e18, -0.0, Double(Int.max)])
    func `any number is shown`(_ number: Double) {
        var document = Self.document
        let times = [
            Timestamp(Date(timeIntervalSince1970: number)), Timestamp(.distantPast), Timestamp(.distantFuture),
        ]
        for time in times {
            document.passes.lastAttempt?.durationSeconds = number
            document.passes.lastAttempt?.finishedAt = time
            document.passes.lastAttempt?.number = .max
            document.passes.running = RunningPass(number: .min, startedAt: time, triggers: [])
            document.passes.next = NextPass(at: time, reason: .retry)
            document.since = time
            document.services[0].lastChange?.at = time
            document.services[0].lastChange?.pass = .min
            document.services[3].contest?.nextCorrectionAt = time
            document.services[3].contest?.corrections = .min
            document.file.problems[0].line = .max
            let text = StatusText(style: Style(isColored: false), isVerbose: true, now: Self.now).render(document)
            #expect(text.contains("Last pass"))
        }
        #expect(!StatusText.span(number).isEmpty)
    }

    /// What is written of times that nobody means is refused or read, and is no end of the program.
    @Test(arguments: [
        "", "Z", "9999-12-31T23:59:59.999Z", "0000-00-00T00:00:00.000Z", "2026-99-99T99:99:99.999Z",
        "99999999999999999999-01-01T00:00:00.000Z", "+292277026596-12-04T15:30:07.999Z", "-1-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00.99999999999999999999999999999Z", "2026-01-01T00:00:00.000+99:99",
    ])
    func `any time is read or refused`(_ text: String) {
        let json = Data("[\"\(text)\"]".utf8)
        guard let time = try? JSONDecoder().decode([Timestamp].self, from: json).first else { return }
        var document = Self.document
        document.since = time
        let shown = StatusText(style: Style(isColored: false), isVerbose: true, now: Self.now).render(document)
        #expect(shown.contains("Last pass"))
    }

    @Test(arguments: [(0, "0 s"), (99, "99 s"), (100, "1 min"), (5999, "99 min"), (6000, "1 h"), (172_800, "2 d")])
    func `spans of time are short`(_ seconds: Int, _ text: String) {
        #expect(StatusText.span(Double(seconds)) == text)
    }
}
