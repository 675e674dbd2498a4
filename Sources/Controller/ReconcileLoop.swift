package import Applying
import AuthentikAPI
import Base
import DesiredState
import FoundationEssentials
import KubernetesAPI
import Notifications
import Planning
package import Status

/// The daemon: runs passes one after the other, when they are due or requested, until it is stopped.
///
/// ``LoopState`` makes the decisions; this carries them out. It writes the status and never reads it.
package actor ReconcileLoop {
    /// The time limit of a check of the audit log.
    private static let lookLimit: Duration = .seconds(10)
    /// The time between checks which Kubernetes Secrets the file refers to.
    private static let secretPeriod: Duration = .seconds(1)

    package nonisolated let board: StatusBoard
    package nonisolated let settings: LoopSettings
    private nonisolated let files: DesiredFiles
    private nonisolated let surroundings: LoopSurroundings
    private nonisolated let clock: any LoopClock
    private nonisolated let log: LoopLog
    private nonisolated let metrics = LoopMetrics()
    /// Checked immediately before each write is sent; it follows the phase, see ``follow(_:)``.
    private nonisolated let gate = WriteGate()

    private var state: LoopState
    private var drift = DriftMemory()
    /// Tracks what was notified.
    private var digest = NotificationDigest()
    /// Nil if logins are not probed.
    private var schedule: ProbeSchedule?
    /// The services to probe once the current probes have ended.
    private var toProbe: Set<String> = []
    private nonisolated let probeWakes: AsyncStream<Void>
    private nonisolated let probeWake: AsyncStream<Void>.Continuation
    private var pass: Task<(PassEnd, Culprits), Never>?
    private var last: PassAnswer?
    /// The callers waiting for the end of a pass, by its number.
    private var awaiting: [Int: [CheckedContinuation<PassAnswer?, Never>]] = [:]
    /// Whether a write was abandoned at shutdown, so that it may still happen.
    private var isCutShort = false
    /// Yields when something happened that may begin a pass or end the loop.
    private nonisolated let wakes: AsyncStream<Void>
    private nonisolated let wake: AsyncStream<Void>.Continuation

    package init(
        settings: LoopSettings,
        files: DesiredFiles,
        surroundings: LoopSurroundings,
        board: StatusBoard,
        log: LoopLog,
        clock: any LoopClock = ContinuousClock()
    ) {
        self.settings = settings
        self.files = files
        self.surroundings = surroundings
        self.board = board
        self.log = log
        self.clock = clock
        state = LoopState(interval: settings.interval, isElected: surroundings.election != nil)
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        schedule = settings.verifyPeriod.map(ProbeSchedule.init)
        (probeWakes, probeWake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        gate.set(state.phase.permission)
    }

    /// Runs until ``stop()``, or until the task is cancelled.
    package func run() async {
        guard state.phase != .ending else { return }
        if settings.auditPeriod == nil { watchesAuditLog(false) }
        state.start(at: clock.now)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.runPasses() }
            group.addTask { [watch = FileWatch(watchedPaths)] in await self.watchFiles(watch) }
            if let reader = surroundings.secretReader {
                group.addTask { await self.watchSecrets(reader) }
            }
            if let election = surroundings.election {
                group.addTask { await election.run { await self.heard($0, as: election.identity) } }
            }
            if let events = surroundings.events {
                group.addTask { await events.run() }
            }
            if let notifications = surroundings.notifications {
                group.addTask { await notifications.run() }
            }
            if let period = settings.auditPeriod {
                group.addTask { await self.watchAuditLog(every: period) }
            }
            if settings.verifyPeriod != nil {
                group.addTask { for await _ in self.probeWakes { await self.probe() } }
            }
            await group.next()
            group.cancelAll()
        }
        // If a write may still happen, the Lease is left to expire, so that the next leader waits for it.
        if let election = surroundings.election, !isCutShort {
            await election.resign(within: settings.resignationLimit)
        }
    }

    /// Stops the loop: no new write begins, and the one in flight may finish within the settings' limit.
    ///
    /// Returns when it has finished or was abandoned; ``run()`` returns soon afterwards.
    package func stop() async {
        guard state.phase != .ending else { return }
        follow(state.end())
        board.update { $0.comesNext(nil) }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [gate] in
                await gate.drain()
                return true
            }
            group.addTask { [clock, limit = settings.lastWriteLimit] in
                try? await clock.sleep(for: limit)
                return false
            }
            let isInOrder = await group.next() ?? false
            isCutShort = !isInOrder
            pass?.cancel()
            group.cancelAll()
        }
    }

    /// Carries out the effects of an event, the gate first.
    private func follow(_ effects: [LoopState.Effect]) {
        gate.set(state.phase.permission)
        for effect in effects {
            switch effect {
            case .cutShort: pass?.cancel()
            case .dismiss(let number): answer(nil, to: { $0 >= number })
            case .tell(let standing): happened(board.update { [now = clock.timestamp] in $0.stands(standing, at: now) })
            }
        }
        wake.yield()
    }

    /// Reports events to the log, the metrics, Kubernetes and the webhook.
    private func happened(_ events: [LedgerEvent]) {
        log.happened(events)
        events.forEach(metrics.happened)
        tell(EventDigest(events))
        notify(events)
    }

    private func notify(_ events: [LedgerEvent]) {
        guard let sender = surroundings.notifications else { return }
        let status = board.current.document
        if let notification = digest.notification(events, status, at: clock.timestamp) { sender.send(notification) }
    }

    private func tell(_ digest: EventDigest) {
        guard let recorder = surroundings.events else { return }
        digest.notes.forEach(recorder.tell)
    }

    // MARK: - Who asks for passes

    /// Requests a pass.
    ///
    /// - Returns: the number of the pass that fulfils the request.
    @discardableResult
    package func ask(_ trigger: Trigger) -> Int {
        log.noticed(trigger)
        defer { wake.yield() }
        return state.ask(trigger)
    }

    /// Waits for the end of a pass.
    ///
    /// - Returns: the result; nil if the pass will not run, or not for now.
    package func answer(to number: Int) async -> PassAnswer? {
        if let last, last.pass.number >= number { return last }
        guard state.isAwaited(number) else { return nil }
        return await withCheckedContinuation { awaiting[number, default: []].append($0) }
    }

    /// The number of callers waiting for the end of a pass.
    package var waiting: Int { awaiting.values.map(\.count).reduce(0, +) }

    /// Why this process may not write now, as a clause; nil if it may.
    package var whyNoWrites: String? { state.whyNoWrites(at: clock.now) }

    private func answer(_ answer: PassAnswer?, to isMeant: (Int) -> Bool) {
        for number in awaiting.keys.filter(isMeant) {
            awaiting.removeValue(forKey: number)?.forEach { $0.resume(returning: answer) }
        }
    }

    // MARK: - Passes

    private func runPasses() async {
        while !Task.isCancelled {
            switch state.next(at: clock.now) {
            case .begin(let number, let triggers): await runPass(number, triggers)
            case .wait(let time): await rest(until: time)
            case .end: return
            }
        }
    }

    /// Returns when something happens, at the given time, or when the task is cancelled.
    private func rest(until time: ContinuousClock.Instant?) async {
        await withTaskGroup(of: Void.self) { group in
            if let time {
                group.addTask { [clock, wake] in
                    if (try? await clock.sleep(until: time, tolerance: nil)) != nil { wake.yield() }
                }
            }
            _ = await wakes.first { _ in true }
            group.cancelAll()
        }
    }

    private func runPass(_ number: Int, _ triggers: [Trigger]) async {
        // In a task of its own, so that it can be cancelled alone.
        let task = Task { await carryOut(number, triggers) }
        pass = task
        let (end, culprits) = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        pass = nil
        conclude(end, culprits)
    }

    private nonisolated func carryOut(_ number: Int, _ triggers: [Trigger]) async -> (PassEnd, Culprits) {
        let startedAt = clock.timestamp
        let start = clock.now
        // Between two checks of the watch a file may be partly written; a manual request means that writing is
        // finished.
        let isSettled = triggers.contains { [.start, .file, .signal, .request].contains($0) }
        let change = isSettled ? files.reload(at: startedAt) : .same
        let desired = files.loaded.files.desired
        let drift = await began(number, triggers, change, at: startedAt)
        let reconciler = surroundings.reconciler
        let visit = reconciler.visit(through: gate, within: settings.passLimit, attempts: settings.attempts)
        let outcome: PassEnd.Outcome
        do {
            // Find the authors of changes that this pass will find; later changes are attributed later.
            if settings.auditPeriod != nil { _ = try? await look(visit) }
            outcome = .report(try await visit.pass(desired) { drift.paused(desired, $0, at: startedAt) })
        } catch let failure as PassFailure {
            outcome = .failure(failure)
        } catch {
            outcome = .cancelled(reason: await whyNoWrites ?? "the pass was cut short: \(error)")
        }
        var end = PassEnd(
            number: number,
            triggers: triggers,
            startedAt: startedAt,
            finishedAt: clock.timestamp,
            duration: clock.now - start,
            requests: visit.requests,
            outcome: outcome
        )
        let culprits = await culprits(of: end, desired, drift, visit)
        end.requests = visit.requests
        return (end, culprits)
    }

    /// Who made the changes that a pass found.
    private struct Culprits {
        /// According to the audit log.
        var authors: DriftAuthors
        /// The last applied blueprints; only read if a service keeps being changed and the audit log has no author.
        var blueprints: [AppliedBlueprint] = []
    }

    private nonisolated func culprits(
        of end: PassEnd,
        _ desired: DesiredState,
        _ drift: DriftMemory,
        _ visit: any Visit
    ) async -> Culprits {
        var culprits = Culprits(authors: await surroundings.reconciler.takeAuthors())
        guard case .report(let report) = end.outcome, await state.isAuditLogWatched == true else { return culprits }
        var drift = drift
        let contested = drift.judge(report, of: desired, at: end.finishedAt).contested
        guard contested.contains(where: { culprits.authors.services[$0] == nil }) else { return culprits }
        // If the account may not read them, only the audit log is used.
        culprits.blueprints = (try? await visit.blueprints()) ?? []
        return culprits
    }

    /// - Returns: the drift memory.
    private func began(_ number: Int, _ triggers: [Trigger], _ change: FileChange, at time: Timestamp) -> DriftMemory {
        log.took(change)
        tell(EventDigest(change))
        if case .loaded(let files) = change { drift.declare(files.desired) }
        board.update {
            $0.took(change, at: time)
            $0.began(number, triggers, at: time)
        }
        log.began(number, triggers)
        return drift
    }

    /// Reports the result of a pass, and in the same update when the next one comes.
    private func conclude(_ end: PassEnd, _ culprits: Culprits) {
        let authors = culprits.authors
        var findings = DriftFindings()
        if case .report(let report) = end.outcome {
            findings = drift.judge(report, of: files.loaded.files.desired, at: end.finishedAt)
            drift.explain(&findings, by: culprits.blueprints, except: Set(authors.services.keys))
        }
        let now = clock.timestamp
        let pauseEnd = drift.firstPauseEnd(after: now).map { Duration.seconds($0.date.timeIntervalSince(now.date)) }
        let due = state.ended(end, pauseEnd: pauseEnd, jitter: settings.jitter(), at: clock.now)
        let next = due.map { NextPass(at: now.advanced(by: $0.delay), reason: $0.reason) }
        let (events, status) = board.update { [findings] ledger in
            let events = ledger.ended(end, findings: findings, authors: authors)
            ledger.comesNext(next)
            return (events, ledger.document)
        }
        happened(events)
        var answer = PassAnswer(pass: FinishedPass(end))
        metrics.passEnded(answer.pass, end.duration)
        log.ended(answer.pass, status)
        if case .report(let report) = end.outcome {
            report.outcomes.flatMap(\.written).forEach(metrics.wrote)
            answer.report = ReportDocument(report, address: surroundings.address)
        }
        if case .report(let report) = end.outcome { askForProbes(after: report) }
        last = answer
        self.answer(answer, to: { $0 <= end.number })
        if let next { log.comesNext(next) }
    }

    // MARK: - Probes

    private func askForProbes(after report: PassReport) {
        guard let due = schedule?.due(after: report, of: files.loaded.files.desired, at: clock.now), !due.isEmpty else {
            return
        }
        toProbe.formUnion(due)
        probeWake.yield()
    }

    /// Probes the logins that are due, concurrently with passes: it writes nothing, and no pass waits for it.
    private func probe() async {
        let slugs = toProbe
        toProbe = []
        guard !slugs.isEmpty, whyNoWrites == nil else { return }
        let reconciler = surroundings.reconciler
        let visit = reconciler.visit(through: gate, within: settings.passLimit, attempts: settings.attempts)
        do {
            let report = try await visit.verify(files.loaded.files.desired, slugs)
            schedule?.ended(report, at: clock.now)
            log.probed(report)
            happened(board.update { [now = clock.timestamp] in $0.verified(report, at: now) })
        } catch {
            // They stay due.
            if !Task.isCancelled { log.cannotProbe(error) }
        }
    }

    // MARK: - Leadership

    /// Lets passes run and writes through while this process leads.
    func heard(_ report: LeaseElection.Report, as identity: String) { follow(state.heard(report, as: identity)) }

    // MARK: - What is watched

    private nonisolated var watchedPaths: FileWatch.Paths {
        FileWatch.Paths(
            configuration: files.paths,
            token: surroundings.tokenFile,
            secrets: files.loaded.secretFiles
        )
    }

    private nonisolated func watchFiles(_ watch: FileWatch) async {
        var watch = watch
        while (try? await clock.sleep(for: FileWatch.period)) != nil {
            for trigger in watch.look(at: watchedPaths) { await ask(trigger) }
        }
    }

    /// Follows the Kubernetes Secrets that the file refers to, until the task is cancelled, and requests a pass when
    /// one changes.
    private func watchSecrets(_ reader: @Sendable () throws -> any SecretFollowing) async {
        var followed: Set<ObjectName> = []
        var following: Task<Void, Never>?
        // The first pass reads them first, so that what exists from the start is not taken for a change.
        while (try? await clock.sleep(for: Self.secretPeriod)) != nil {
            // A standby does not read secrets.
            let wanted = whyNoWrites == nil ? files.loaded.kubernetesSecrets : []
            // Without Kubernetes, each service reports it; it may become available later.
            guard wanted != followed, let reader = try? reader() else { continue }
            following?.cancel()
            followed = wanted
            following = Task { [log] in
                await reader.follow(wanted) { object, error, delay in
                    log.cannotWatch(object, error, delay)
                } onChange: { _ in
                    await self.ask(.secret)
                }
            }
        }
        following?.cancel()
        await following?.value
    }

    private func watchAuditLog(every period: Duration) async {
        while (try? await clock.sleep(for: period)) != nil { await lookBetweenPasses() }
    }

    /// Checks the audit log, unless a pass does or will, and requests a pass if there is a reason.
    private func lookBetweenPasses() async {
        guard state.mayLook(at: clock.now) else { return }
        do {
            let visit = surroundings.reconciler.visit(through: gate, within: Self.lookLimit, attempts: 1)
            if try await look(visit) { ask(.authentik) }
        } catch {
            guard !Task.isCancelled else { return }
            happened(board.update { [now = clock.timestamp] in $0.lostAuthentik("\(error)", at: now) })
            state.lostAuthentik()
            wake.yield()
        }
    }

    /// - Returns: whether somebody else changed a managed object; also false if the account may not read the log.
    private func look(_ visit: any Visit) async throws -> Bool {
        do {
            let isChanged = try await visit.look()
            watchesAuditLog(true)
            return isChanged
        } catch let error as AuthentikError where error.kind == .permissionDenied {
            if watchesAuditLog(false) { log.cannotWatchAuditLog(error) }
            return false
        }
    }

    /// - Returns: whether that is new.
    @discardableResult
    private func watchesAuditLog(_ isWatched: Bool) -> Bool {
        guard state.watchesAuditLog(isWatched) else { return false }
        board.update { $0.watchesAuditLog(isWatched) }
        return true
    }
}

/// The result of a pass, for the caller who requested it.
package struct PassAnswer: Sendable, Encodable {
    package var pass: FinishedPass
    /// Absent if it failed.
    package var report: ReportDocument?
}
