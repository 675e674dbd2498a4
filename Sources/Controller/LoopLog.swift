import Applying
import AuthentikAPI
package import Base
import DesiredState
import Kinds
package import KubernetesAPI
package import Logging
package import Notifications
import Status
import Synchronization
import Verification

/// The loop's log: one line for each event, with a fixed message and metadata.
///
/// Repeated events are logged less often: that everything is in sync once a minute, that a service still fails at
/// debug.
package final class LoopLog: Sendable {
    private static let quietPeriod: Duration = .seconds(60)

    let logger: Logger
    /// Completes the commands that are advised.
    let invocation: Invocation
    private let metrics = LoopMetrics()
    private let clock: any LoopClock
    private let lastQuiet = Mutex<ContinuousClock.Instant?>(nil)
    /// The release for which the remark about newer releases was last logged.
    private let loggedRelease = Mutex<String?>(nil)

    package init(_ logger: Logger, invocation: Invocation = Invocation(), clock: any LoopClock = ContinuousClock()) {
        self.logger = logger
        self.invocation = invocation
        self.clock = clock
    }

    func began(_ number: Int, _ triggers: [Trigger]) {
        let why = triggers.map(\.rawValue).joined(separator: ", ")
        logger.debug("pass begins", metadata: ["pass": "\(number)", "pass.triggers": "\(why)"])
    }

    func looksAtEverything(_ reason: String) {
        logger.debug("single services were not enough; everything was read", metadata: ["reason": "\(reason)"])
    }

    func ended(_ pass: FinishedPass, _ status: StatusDocument) {
        var metadata: Logger.Metadata = [
            "pass": "\(pass.number)", "pass.seconds": "\(pass.durationSeconds)",
            "requests.reads": "\(pass.requests.reads)", "requests.writes": "\(pass.requests.writes)",
        ]
        guard pass.result != .failed else { return failed(pass, status, metadata) }
        if let release = status.authentik.release { remark(about: release) }
        metadata["pass.read"] = "\(pass.servicesRead.map { count($0, "service") } ?? "everything")"
        metadata["services.changed"] = "\(pass.changed)"
        metadata["status"] = "\(invocation.completing(status.message))"
        let level: Logger.Level = pass.changed > 0 ? .notice : isQuietOver() ? .info : .debug
        logger.log(level: level, "pass ended", metadata: metadata)
    }

    /// Logged once for each release that is newer than this program knows.
    private func remark(about release: String) {
        let isNew = loggedRelease.withLock { logged in
            defer { logged = release }
            return logged != release
        }
        guard isNew, let remark = Release(release)?.newerRemark else { return }
        logger.notice("\(remark)")
    }

    private func failed(_ pass: FinishedPass, _ status: StatusDocument, _ metadata: Logger.Metadata) {
        let error = invocation.completing(pass.error ?? "unknown")
        logger.warning(
            "pass failed; nothing was written",
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
                "file loaded",
                metadata: ["file.hash": "\(loaded.hash)", "services": "\(loaded.desired.services.count)"]
            )
            loaded.warnings.forEach(report)
        case .invalid(let diagnostics):
            logger.error("file is invalid; the last valid version stays in force")
            diagnostics.forEach(report)
        }
    }

    private func report(_ diagnostic: Diagnostic) {
        var place = diagnostic.file
        if let line = diagnostic.line { place += ":\(line):\(diagnostic.column ?? 1)" }
        let message = diagnostic.message + (diagnostic.hint.map { "; \($0)" } ?? "")
        logger.log(
            level: diagnostic.severity == .error ? .error : .warning,
            diagnostic.severity == .error ? "file error" : "file warning",
            metadata: ["file.place": "\(place)", "problem": "\(message)"]
        )
    }

    // MARK: - Requests, probes and triggers

    func retries(_ error: AuthentikError, _ delay: Duration) {
        logger.info(
            "request to Authentik failed; retrying",
            metadata: ["error": "\(error)", "wait.seconds": "\(delay.inSeconds)"]
        )
    }

    func slowsDown(_ limit: Int) {
        logger.notice(
            "Authentik answers slowly; sending fewer requests at a time",
            metadata: ["requests.limit": "\(limit)"]
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
        logger.notice("probes stopped early; the rest follows after the next pass", metadata: ["reason": "\(stopped)"])
    }

    func cannotProbe(_ error: any Error) {
        logger.info("cannot probe logins; trying again after the next pass", metadata: ["error": "\(error)"])
    }

    func cannotWatchAuditLog(_ error: AuthentikError) {
        logger.notice(
            "cannot watch the audit log; only periodic passes find drift",
            metadata: ["error": "\(error)"]
        )
    }

    func cannotWatch(_ secret: ObjectName, _ error: KubernetesError, _ delay: Duration) {
        logger.info(
            "cannot watch a Secret; retrying",
            metadata: ["secret": "\(secret)", "error": "\(error)", "wait.seconds": "\(delay.inSeconds)"]
        )
    }

    /// Kubernetes Events cannot be written; nothing depends on them.
    package func cannotTell(_ error: KubernetesError) {
        logger.notice("cannot write Kubernetes Events; trying again later", metadata: ["error": "\(error)"])
    }

    func noticed(_ trigger: Trigger) {
        switch trigger {
        case .file: logger.debug("file changed")
        case .secret: logger.notice("secret changed")
        case .token: logger.notice("token file changed")
        case .authentik: logger.info("change to a managed object in Authentik's audit log")
        case .signal: logger.info("pass requested by a signal")
        case .request: logger.info("pass requested by HTTP")
        case .start, .leader, .interval, .retry, .contest: break
        }
    }

    /// The token cannot be read; the last one stays in use.
    package func keepsToken(_ reason: String) {
        logger.warning("cannot read the token; the last one stays in use", metadata: ["error": "\(reason)"])
    }

    // MARK: - Notifications

    /// The target of notifications, of whose address only the host is logged.
    package func notifies(_ target: NotificationTarget) {
        let metadata: Logger.Metadata = ["host": "\(target.host)", "format": "\(target.format.rawValue)"]
        logger.info("sending notifications", metadata: metadata)
        guard target.isExposed else { return }
        logger.warning("notifications are sent unencrypted; use an https URL", metadata: metadata)
    }

    package func cannotReadNotificationURL(_ reason: String) {
        logger.warning("cannot read the notification URL; the last one stays in use", metadata: ["error": "\(reason)"])
    }

    /// The outcome of sending notifications.
    package func notified(_ outcome: NotificationSender.Outcome) {
        metrics.notified(outcome)
        switch outcome {
        case .sent: logger.debug("notification sent")
        case .retrying(let error, let delay):
            logger.info(
                "cannot send a notification; retrying",
                metadata: ["error": "\(error)", "wait.seconds": "\(delay.inSeconds)"]
            )
        case .failed(let error): logger.warning("notification not sent", metadata: ["error": "\(error)"])
        case .dropped(let number):
            logger.warning("notifications dropped: too many are waiting", metadata: ["notifications": "\(number)"])
        case .abandoned(let number):
            logger.warning("notifications not sent before the end", metadata: ["notifications": "\(number)"])
        }
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
