import AuthentikAPI
import Base
import DesiredState
import FoundationEssentials
import Kinds
import SecretSources
import Secrets
import Verification

@testable import Applying
@testable import Planning
@testable import Status

/// A ledger and what is remembered of drift, and what happens to them, a minute apart.
final class LedgerStory {
    private(set) var ledger: StatusLedger
    private var drift = DriftMemory()
    private var files: LoadedFiles
    private var number = 0
    private var now: Timestamp
    var secret = SecretLook.present(Secret("s3cr3t"))

    private static let start = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))
    private static let text = """
        apiVersion: reconcile/v1
        owner: homelab
        services:
          - {slug: docs, launchURL: "https://docs.example.net"}
          - {slug: grafana, host: h.example, redirectPath: /c, secretRef: {env: GRAFANA}}

        """

    init() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID().uuidString).yaml")
        try Data(Self.text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        guard let desired = DesiredStateLoader.load(paths: [file.path]).state,
            let address = AuthentikAddress("https://sso.example.net")
        else { throw CancellationError() }
        files = LoadedFiles(desired, hash: "sha256:0", at: Self.start, warnings: [])
        now = Self.start
        ledger = StatusLedger(
            program: ProgramStatus(version: "1", startedAt: Self.start, isLeader: true),
            authentik: address,
            paths: [file.path],
            files: files
        )
    }

    var document: StatusDocument { ledger.document }
    var paused: Set<String> { drift.paused(files.desired, secrets, at: now) }
    var firstPauseEnd: Timestamp? { drift.firstPauseEnd(after: now) }

    func synced(_ slug: String) -> ConditionStatus? {
        document.services.first { $0.slug == slug }?.conditions.first { $0.type == .synced }
    }

    /// What `TotalsStatus` has, zeroes included.
    static func states(_ counts: [String: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: SyncState.allCases.map { ($0.rawValue, counts[$0.rawValue] ?? 0) })
    }

    private var secrets: [SecretReference: SecretLook] { [.environment("GRAFANA"): secret] }

    func declare(_ change: (inout [Service]) -> Void) {
        change(&files.desired.services)
        files.at = now
        drift.declare(files.desired)
        take(.loaded(files))
    }

    func declare(groups: [String]) {
        files.desired.groups = groups
        take(.loaded(files))
    }

    func watchesAuditLog(_ isWatched: Bool) { ledger.watchesAuditLog(isWatched) }

    func take(_ change: FileChange) { ledger.took(change, at: now) }

    /// A pass that came to these outcomes.
    ///
    /// - Returns: what is worth telling, in short.
    @discardableResult
    func pass(
        _ outcomes: [ServiceOutcome],
        shared: [SharedOutcome] = [],
        heldDeletions: HeldDeletions? = nil,
        authors: [String: DriftAuthor] = [:],
        sharedAuthors: [SharedName: DriftAuthor] = [:]
    ) -> [String] {
        guard let release = Release("2025.12.4") else { return ["no release"] }
        let report = PassReport(
            release: release,
            outcomes: outcomes.sorted { $0.plan.slug < $1.plan.slug },
            shared: shared,
            heldDeletions: heldDeletions,
            requests: RequestCounts(),
            duration: .seconds(1),
            secrets: ResolvedSecrets(secrets)
        )
        return end(.report(report), DriftAuthors(services: authors, shared: sharedAuthors))
    }

    /// Probes of a service.
    ///
    /// - Parameter reason: of the check that failed; nil if all passed.
    @discardableResult
    func probe(_ slug: String, _ reason: ProbeFailure.Reason? = nil, isComplete: Bool = true) -> [String] {
        now = now.advanced(by: .seconds(60))
        let failure = reason.map { ProbeFailure($0, "the login fails: \($0.rawValue)", remedy: "correct it") }
        let results = isComplete ? [CheckResult(.discovery, failure.map(CheckResult.Outcome.failed) ?? .passed)] : []
        guard let release = Release("2025.12.4") else { return ["no release"] }
        let report = VerificationReport(
            release: release,
            address: "https://sso.example.net",
            services: [ServiceVerification(slug: slug, results: results, isComplete: isComplete)],
            withoutLogin: 0,
            requests: 1,
            duration: .zero
        )
        return ledger.verified(report, at: now).map(\.short)
    }

    /// A pass that failed.
    @discardableResult
    func fail(_ kind: PassFailure.Kind, _ description: String) -> [String] {
        end(.failure(PassFailure(kind, description)), DriftAuthors())
    }

    private func end(_ outcome: PassEnd.Outcome, _ authors: DriftAuthors) -> [String] {
        number += 1
        ledger.began(number, [.interval], at: now)
        now = now.advanced(by: .seconds(60))
        let end = PassEnd(
            number: number,
            triggers: [.interval],
            startedAt: now,
            finishedAt: now,
            duration: .seconds(1),
            requests: RequestCounts(),
            outcome: outcome
        )
        var findings = DriftFindings()
        if case .report(let report) = end.outcome { findings = drift.judge(report, of: files.desired, at: now) }
        return ledger.ended(end, findings: findings, authors: authors).map(\.short)
    }
}

extension ServiceOutcome {
    static func grafana(_ decision: Decision, failing: String? = nil, isPaused: Bool = false) -> ServiceOutcome {
        service("grafana", decision, failing: failing, isPaused: isPaused)
    }

    static func docs(_ decision: Decision) -> ServiceOutcome { service("docs", decision) }

    static func service(
        _ slug: String,
        _ decision: Decision,
        failing: String? = nil,
        isPaused: Bool = false
    ) -> ServiceOutcome {
        var plan = ServicePlan(slug: slug, decision: decision, reason: "because")
        let isWrite = [.create, .update, .delete].contains(decision)
        if isWrite || decision == .conflict {
            plan.changes = [
                FieldChange(object: .application, field: "group", before: .text("Elsewhere"), after: .text("Apps"))
            ]
        }
        if decision == .delete { plan.deletion = Deletion(application: slug) }
        var outcome = ServiceOutcome(plan: plan, failure: failing.map(ServiceFailure.init))
        if isWrite, failing == nil, !isPaused { outcome.written = [.updateApplication] }
        outcome.isPaused = isPaused
        return outcome
    }
}

extension LedgerEvent {
    /// In a few words.
    var short: String {
        switch self {
        case .changed(let plan): "changed \(plan.slug)"
        case .restarted(let slug, let workload): "restarted \(slug): \(workload)"
        case .drifted(let plan, let drift): "drifted \(plan.slug) by \(drift.culprit ?? "nobody")"
        case .corrected(let plan, _):
            "corrected \(plan.slug) \(plan.driftedFields.map(\.description).joined(separator: ", "))"
        case .sharedDrifted(let object, let drift): "drifted \(object.title) by \(drift.culprit ?? "nobody")"
        case .sharedCorrected(let object, _):
            "corrected \(object.title) \(object.driftedFields.map(\.description).joined(separator: ", "))"
        case .failed(let slug, let failure, let isNew): "failed \(slug): \(failure.message)\(isNew ? ", new" : "")"
        case .stuck(let slug, let state, _): "stuck \(slug) \(state.rawValue)"
        case .sharedChanged(let object): "\(object.decision.rawValue) \(object.title)"
        case .sharedFailed(let object, let failure, let isNew):
            "failed \(object.title): \(failure.message)\(isNew ? ", new" : "")"
        case .sharedStuck(let object, let state): "stuck \(object.title) \(state.rawValue)"
        case .recovered(let slug): "recovered \(slug)"
        case .accessClosed(let slug, let reason): "closed \(slug): \(reason)"
        case .accessOpened(let slug): "opened \(slug)"
        case .notServed(let slug, let outpost, let reason): "not served \(slug) by \(outpost): \(reason)"
        case .servedAgain(let slug, let outpost): "served \(slug) by \(outpost)"
        case .unverified(let slug, let failure): "unverified \(slug): \(failure.reason.rawValue)"
        case .verified(let slug): "verified \(slug)"
        case .contestBegan(let slug, _): "contest \(slug)"
        case .contestEnded(let slug): "peace \(slug)"
        case .leads: "leads"
        case .waits(let seconds): "waits \(seconds)"
        case .standsBy(let holder): "stands by \(holder ?? "nobody")"
        case .leaseLost: "lease lost"
        case .leaseBack: "lease back"
        case .deletionsHeld: "heldDeletions"
        case .deletionsReleased: "released"
        case .authentikLost(let error, let isReachable): "\(isReachable ? "refused" : "lost"): \(error)"
        case .authentikBack: "back"
        }
    }
}
