import Applying
package import AuthentikAPI
package import Base
import DesiredState
import Kinds
import Planning
import SecretSources
import Secrets
package import Verification

/// Maintains the status: takes in events, holds the document, and returns what should be logged.
///
/// A value without clock or I/O: times are passed in.
package struct StatusLedger: Sendable {
    package internal(set) var document: StatusDocument
    private var desired: DesiredState
    /// The services that were reported as closed, so that nobody may open them.
    private var closed: Set<String> = []
    /// The services that were reported as not served, with their states.
    private var unserved: [String: String] = [:]

    package init(program: ProgramStatus, authentik: AuthentikAddress, paths: [String], files loaded: LoadedFiles) {
        desired = loaded.desired
        document = StatusDocument(
            program: program,
            owner: loaded.desired.owner,
            state: .starting,
            since: program.startedAt,
            isInSync: false,
            message: "",
            authentik: AuthentikStatus(url: authentik.description),
            file: FileStatus(
                paths: paths,
                hash: loaded.hash,
                loadedAt: loaded.at,
                isValid: true,
                problems: loaded.warnings.map(FileStatus.Problem.init)
            ),
            passes: PassesStatus(failuresInARow: 0),
            totals: TotalsStatus(services: 0, states: [:], contested: 0),
            services: []
        )
        declare(at: loaded.at)
        summarize(at: program.startedAt)
    }

    // MARK: - The file

    package mutating func took(_ change: FileChange, at time: Timestamp) {
        switch change {
        case .same: return
        case .loaded(let loaded):
            desired = loaded.desired
            document.owner = desired.owner
            document.file.hash = loaded.hash
            document.file.loadedAt = loaded.at
            document.file.isValid = true
            document.file.problems = loaded.warnings.map(FileStatus.Problem.init)
            declare(at: loaded.at)
        case .invalid(let diagnostics):
            document.file.isValid = false
            document.file.problems = diagnostics.map(FileStatus.Problem.init)
        }
        summarize(at: time)
    }

    /// Updates the list of services to what is declared, keeping the results of passes.
    private mutating func declare(at time: Timestamp) {
        var known = Dictionary(document.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        for service in desired.services {
            var status = known[service.slug] ?? ServiceStatus(pending: service, at: time)
            status.name = service.name
            status.location = service.location.description
            known[service.slug] = status
        }
        // An undeclared service stays until a pass has decided about it, unless no pass has ever included it.
        let declared = Set(desired.services.map(\.slug))
        document.services = known.values.filter { declared.contains($0.slug) || $0.state != .pending }
            .sorted { $0.slug < $1.slug }
        let shared = statuses(of: document.shared)
        document.shared = desired.shared.map { shared[$0] ?? SharedStatus(pending: $0) }
    }

    // MARK: - Passes

    package mutating func began(_ number: Int, _ triggers: [Trigger], at time: Timestamp) {
        document.passes.running = RunningPass(number: number, startedAt: time, triggers: triggers)
        document.passes.next = nil
    }

    package mutating func looksAtEverything(_ interval: IntervalStatus) { document.passes.interval = interval }

    package mutating func comesNext(_ next: NextPass?) { document.passes.next = next }

    /// Records the end of a pass.
    ///
    /// - Parameters:
    ///   - findings: the drift found by the pass.
    ///   - authors: the authors of changes since the previous pass, according to the audit log.
    /// - Returns: what should be reported, in a stable order.
    package mutating func ended(
        _ end: PassEnd,
        findings: DriftFindings,
        authors: DriftAuthors
    ) -> [LedgerEvent] {
        let finished = FinishedPass(end)
        document.passes.running = nil
        document.passes.lastAttempt = finished
        var events: [LedgerEvent] = []
        switch end.outcome {
        case .report(let report):
            document.passes.lastSuccess = finished
            if report.look.isFull { document.passes.lastFullPassAt = finished.finishedAt }
            document.passes.failuresInARow = 0
            document.authentik.release = report.release.description
            events += reached(true, nil, at: finished.finishedAt)
            events += record(report, finished, findings: findings, authors: authors)
        case .failure(let failure):
            document.passes.failuresInARow += 1
            events += reached(failure.kind == .refused, failure.description, at: finished.finishedAt)
        case .cancelled: break
        }
        summarize(at: finished.finishedAt)
        return events
    }

    /// Authentik did not answer between passes.
    package mutating func lostAuthentik(_ error: String, at time: Timestamp) -> [LedgerEvent] {
        defer { summarize(at: time) }
        return reached(false, error, at: time)
    }

    package mutating func watchesAuditLog(_ isWatched: Bool) { document.authentik.isAuditLogWatched = isWatched }

    private mutating func reached(_ isReachable: Bool, _ error: String?, at time: Timestamp) -> [LedgerEvent] {
        let before = document.authentik
        document.authentik.error = error
        if before.isReachable != isReachable {
            document.authentik.isReachable = isReachable
            document.authentik.since = time
        }
        if before.error == nil, let error { return [.authentikLost(error: error, isReachable: isReachable)] }
        if before.error != nil, error == nil {
            return [.authentikBack(since: before.since, wasReachable: before.isReachable == true)]
        }
        return []
    }

    // MARK: - Services

    private mutating func record(
        _ report: PassReport,
        _ pass: FinishedPass,
        findings: DriftFindings,
        authors: DriftAuthors
    ) -> [LedgerEvent] {
        let secrets = report.secrets.looks
        let time = pass.finishedAt
        let before = Dictionary(document.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        let declared = Dictionary(desired.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        var events = record(report.shared, pass, findings: findings, authors: authors)
        var changes: [RecentChange] = []
        var services: [ServiceStatus] = []
        for outcome in report.outcomes {
            let slug = outcome.plan.slug
            let service = declared[slug]
            // It was deleted as planned.
            if service == nil, outcome.plan.decision == .delete, outcome.isConverged {
                events.append(.changed(outcome.plan))
                changes.append(RecentChange(outcome, pass, drift: nil))
                continue
            }
            let secret = service?.provider?.secret.flatMap { secrets[$0] }
            var status = ServiceStatus(outcome, service, secret, before: before[slug], at: time)
            status.links = links(of: outcome, service, before: before[slug]?.links)
            if findings.found.contains(slug) {
                let drift = drift(
                    outcome.plan.reason,
                    outcome.plan.changes,
                    pass,
                    by: authors.author(of: outcome.plan),
                    findings.contests[slug]?.blueprints
                )
                status.lastDrift = drift
                events.append(.drifted(outcome.plan, drift))
            } else if findings.corrected.contains(slug), status.lastDrift?.isUnlogged == true {
                // Its author is only looked up when it is corrected.
                status.lastDrift?.blueprints = findings.contests[slug]?.blueprints
            }
            let isCorrected = findings.corrected.contains(slug)
            if !outcome.written.isEmpty {
                status.lastChange = LastChange(outcome, pass)
                changes.append(RecentChange(outcome, pass, drift: isCorrected ? status.lastDrift : nil))
                events.append(.changed(outcome.plan))
            }
            if isCorrected { events.append(.corrected(outcome.plan, status.lastDrift)) }
            if let workload = outcome.restarted { events.append(.restarted(slug: slug, workload)) }
            if let contest = findings.begun[slug] { events.append(.contestBegan(slug: slug, contest)) }
            status.contest = findings.contests[slug]
            events += transitions(from: before[slug], to: status, outcome)
            events += accessTransition(to: status) + servingTransition(to: status)
            services.append(status)
        }
        events += findings.over.map { .contestEnded(slug: $0) }
        document.services = services.sorted { $0.slug < $1.slug }
        closed.formIntersection(services.map(\.slug))
        let serving = Set(services.lazy.filter { $0.serving != nil }.map(\.slug))
        unserved = unserved.filter { slug, _ in serving.contains(slug) }
        events += heldDeletions(report.heldDeletions.map(HeldDeletionsRecord.init))
        remember(changes)
        return events
    }

    /// Adds to the history, which keeps the newest entries.
    private mutating func remember(_ changes: [RecentChange]) {
        document.recentChanges = Array((changes + document.recentChanges).prefix(RecentChange.limit))
    }

    /// Authentik's address for browsers, without a trailing slash.
    private var publicURL: String { desired.publicURL ?? document.authentik.url }

    /// - Parameter before: the previous status, which is kept where a pass could not read.
    private func links(of outcome: ServiceOutcome, _ service: Service?, before: LinksStatus?) -> LinksStatus? {
        var links = LinksStatus()
        switch outcome.plan.decision {
        case .blocked, .waiting: links.authentik = before?.authentik
        case .create where !outcome.isConverged: break
        case .delete where outcome.isConverged, .release where outcome.isConverged: break
        default: links.authentik = "\(publicURL)/if/admin/#/core/applications/\(outcome.plan.slug)"
        }
        if service?.state == .present { links.service = service?.launchURL.flatMap(LinksStatus.browsable) }
        return links.authentik == nil && links.service == nil ? nil : links
    }

    /// What the first pass finds may be older than the watch of the audit log.
    private func drift(
        _ reason: String,
        _ changes: [FieldChange],
        _ pass: FinishedPass,
        by author: DriftAuthor?,
        _ blueprints: [BlueprintTrace]? = nil
    ) -> LastDrift {
        let isWatched = document.authentik.isAuditLogWatched == true && pass.number > 1
        let author = author?.linked(to: publicURL)
        return LastDrift(reason, changes, pass, author, isWatched: isWatched, blueprints: blueprints)
    }

    /// Records the result of probes.
    ///
    /// - Returns: what should be reported, in the order of the services.
    package mutating func verified(_ report: VerificationReport, at time: Timestamp) -> [LedgerEvent] {
        let probed = Set(desired.services.filter(\.isProbed).map(\.slug))
        let seen = Dictionary(report.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        var events: [LedgerEvent] = []
        for index in document.services.indices {
            let before = document.services[index]
            guard probed.contains(before.slug), let seen = seen[before.slug] else { continue }
            document.services[index].record(seen, at: time)
            if let failure = seen.failures.first {
                let isNew = before.verification?.status != .no || before.verification?.reason != failure.reason.rawValue
                if isNew { events.append(.unverified(slug: before.slug, failure)) }
            } else if before.verification?.status == .no, seen.state == .verified {
                events.append(.verified(slug: before.slug))
            }
        }
        summarize(at: time)
        return events
    }

    private mutating func record(
        _ outcomes: [SharedOutcome],
        _ pass: FinishedPass,
        findings: DriftFindings,
        authors: DriftAuthors
    ) -> [LedgerEvent] {
        let before = statuses(of: document.shared)
        var events: [LedgerEvent] = []
        var changes: [RecentChange] = []
        var shared: [SharedStatus] = []
        for outcome in outcomes {
            let plan = outcome.plan
            var status = SharedStatus(outcome)
            status.lastDrift = before[outcome.identity]?.lastDrift
            if findings.sharedFound.contains(outcome.identity) {
                let drift = drift(plan.pastReason, plan.changes, pass, by: authors.shared[outcome.identity])
                status.lastDrift = drift
                events.append(.sharedDrifted(plan, drift))
            }
            let isNew = before[outcome.identity]?.message != status.message
            if let failure = outcome.failure {
                events.append(.sharedFailed(plan, failure, isNew: isNew))
            } else if outcome.isWritten {
                let isCorrected = findings.sharedCorrected.contains(outcome.identity)
                changes.append(RecentChange(outcome, pass, drift: isCorrected ? status.lastDrift : nil))
                events.append(.sharedChanged(plan))
                if isCorrected { events.append(.sharedCorrected(plan, status.lastDrift)) }
            } else if status.state != .inSync, status.state != .orphan, isNew {
                events.append(.sharedStuck(plan, status.state))
            }
            // An object that was deleted as planned is removed.
            if plan.decision != .delete || !outcome.isConverged { shared.append(status) }
        }
        document.shared = shared
        remember(changes)
        return events
    }

    private func statuses(of shared: [SharedStatus]) -> [SharedName: SharedStatus] {
        Dictionary(shared.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func transitions(
        from before: ServiceStatus?,
        to status: ServiceStatus,
        _ outcome: ServiceOutcome
    ) -> [LedgerEvent] {
        if let failure = outcome.failure {
            // A closed service is reported as such, once.
            if let complaint = status.access?.complaint, status.access?.isClosed == true,
                failure.message == "closed to everybody: \(complaint)"
            {
                return []
            }
            return [.failed(slug: status.slug, failure, isNew: before?.error?.message != failure.message)]
        }
        switch status.state {
        case .conflict, .blocked, .waiting, .held, .orphan, .drifted:
            guard before?.state != status.state || before?.reason != status.reason else { return [] }
            return [.stuck(slug: status.slug, status.state, reason: status.reason)]
        case .inSync:
            let wasStuck = before.map { ![.inSync, .pending, .unverified].contains($0.state) } ?? false
            return wasStuck && outcome.written.isEmpty ? [.recovered(slug: status.slug)] : []
        // Probes report it.
        case .pending, .failed, .unverified: return []
        }
    }

    /// Nothing is reported while the state is unknown.
    private mutating func accessTransition(to status: ServiceStatus) -> [LedgerEvent] {
        guard let access = status.access else { return [] }
        if access.isClosed {
            guard closed.insert(status.slug).inserted else { return [] }
            return [
                .accessClosed(slug: status.slug, reason: access.complaint ?? "the subjects in the file no longer exist")
            ]
        }
        // A service removed from the file stays closed, which is no longer worth reporting.
        let isOpened = closed.remove(status.slug) != nil && access.state != AccessStanding.State.unmanaged.rawValue
        return isOpened ? [.accessOpened(slug: status.slug)] : []
    }

    /// Nothing is reported while the state is unknown.
    private mutating func servingTransition(to status: ServiceStatus) -> [LedgerEvent] {
        let slug = status.slug
        guard let serving = status.serving, let isServed = serving.isServed else { return [] }
        if isServed {
            return unserved.removeValue(forKey: slug) == nil
                ? [] : [.servedAgain(slug: slug, outpost: serving.outpost)]
        }
        guard unserved.updateValue(serving.state, forKey: slug) != serving.state else { return [] }
        return [.notServed(slug: slug, outpost: serving.outpost, reason: serving.complaint ?? serving.state)]
    }

    private mutating func heldDeletions(_ heldDeletions: HeldDeletionsRecord?) -> [LedgerEvent] {
        defer { document.heldDeletions = heldDeletions }
        guard heldDeletions != document.heldDeletions else { return [] }
        return [heldDeletions.map(LedgerEvent.deletionsHeld) ?? .deletionsReleased]
    }

    // MARK: - The whole

    mutating func summarize(at time: Timestamp) {
        var states = Dictionary(uniqueKeysWithValues: SyncState.allCases.map { ($0.rawValue, 0) })
        for service in document.services { states[service.state.rawValue, default: 0] += 1 }
        document.totals = TotalsStatus(
            services: document.services.count,
            states: states,
            contested: document.services.count { $0.contest != nil }
        )
        let before = document.state
        (document.state, document.message) = document.overall
        if document.state != before { document.since = time }
        document.isInSync = document.state == .inSync
    }
}

/// The state of a replica in the leader election.
package struct Standing: Sendable, Equatable {
    package var isLeader: Bool
    /// The leader's identity; nil if none is known.
    package var holder: String?
    /// If there is no leader: how long the Lease must stay unchanged before this process takes it.
    package var waitSeconds: Int?
    /// Why the Lease is unreachable; nil if it is reachable.
    package var error: String?

    package init(isLeader: Bool, holder: String? = nil, waitSeconds: Int? = nil, error: String? = nil) {
        self.isLeader = isLeader
        self.holder = holder
        self.waitSeconds = waitSeconds
        self.error = error
    }
}

extension StatusLedger {
    private var standing: Standing {
        let leadership = document.program.leadership
        return Standing(
            isLeader: document.program.isLeader,
            holder: leadership?.holder,
            waitSeconds: leadership?.waitSeconds,
            error: leadership?.error
        )
    }

    /// Records the state of the election.
    ///
    /// - Returns: what should be reported.
    package mutating func stands(_ standing: Standing, at time: Timestamp) -> [LedgerEvent] {
        let before = self.standing
        document.program.isLeader = standing.isLeader
        document.program.leadership?.error = standing.error
        document.program.leadership?.holder = standing.holder
        document.program.leadership?.waitSeconds = standing.waitSeconds
        if standing.holder != before.holder { document.program.leadership?.since = time }
        if !standing.isLeader { document.passes.next = nil }
        summarize(at: time)
        var events: [LedgerEvent] = []
        if before.error == nil, let error = standing.error { events.append(.leaseLost(error: error)) }
        if before.error != nil, standing.error == nil { events.append(.leaseBack) }
        if standing.isLeader, !before.isLeader { events.append(.leads) }
        let isNew = before.holder != standing.holder || before.waitSeconds != standing.waitSeconds
        if !standing.isLeader, before.isLeader || isNew {
            events.append(standing.waitSeconds.map(LedgerEvent.waits) ?? .standsBy(holder: standing.holder))
        }
        return events
    }
}
