package import AuthentikAPI
package import DesiredState
import FoundationEssentials
import Planning
import Secrets
import Synchronization

/// The daemon: runs passes one after the other, when they are due or something asks for one, until it is stopped.
package final class ReconcileLoop: Sendable {
    /// What the loop needs of its surroundings.
    package struct Surroundings: Sendable {
        /// Makes a client with the present token, for one pass or one look at the audit log.
        package var client: @Sendable () -> AuthentikClient
        /// Resolves all secrets of the desired state.
        package var secrets: @Sendable (DesiredState) -> ResolvedSecrets
        /// The file with the token, which is watched; nil without one.
        package var tokenFile: String?

        package init(
            client: @escaping @Sendable () -> AuthentikClient,
            secrets: @escaping @Sendable (DesiredState) -> ResolvedSecrets,
            tokenFile: String? = nil
        ) {
            self.client = client
            self.secrets = secrets
            self.tokenFile = tokenFile
        }
    }

    package let queue = PassQueue()
    package let board: StatusBoard
    package let settings: LoopSettings
    private let files: DesiredFiles
    private let surroundings: Surroundings
    private let log: LoopLog
    private let metrics = LoopMetrics()
    private let own = OwnWrites()
    private let auditLog: AuditLogWatch
    private let gate = WriteGate()
    /// The pass that runs.
    private let running = Mutex<Task<PassEnd, Never>?>(nil)

    package init(
        settings: LoopSettings,
        files: DesiredFiles,
        surroundings: Surroundings,
        board: StatusBoard,
        log: LoopLog
    ) {
        self.settings = settings
        self.files = files
        self.surroundings = surroundings
        self.board = board
        self.log = log
        auditLog = AuditLogWatch(own: own)
    }

    /// Runs until ``stop()``.
    package func run() async {
        let watch = FileWatch(watchedPaths)
        queue.request(.start)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.runPasses() }
            group.addTask { [watch] in
                var watch = watch
                while (try? await Task.sleep(for: FileWatch.period)) != nil {
                    watch.look(at: self.watchedPaths).forEach { self.ask($0) }
                }
            }
            if let period = settings.auditPeriod {
                group.addTask {
                    while (try? await Task.sleep(for: period)) != nil { await self.lookBetweenPasses() }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Asks for a pass.
    ///
    /// - Returns: the number of the pass that answers it.
    @discardableResult
    package func ask(_ trigger: Trigger) -> Int {
        log.noticed(trigger)
        return queue.request(trigger)
    }

    /// Ends the loop: no new write begins, and the one in flight may finish within the settings' limit.
    package func stop() {
        gate.close("the program is ending")
        queue.close()
        board.update { $0.comesNext(nil) }
        Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.gate.drain() }
                group.addTask { [limit = settings.lastWriteLimit] in try? await Task.sleep(for: limit) }
                await group.next()
                self.running.withLock { $0?.cancel() }
                group.cancelAll()
            }
        }
    }

    // MARK: - Passes

    private func runPasses() async {
        let schedule = Schedule(interval: settings.interval)
        var due = ContinuousClock.now + settings.interval
        var reason = Trigger.interval
        var failures = 0
        while let (number, triggers) = await queue.next(by: due, reason) {
            let end = await runPass(number, triggers)
            failures = end.hasFailed ? failures + 1 : 0
            let now = Timestamp.now
            let pauseEnd = board.read { $0.firstPauseEnd(after: now) }
            let next = schedule.next(
                failures: failures,
                pauseEnd: pauseEnd.map { .seconds($0.date.timeIntervalSince(now.date)) },
                jitter: .random(in: 0...1)
            )
            due = .now + next.delay
            reason = next.reason
            guard gate.closed == nil else { continue }
            let nextPass = NextPass(at: now.advanced(by: next.delay), reason: reason)
            board.update { $0.comesNext(nextPass) }
            log.comesNext(nextPass)
        }
    }

    private func runPass(_ number: Int, _ triggers: [Trigger]) async -> PassEnd {
        let startedAt = Timestamp.now
        let change = files.reload(at: startedAt)
        log.took(change)
        board.update {
            $0.took(change, at: startedAt)
            $0.began(number, triggers, at: startedAt)
        }
        log.began(number, triggers)
        let desired = files.loaded.desired
        let secrets = surroundings.secrets(desired)
        let task = Task { await self.pass(number, triggers, startedAt, desired, secrets.availability) }
        running.withLock { $0 = task }
        // A signal may have come before there was anything to cancel.
        if gate.closed != nil { task.cancel() }
        let end = await task.value
        running.withLock { $0 = nil }
        await conclude(end, secrets)
        return end
    }

    private func pass(
        _ number: Int,
        _ triggers: [Trigger],
        _ startedAt: Timestamp,
        _ desired: DesiredState,
        _ secrets: [SecretReference: SecretAvailability]
    ) async -> PassEnd {
        let start = ContinuousClock.now
        let client = client(limit: settings.passLimit)
        var pass = Pass(client: client, desired: desired, secrets: secrets)
        pass.paused = board.read { $0.paused(secrets, at: startedAt) }
        let outcome: PassEnd.Outcome
        do {
            // Who changed what this pass will find; what comes later is looked for later.
            await lookAtAuditLog(client)
            let report = try await pass.run()
            outcome = .report(report)
            await auditLog.manage(report.objects)
        } catch let failure as PassFailure {
            outcome = .failure(failure)
        } catch {
            outcome = .cancelled(reason: gate.closed?.reason ?? "the pass was cut short: \(error)")
        }
        return PassEnd(
            number: number,
            triggers: triggers,
            startedAt: startedAt,
            finishedAt: .now,
            duration: .now - start,
            requests: client.requestCounts,
            outcome: outcome
        )
    }

    /// Tells everybody what came of a pass.
    private func conclude(_ end: PassEnd, _ secrets: ResolvedSecrets) async {
        let authors = await auditLog.takeAuthors()
        let (events, status) = board.update { ledger in
            (ledger.ended(end, secrets.availability, authors: authors), ledger.document)
        }
        for event in events {
            log.happened(event)
            metrics.happened(event)
        }
        guard let pass = status.passes.lastAttempt else { return }
        metrics.passEnded(pass, end.duration)
        log.ended(pass, status)
        var answer = PassAnswer(pass: pass)
        if case .report(let report) = end.outcome {
            report.outcomes.flatMap(\.written).forEach(metrics.wrote)
            answer.report = ReportDocument(report, address: surroundings.client().address, standIns: secrets.standIns)
        }
        queue.end(answer)
    }

    // MARK: - Authentik

    /// How long a look at the audit log may take.
    private static let lookLimit: Duration = .seconds(10)

    /// Looks at the audit log, unless a pass does or will, and asks for a pass if there is a reason.
    private func lookBetweenPasses() async {
        let status = board.current.document
        guard status.passes.running == nil, status.authentik.isReachable == true, status.authentik.error == nil,
            // A pass tries again whether it may be seen.
            status.authentik.isAuditLogWatched != false
        else { return }
        var client = client(limit: Self.lookLimit)
        client.retryPolicy.maximumAttempts = 1
        do {
            if try await look(client) { ask(.authentik) }
        } catch {
            guard !Task.isCancelled else { return }
            // The pass tries more often, and knows what it means.
            board.update { $0.lostAuthentik("\(error)", at: .now) }.forEach(log.happened)
            queue.request(.authentik)
        }
    }

    /// Looks at the audit log where a failure does not matter, and a pass is under way anyway.
    private func lookAtAuditLog(_ client: AuthentikClient) async {
        if settings.auditPeriod != nil { _ = try? await look(client) }
    }

    /// - Returns: whether somebody else changed something managed; false, too, if the account may not see the log.
    private func look(_ client: AuthentikClient) async throws -> Bool {
        do {
            let isChanged = try await auditLog.look(client)
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
        guard board.current.document.authentik.isAuditLogWatched != isWatched else { return false }
        board.update { $0.watchesAuditLog(isWatched) }
        return true
    }

    private func client(limit: Duration) -> AuthentikClient {
        var client = surroundings.client()
        client.deadline = .now + limit
        client.gate = gate
        client.retryPolicy.maximumAttempts = settings.attempts
        client.onRetry = { [metrics, log] error, delay in
            metrics.retried()
            log.retries(error, delay)
        }
        client.onRequest = { [metrics, own] request in
            metrics.sent(request)
            if request.isWrite, let id = request.requestID { own.note(id) }
        }
        return client
    }

    private var watchedPaths: FileWatch.Paths {
        FileWatch.Paths(
            configuration: files.paths,
            token: surroundings.tokenFile,
            secrets: files.loaded.secretFiles
        )
    }
}
