import Base
import FoundationEssentials
import Planning
import PrometheusMetrics
import StatusServer

@testable import Applying
@testable import Status

/// Statuses as far as metrics look at them.
enum MetricsFixture {
    /// Of a leader that has been at it for a while: every metric has a value.
    static var busy: StatusDocument {
        var status = fresh
        status.program.isLeader = true
        status.authentik.isReachable = true
        status.file.isValid = true
        status.passes.lastSuccess = pass(41, .converged, endingAt: 1_000)
        status.passes.lastAttempt = pass(42, .failed, endingAt: 2_000.5)
        status.passes.next = NextPass(at: time(2_030), reason: .retry)
        status.passes.failuresInARow = 1
        status.heldDeletions = HeldDeletionsRecord(HeldDeletions(deletions: 5, limit: 3, isFileEmpty: false))
        status.totals = TotalsStatus(services: 9, states: ["in-sync": 7, "held": 2], contested: 1)
        status.shared = [
            SharedStatus(SharedOutcome(plan: .group("admins", pk: "a"))),
            SharedStatus(SharedOutcome(plan: .group("family", pk: nil), failure: ServiceFailure("no"))),
        ]
        status.services = [
            service("a", .restricted), service("b", .restricted) { $0.complaint = "the user 'bob' is gone" },
            service("c", .closed), service("d", .unmanaged) { $0.isExposed = true }, service("e", nil),
        ]
        let standings: [ServingStanding.State] = [.served, .served, .outpostNotSeen]
        for (index, state) in standings.enumerated() {
            status.services[index].serving = ServingRecord(ServingStanding(state, outpost: "edge"))
        }
        return status
    }

    private static func service(
        _ slug: String,
        _ access: AccessStanding.State?,
        _ fill: (inout AccessRecord) -> Void = { _ in }
    ) -> ServiceStatus {
        var service = ServiceStatus(
            slug: slug,
            state: .inSync,
            reason: "as declared",
            conditions: [],
            differences: [],
            notes: []
        )
        guard let access else { return service }
        var record = AccessRecord(AccessStanding(access))
        fill(&record)
        service.access = record
        return service
    }

    /// Of a standby that has tried nothing yet, and whose file turned bad.
    static var fresh: StatusDocument {
        StatusDocument(
            program: ProgramStatus(version: #"1.2.3-"rc"\1"#, startedAt: time(0), isLeader: false),
            owner: "homelab",
            state: .starting,
            since: time(0),
            isInSync: false,
            message: "No pass has ended yet.",
            authentik: AuthentikStatus(url: "https://sso.example.net"),
            file: FileStatus(
                paths: ["services.yaml"],
                hash: "sha256:00",
                loadedAt: time(10),
                isValid: false,
                problems: []
            ),
            passes: PassesStatus(failuresInARow: 0),
            totals: TotalsStatus(services: 0, states: [:], contested: 0),
            services: []
        )
    }

    static func time(_ seconds: Double) -> Timestamp {
        Timestamp(Date(timeIntervalSince1970: 1_700_000_000 + seconds))
    }

    private static func pass(_ number: Int, _ result: PassResult, endingAt end: Double) -> FinishedPass {
        FinishedPass(
            number: number,
            startedAt: time(end - 1),
            finishedAt: time(end),
            durationSeconds: 1,
            triggers: [.interval],
            result: result,
            requests: RequestsDocument(reads: 8, writes: 0),
            changed: 0
        )
    }
}
