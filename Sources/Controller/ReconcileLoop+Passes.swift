import AuthentikAPI
import Base
import DesiredState
import FoundationEssentials
import KubernetesAPI
import Planning
import Reconciling
import Status
import Synchronization

extension ReconcileLoop {
    /// Runs passes until there are no more.
    func runPasses() async {
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
        // Between two looks of the watch a file may be half written; who asks for a pass by hand is done with writing.
        let isSettled = triggers.contains { [.start, .file, .signal, .request].contains($0) }
        let change = isSettled ? files.reload(at: startedAt) : .same
        log.took(change)
        announce(EventDigest(change))
        board.update {
            $0.took(change, at: startedAt)
            $0.began(number, triggers, at: startedAt)
        }
        log.began(number, triggers)
        let desired = files.loaded.files.desired
        let task = Task { await self.pass(number, triggers, startedAt, desired) }
        running.withLock { $0 = task }
        // A signal may have come before there was anything to cancel.
        if gate.closed != nil { task.cancel() }
        let end = await task.value
        running.withLock { $0 = nil }
        await conclude(end)
        return end
    }

    private func pass(
        _ number: Int,
        _ triggers: [Trigger],
        _ startedAt: Timestamp,
        _ desired: DesiredState
    ) async -> PassEnd {
        let start = ContinuousClock.now
        let client = client(limit: settings.passLimit)
        var pass = Pass(client: client, desired: desired) { await self.surroundings.secrets(desired) }
        pass.kubernetes = surroundings.kubernetes
        pass.paused = { secrets in self.board.read { $0.paused(secrets, at: startedAt) } }
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
    private func conclude(_ end: PassEnd) async {
        let authors = await auditLog.takeAuthors()
        let (events, status) = board.update { ledger in
            (ledger.ended(end, authors: authors), ledger.document)
        }
        for event in events {
            log.happened(event)
            metrics.happened(event)
        }
        announce(EventDigest(events))
        guard let pass = status.passes.lastAttempt else { return }
        metrics.passEnded(pass, end.duration)
        log.ended(pass, status)
        var answer = PassAnswer(pass: pass)
        if case .report(let report) = end.outcome {
            report.outcomes.flatMap(\.written).forEach(metrics.wrote)
            answer.report = ReportDocument(report, address: surroundings.address)
        }
        queue.end(answer)
    }

    func announce(_ digest: EventDigest) {
        guard let recorder = surroundings.events else { return }
        digest.notes.forEach(recorder.tell)
    }

    /// A client of the present token that counts, logs, and begins no write once the program is ending.
    func client(limit: Duration) -> AuthentikClient {
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
}
