import Applying
import AuthentikAPI
import Base
import DesiredState
import Kinds
package import KubernetesAPI
package import Logging
import Planning
import Status
import Synchronization
import Verification

/// What the loop says: one line for each thing that happened.
///
/// What happens over and over is said once in a while: that all is well once a minute, that a service still fails at
/// debug.
package final class LoopLog: Sendable {
    private static let quietPeriod: Duration = .seconds(60)

    private let logger: Logger
    private let clock: any LoopClock
    private let lastQuiet = Mutex<ContinuousClock.Instant?>(nil)
    /// The release that was told of.
    private let toldRelease = Mutex<String?>(nil)

    package init(_ logger: Logger, clock: any LoopClock = ContinuousClock()) {
        self.logger = logger
        self.clock = clock
    }

    func began(_ number: Int, _ triggers: [Trigger]) {
        let why = triggers.map(\.rawValue).joined(separator: ", ")
        logger.debug("pass begins", metadata: ["pass": "\(number)", "pass.triggers": "\(why)"])
    }

    func ended(_ pass: FinishedPass, _ status: StatusDocument) {
        var metadata: Logger.Metadata = [
            "pass": "\(pass.number)", "pass.seconds": "\(pass.durationSeconds)",
            "requests.reads": "\(pass.requests.reads)", "requests.writes": "\(pass.requests.writes)",
        ]
        guard pass.result != .failed else { return failed(pass, status, metadata) }
        if let release = status.authentik.release { tell(release) }
        metadata["services.changed"] = "\(pass.changed)"
        guard pass.changed == 0 else {
            logger.notice("pass ended: \(status.message)", metadata: metadata)
            return
        }
        logger.debug("pass ended: \(status.message)", metadata: metadata)
        if isQuietOver() { logger.info("\(status.message)", metadata: ["pass": "\(pass.number)"]) }
    }

    /// Once for each release that is newer than this program knows.
    private func tell(_ release: String) {
        let isNew = toldRelease.withLock { told in
            defer { told = release }
            return told != release
        }
        guard isNew, let remark = Release(release)?.newerRemark else { return }
        logger.notice("\(remark)")
    }

    private func failed(_ pass: FinishedPass, _ status: StatusDocument, _ metadata: Logger.Metadata) {
        let error = "\(pass.error ?? "unknown")"
        logger.warning(
            "pass failed; services stay as they are",
            metadata: metadata.merging(["error": "\(error)", "failures": "\(status.passes.failuresInARow)"]) { $1 }
        )
    }

    func comesNext(_ next: NextPass) {
        logger.debug("next pass", metadata: ["at": "\(next.at)", "reason": "\(next.reason.rawValue)"])
    }

    func took(_ change: FileChange) {
        switch change {
        case .same: break
        case .loaded(let loaded):
            logger.notice(
                "the file changed and is in force",
                metadata: ["file.hash": "\(loaded.hash)", "services": "\(loaded.desired.services.count)"]
            )
            loaded.warnings.forEach(report)
        case .invalid(let diagnostics):
            logger.error("the file changed and has mistakes; the last good one stays in force")
            diagnostics.forEach(report)
        }
    }

    private func report(_ diagnostic: Diagnostic) {
        var place = diagnostic.file
        if let line = diagnostic.line { place += ":\(line):\(diagnostic.column ?? 1)" }
        let message = diagnostic.message + (diagnostic.hint.map { "; \($0)" } ?? "")
        logger.log(
            level: diagnostic.severity == .error ? .error : .warning,
            "\(message)",
            metadata: ["file.place": "\(place)"]
        )
    }

    func happened(_ event: LedgerEvent) {
        switch event {
        case .changed(let service): changed(service)
        case .sharedChanged(let object): changed(object)
        case .sharedFailed(let object, let failure, let isNew):
            failed([object.kind.id: "\(object.name)"], failure, isNew)
        case .sharedStuck(let object, let state):
            let metadata: Logger.Metadata = [object.kind.id: "\(object.name)", "reason": "\(object.reason)"]
            logger.warning("\(state.rawValue)", metadata: metadata)
        case .restarted(let slug, let workload):
            logger.notice("restarted its workload", metadata: ["service": "\(slug)", "workload": "\(workload)"])
        case .drifted(let service, let drift):
            var metadata = metadata(service)
            metadata["field"] = "\(service.driftedFields.map(\.description).joined(separator: ", "))"
            if let author = drift.by {
                metadata["drift.by"] = "\(author.username)"
                metadata["drift.at"] = "\(author.at)"
                metadata["drift.address"] = author.address.map { "\($0)" }
                metadata["drift.event"] = author.link.map { "\($0)" }
            } else if let culprit = drift.culprit {
                metadata["drift.by"] = "\(culprit)"
            }
            logger.notice("somebody changed it", metadata: metadata)
        case .corrected(let slug, let fields):
            let fields = fields.map(\.description).joined(separator: ", ")
            logger.info("changed it back", metadata: ["service": "\(slug)", "field": "\(fields)"])
        case .failed(let slug, let failure, let isNew): failed(["service": "\(slug)"], failure, isNew)
        case .stuck(let slug, let state, let reason):
            logger.warning("\(state.rawValue)", metadata: ["service": "\(slug)", "reason": "\(reason)"])
        case .recovered(let slug): logger.notice("in sync again", metadata: ["service": "\(slug)"])
        case .unverified(let slug, let failure):
            logger.error(
                "its login does not work",
                metadata: [
                    "service": "\(slug)", "reason": "\(failure.reason.rawValue)", "error": "\(failure.message)",
                    "remedy": "\(failure.remedy)",
                ]
            )
        case .verified(let slug): logger.notice("its login works again", metadata: ["service": "\(slug)"])
        case .accessClosed(let slug, let reason):
            logger.error("closed: nobody may open it", metadata: ["service": "\(slug)", "reason": "\(reason)"])
        case .accessOpened(let slug): logger.info("open again", metadata: ["service": "\(slug)"])
        case .notServed(let slug, let outpost, let reason):
            logger.warning(
                "not served: nobody gets through to it",
                metadata: ["service": "\(slug)", "outpost": "\(outpost)", "reason": "\(reason)"]
            )
        case .servedAgain(let slug, let outpost):
            logger.notice("served again", metadata: ["service": "\(slug)", "outpost": "\(outpost)"])
        case .contestBegan(let slug, let contest):
            var metadata: Logger.Metadata = [
                "service": "\(slug)", "field": "\(contest.fields.joined(separator: ", "))",
                "corrections": "\(contest.corrections)", "at": "\(contest.nextCorrectionAt)",
            ]
            metadata["drift.by"] = contest.blueprints?.culprit.map { "\($0)" }
            logger.warning(
                "somebody keeps changing it back; it is corrected less often from now on",
                metadata: metadata
            )
        case .contestEnded(let slug): logger.notice("nobody changes it back any more", metadata: ["service": "\(slug)"])
        case .leads: logger.notice("this replica leads, and writes")
        case .standsBy(let holder):
            logger.notice("this replica stands by, and writes nothing", metadata: ["leader": "\(holder ?? "nobody")"])
        case .waits(let seconds):
            logger.notice(
                "nobody leads; this replica waits until the Lease is surely free",
                metadata: ["wait.seconds": "\(seconds)"]
            )
        case .leaseLost(let error): logger.warning("the Lease cannot be reached", metadata: ["error": "\(error)"])
        case .leaseBack: logger.notice("the Lease can be reached again")
        case .deletionsHeld(let heldDeletions):
            logger.warning("\(heldDeletions.message)", metadata: ["deletions": "\(heldDeletions.deletions)"])
        case .deletionsReleased: logger.notice("no deletion is held back any more")
        case .authentikLost(let error): logger.warning("Authentik is lost", metadata: ["error": "\(error)"])
        case .authentikBack(let since):
            logger.notice("Authentik is back", metadata: since.map { ["lost.at": "\($0)"] } ?? [:])
        }
    }

    /// A line for each field of what was there before, and one for what is new or gone.
    private func changed(_ service: ServicePlan) {
        var metadata = metadata(service)
        metadata["action"] = "\(service.decision.rawValue)"
        let isFieldByField = service.decision == .update || service.decision == .adopt
        guard isFieldByField, !service.changes.isEmpty else {
            let fields = service.changes.map { "\($0.object.rawValue).\($0.field)" }.joined(separator: ", ")
            metadata["field"] = fields.isEmpty ? "mark.attributes" : "\(fields)"
            if service.decision == .delete { metadata["field"] = nil }
            logger.notice("changed", metadata: metadata)
            return
        }
        for change in service.changes {
            metadata["field"] = "\(change.object.rawValue).\(change.field)"
            logger.notice("changed", metadata: metadata)
        }
    }

    private func changed(_ object: SharedObjectPlan) {
        var metadata: Logger.Metadata = [object.kind.id: "\(object.name)", "reason": "\(object.pastReason)"]
        guard object.decision != .create else { return logger.notice("created", metadata: metadata) }
        metadata["action"] = "\(object.decision.rawValue)"
        if !object.changes.isEmpty { metadata["field"] = "\(object.changes.map(\.field).joined(separator: ", "))" }
        logger.notice("changed", metadata: metadata)
    }

    private func failed(_ subject: Logger.Metadata, _ failure: ServiceFailure, _ isNew: Bool) {
        var metadata = subject
        metadata["error"] = "\(failure.message)"
        if let id = failure.requestID { metadata["authentik.request"] = "\(id)" }
        for field in failure.fields {
            metadata["error.\(field.field.isEmpty ? "object" : field.field)"] = "\(field.message)"
        }
        logger.log(level: isNew ? .error : .debug, "failed", metadata: metadata)
    }

    private func metadata(_ service: ServicePlan) -> Logger.Metadata {
        ["service": "\(service.slug)", "reason": "\(service.reason)"]
    }

    // MARK: - The rest

    func retries(_ error: AuthentikError, _ delay: Duration) {
        logger.info(
            "Authentik did not answer as it should; trying again",
            metadata: ["error": "\(error)", "wait.seconds": "\(delay.inSeconds)"]
        )
    }

    func probed(_ report: VerificationReport) {
        logger.debug(
            "probes ended",
            metadata: [
                "services.verified": "\(report.count(.verified))", "services.failed": "\(report.count(.failed))",
                "services.not-probed": "\(report.count(.notProbed))", "requests": "\(report.requests)",
            ]
        )
        guard let stopped = report.stopped else { return }
        logger.notice("probes ended early; the rest is probed after the next pass", metadata: ["reason": "\(stopped)"])
    }

    func cannotProbe(_ error: any Error) {
        logger.info("logins are not probed until the next pass", metadata: ["error": "\(error)"])
    }

    func cannotWatchAuditLog(_ error: AuthentikError) {
        logger.notice(
            "the audit log is not watched: drift is found by the periodic pass only",
            metadata: ["error": "\(error)"]
        )
    }

    func cannotWatch(_ secret: ObjectName, _ error: KubernetesError, _ delay: Duration) {
        logger.info(
            "a Secret is not watched; looking again",
            metadata: ["secret": "\(secret)", "error": "\(error)", "wait.seconds": "\(delay.inSeconds)"]
        )
    }

    /// Kubernetes Events cannot be written; nothing depends on them.
    package func cannotTell(_ error: KubernetesError) {
        logger.notice("Kubernetes Events are not written; trying again later", metadata: ["error": "\(error)"])
    }

    func noticed(_ trigger: Trigger) {
        switch trigger {
        case .file: logger.debug("a file changed")
        case .secret: logger.notice("a secret changed")
        case .token: logger.notice("the token's file changed")
        case .authentik: logger.info("Authentik's audit log shows a change to something managed")
        case .signal: logger.info("a signal asks for a pass")
        case .request: logger.info("a request asks for a pass")
        case .start, .leader, .interval, .retry, .contest: break
        }
    }

    /// The token cannot be read any more; the last one stays in use.
    package func keepsToken(_ reason: String) {
        logger.warning("the token cannot be read; the last one stays in use", metadata: ["error": "\(reason)"])
    }

    private func isQuietOver() -> Bool {
        let now = clock.now
        return lastQuiet.withLock { last in
            if let last, now - last < Self.quietPeriod { return false }
            last = now
            return true
        }
    }
}
