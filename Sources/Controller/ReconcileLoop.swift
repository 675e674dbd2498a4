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
    package nonisolated let board: StatusBoard
    package nonisolated let settings: LoopSettings
    nonisolated let files: DesiredFiles
    nonisolated let surroundings: LoopSurroundings
    nonisolated let clock: any LoopClock
    nonisolated let log: LoopLog
    private nonisolated let metrics = LoopMetrics()
    /// Checked immediately before each write is sent; it follows the phase, see ``follow(_:)``.
    nonisolated let gate = WriteGate()

    var state: LoopState
    private(set) var drift = DriftMemory()
    /// Tracks what was notified.
    private var digest = NotificationDigest()
    /// Nil if logins are not probed.
    private var schedule: ProbeSchedule?
    /// The services to probe once the current probes have ended.
    private var toProbe: Set<String> = []
    private nonisolated let probeWakes: AsyncStream<Void>
    private nonisolated let probeWake: AsyncStream<Void>.Continuation
    private var pass: Task<DonePass, Never>?
    private var last: PassAnswer?
    /// The callers waiting for the end of a pass, by its number.
    private var awaiting: [Int: [CheckedContinuation<PassAnswer?, Never>]] = [:]
    /// Whether a write was abandoned at shutdown, so that it may still happen.
    private var isCutShort = false
    /// Yields when something happened that may begin a pass or end the loop.
    private nonisolated let wakes: AsyncStream<Void>
    nonisolated let wake: AsyncStream<Void>.Continuation

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
        let interval = AdaptiveInterval(settings.interval, isGiven: settings.isIntervalGiven)
        state = LoopState(interval: interval, isElected: surroundings.election != nil)
        board.update { $0.looksAtEverything(interval.status) }
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        schedule = settings.verifyPeriod.map { period in
            ProbeSchedule(period: AdaptiveInterval(period, isGiven: settings.isVerifyPeriodGiven))
        }
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
                group.addTask { await election.run { await self.handle($0, as: election.identity) } }
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
    func happened(_ events: [LedgerEvent]) {
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
    package func ask(_ trigger: Trigger, _ scope: PassScope = .everything) -> Int {
        log.noticed(trigger)
        defer { wake.yield() }
        return state.ask(trigger, scope)
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
            case .begin(let number, let triggers, let scope):
                await runPass(PassOrder(number: number, triggers: triggers, scope: scope))
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

    private func runPass(_ order: PassOrder) async {
        // In a task of its own, so that it can be cancelled alone.
        let task = Task { await carryOut(order) }
        pass = task
        let done = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        pass = nil
        conclude(done)
    }

    /// - Returns: the drift memory.
    func began(_ order: PassOrder, _ change: FileChange, at time: Timestamp) -> DriftMemory {
        log.took(change)
        tell(EventDigest(change))
        if case .loaded(let files) = change { drift.declare(files.desired) }
        board.update {
            $0.took(change, at: time)
            $0.began(order.number, order.triggers, at: time)
        }
        log.began(order.number, order.triggers)
        return drift
    }

    /// Reports the result of a pass, and in the same update when the next one comes.
    private func conclude(_ done: DonePass) {
        let (end, culprits) = (done.end, done.culprits)
        let authors = culprits.authors
        var findings = DriftFindings()
        if case .report(let report) = end.outcome {
            findings = drift.judge(report, of: files.loaded.files.desired, at: end.finishedAt)
            drift.explain(&findings, by: culprits.blueprints, except: Set(authors.services.keys))
        }
        let now = clock.timestamp
        let pauseEnd = drift.firstPauseEnd(after: now).map { Duration.seconds($0.date.timeIntervalSince(now.date)) }
        if let changed = done.changedMeanwhile { ask(.authentik, changed) }
        let due = state.ended(end, pauseEnd: pauseEnd, jitter: settings.jitter(), at: clock.now)
        let next = due.map { NextPass(at: now.advanced(by: $0.delay), reason: $0.reason) }
        var answer = PassAnswer(pass: FinishedPass(end))
        // Whoever sees the pass in the status finds it counted.
        metrics.passEnded(answer.pass, end.duration)
        if case .report(let report) = end.outcome { report.outcomes.flatMap(\.written).forEach(metrics.wrote) }
        let (events, status) = board.update { [findings, interval = state.interval.status] ledger in
            let events = ledger.ended(end, findings: findings, authors: authors)
            ledger.looksAtEverything(interval)
            ledger.comesNext(next)
            return (events, ledger.document)
        }
        happened(events)
        log.ended(answer.pass, status)
        if case .report(let report) = end.outcome {
            report.look.fallback.map(log.looksAtEverything)
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
    func handle(_ report: LeaseElection.Report, as identity: String) { follow(state.handle(report, as: identity)) }
}

/// The result of a pass, for the caller who requested it.
package struct PassAnswer: Sendable, Encodable {
    package var pass: FinishedPass
    /// Absent if it failed.
    package var report: ReportDocument?
}
