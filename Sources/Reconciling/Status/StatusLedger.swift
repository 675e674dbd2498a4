package import AuthentikAPI
package import DesiredState
package import Planning

/// Keeps the status: told what happened, it has the document, and says what is worth a line in the log.
///
/// A value without clock or I/O: the moments come in.
package struct StatusLedger: Sendable {
    package internal(set) var document: StatusDocument
    private var desired: DesiredState
    private var drifts = DriftDetector()
    private var fights = FightDetector()

    package init(program: ProgramStatus, authentik: AuthentikAddress, files: DesiredFiles) {
        let loaded = files.loaded
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
                paths: files.paths,
                hash: loaded.hash,
                loadedAt: loaded.at,
                isValid: true,
                problems: loaded.warnings.map(FileStatus.Problem.init)
            ),
            passes: PassesStatus(failuresInARow: 0),
            totals: TotalsStatus(services: 0, states: [:], fights: 0),
            services: []
        )
        declare(at: loaded.at)
        summarize(at: program.startedAt)
    }

    // MARK: - The file

    package mutating func took(_ change: DesiredFiles.Change, at time: Timestamp) {
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

    /// Brings the list of services in line with what is declared; what a pass knows of them stays.
    private mutating func declare(at time: Timestamp) {
        var known = Dictionary(document.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        for service in desired.services {
            var status = known[service.slug] ?? ServiceStatus(pending: service, at: time)
            status.name = service.name
            status.location = service.location.description
            known[service.slug] = status
        }
        // What is declared no more stays until a pass has seen what becomes of it, unless none has ever seen it.
        let declared = Set(desired.services.map(\.slug))
        document.services = known.values.filter { declared.contains($0.slug) || $0.state != .pending }
            .sorted { $0.slug < $1.slug }
        drifts.keep(declared)
    }

    // MARK: - Passes

    package mutating func began(_ number: Int, _ triggers: [Trigger], at time: Timestamp) {
        document.passes.running = RunningPass(number: number, startedAt: time, triggers: triggers)
        document.passes.next = nil
    }

    package mutating func comesNext(_ next: NextPass?) { document.passes.next = next }

    /// The services that the next pass is not to mend yet: those whose fight pauses, and whose declaration is still the
    /// same.
    package func paused(_ secrets: [SecretReference: SecretAvailability], at time: Timestamp) -> Set<String> {
        let paused = fights.paused(at: time)
        guard !paused.isEmpty else { return [] }
        let unchanged = desired.services.filter { drifts.isUnchanged($0, $0.provider?.secret.flatMap { secrets[$0] }) }
        return paused.intersection(unchanged.map(\.slug))
    }

    /// When the first service that waits in a fight is mended again; nil if none waits.
    package func firstPauseEnd(after time: Timestamp) -> Timestamp? {
        let drifted = document.services.filter { $0.state == .drifted }.map(\.slug)
        return fights.firstPauseEnd(of: Set(drifted), after: time)
    }

    /// Takes note of the end of a pass.
    ///
    /// - Parameter authors: who changed which service since the pass before, where the audit log says so.
    /// - Returns: what is worth telling, in a stable order.
    package mutating func ended(_ end: PassEnd, authors: [String: DriftAuthor]) -> [LedgerEvent] {
        let finished = FinishedPass(end)
        document.passes.running = nil
        document.passes.lastAttempt = finished
        var events: [LedgerEvent] = []
        switch end.outcome {
        case .report(let report):
            document.passes.lastSuccess = finished
            document.passes.failuresInARow = 0
            document.authentik.release = report.release.description
            events += reached(true, nil, at: finished.finishedAt)
            events += record(report, finished, authors)
        case .failure(let failure):
            document.passes.failuresInARow += 1
            events += reached(failure.kind == .refused, failure.description, at: finished.finishedAt)
        case .cancelled: break
        }
        summarize(at: finished.finishedAt)
        return events
    }

    /// Authentik does not answer, between passes.
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
        if before.error == nil, let error { return [.authentikLost(error: error)] }
        if before.error != nil, error == nil { return [.authentikBack(since: before.since)] }
        return []
    }

    // MARK: - Services

    private mutating func record(
        _ report: PassReport,
        _ pass: FinishedPass,
        _ authors: [String: DriftAuthor]
    ) -> [LedgerEvent] {
        let secrets = report.secrets.availability
        let time = pass.finishedAt
        let before = Dictionary(document.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        let declared = Dictionary(desired.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        var events: [LedgerEvent] = []
        var services: [ServiceStatus] = []
        for outcome in report.outcomes {
            let slug = outcome.plan.slug
            let service = declared[slug]
            // It is gone, and nothing says that it should be told of.
            if service == nil, outcome.plan.decision == .delete, outcome.isConverged {
                events.append(.changed(outcome.plan))
                continue
            }
            let secret = service?.provider?.secret.flatMap { secrets[$0] }
            var status = ServiceStatus(outcome, service, secret, before: before[slug], at: time)
            if !outcome.written.isEmpty {
                status.lastChange = LastChange(outcome, pass)
                events.append(.changed(outcome.plan))
            }
            if let workload = outcome.restarted { events.append(.restarted(slug: slug, workload)) }
            if let service {
                let verdict = drifts.judge(outcome, service, secret)
                events += drift(outcome, verdict, of: &status, in: pass, by: authors[slug])
            }
            events += transitions(from: before[slug], to: status, outcome)
            services.append(status)
        }
        for slug in fights.expire(Set(services.filter { $0.state == .drifted }.map(\.slug)), at: time) {
            events.append(.fightEnded(slug: slug))
        }
        for index in services.indices { services[index].fight = fights.fight(services[index].slug) }
        document.services = services.sorted { $0.slug < $1.slug }
        events += brake(report.brake.map(BrakeRecord.init))
        return events
    }

    private mutating func drift(
        _ outcome: ServiceOutcome,
        _ verdict: DriftDetector.Verdict,
        of status: inout ServiceStatus,
        in pass: FinishedPass,
        by author: DriftAuthor?
    ) -> [LedgerEvent] {
        var events: [LedgerEvent] = []
        if case .found = verdict {
            status.lastDrift = LastDrift(outcome.plan, pass, author)
            events.append(.drifted(outcome.plan, by: author))
        }
        guard verdict.isDrift, outcome.isConverged, !outcome.written.isEmpty else { return events }
        let fields = outcome.plan.driftedFields
        events.append(.mended(slug: status.slug, fields: fields))
        if fights.mended(status.slug, fields.map(\.description), at: pass.finishedAt),
            let fight = fights.fight(status.slug)
        {
            events.append(.fightBegan(slug: status.slug, fight))
        }
        return events
    }

    private func transitions(
        from before: ServiceStatus?,
        to status: ServiceStatus,
        _ outcome: ServiceOutcome
    ) -> [LedgerEvent] {
        if let failure = outcome.failure {
            return [.failed(slug: status.slug, failure, isNew: before?.error?.message != failure.message)]
        }
        switch status.state {
        case .conflict, .blocked, .waiting, .held, .orphan, .drifted:
            guard before?.state != status.state || before?.reason != status.reason else { return [] }
            return [.stuck(slug: status.slug, status.state, reason: status.reason)]
        case .inSync:
            let wasStuck = before.map { $0.state != .inSync && $0.state != .pending } ?? false
            return wasStuck && outcome.written.isEmpty ? [.recovered(slug: status.slug)] : []
        case .pending, .failed: return []
        }
    }

    private mutating func brake(_ brake: BrakeRecord?) -> [LedgerEvent] {
        defer { document.brake = brake }
        guard brake != document.brake else { return [] }
        return [brake.map(LedgerEvent.brakeHolds) ?? .brakeReleased]
    }

    // MARK: - The whole

    mutating func summarize(at time: Timestamp) {
        var states = Dictionary(uniqueKeysWithValues: SyncState.allCases.map { ($0.rawValue, 0) })
        for service in document.services { states[service.state.rawValue, default: 0] += 1 }
        document.totals = TotalsStatus(
            services: document.services.count,
            states: states,
            fights: document.services.count { $0.fight != nil }
        )
        let before = document.state
        (document.state, document.message) = document.overall
        if document.state != before { document.since = time }
        document.isInSync = document.state == .inSync
    }
}
