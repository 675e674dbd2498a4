package import Applying
package import Base

/// The last attempt, the last success, and the next pass.
package struct PassesStatus: Sendable, Equatable, Codable {
    /// Absent between passes.
    package var running: RunningPass?
    /// Absent until a pass has ended.
    package var lastAttempt: FinishedPass?
    /// The last pass that read and attempted everything in its scope (see ``FinishedPass/scope``); absent until there was
    /// one.
    ///
    /// Services that failed, conflict or are blocked do not matter here; they have their own status.
    package var lastSuccess: FinishedPass?
    /// Absent while a pass runs, and during shutdown.
    package var next: NextPass?
    /// When the last full pass ended; absent until there was one, and from an older daemon.
    ///
    /// In between, passes only read the services that may have changed.
    package var lastFullPassAt: Timestamp?
    /// How often everything is read; absent from an older daemon.
    package var interval: IntervalStatus?
    /// The current number of consecutive failed passes.
    package var failuresInARow: Int
}

/// Why a pass runs.
package enum Trigger: String, Sendable, Codable, CaseIterable, Comparable {
    case start
    /// This replica began to lead.
    case leader
    case interval
    /// Something went wrong in the previous pass.
    case retry
    case file
    case secret
    case token
    /// SIGHUP.
    case signal
    /// `POST /reconcile`.
    case request
    /// Authentik's audit log shows a change to something managed, or Authentik stopped answering.
    case authentik
    /// The pause of conflicting changes is over.
    case contest

    package static func < (left: Trigger, right: Trigger) -> Bool {
        allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
    }
}

package struct RunningPass: Sendable, Equatable, Codable {
    /// Counted from 1 since the daemon started.
    package var number: Int
    package var startedAt: Timestamp
    package var triggers: [Trigger]
}

/// How a pass ended.
package enum PassResult: String, Sendable, Codable, CaseIterable {
    /// Every service is as declared.
    case converged
    /// It read and attempted everything, but some service is not as declared.
    case incomplete
    /// It could not read everything, and wrote nothing; or it was cut short.
    case failed
}

package struct FinishedPass: Sendable, Equatable, Codable {
    /// Counted from 1 since the daemon started.
    package var number: Int
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    package var durationSeconds: Double
    package var triggers: [Trigger]
    package var result: PassResult
    /// Why it failed; absent if it did not.
    package var error: String?
    package var requests: RequestsDocument
    /// The number of services that it changed.
    package var changed: Int
    /// What it read; absent if it failed, and from an older daemon.
    package var scope: LookScope?
    /// The number of services that it read; absent unless ``scope`` is services.
    package var servicesRead: Int?
}

/// What a pass read.
package enum LookScope: String, Sendable, Codable, CaseIterable {
    case everything
    /// Only services that may have changed; everything else is as it was when it was last read.
    case services
}

/// How often everything is read.
package struct IntervalStatus: Sendable, Equatable, Codable {
    /// What determines the interval.
    package enum Reason: String, Sendable, Codable, CaseIterable {
        /// Set with `--interval-seconds`.
        case given
        case standard = "default"
        /// Reading everything takes so long that the default would cost Authentik more than 2 % of its time.
        case load
    }

    /// From the end of one full look to the start of the next.
    package var seconds: Double
    package var reason: Reason

    package init(seconds: Double, reason: Reason) {
        self.seconds = seconds
        self.reason = reason
    }
}

package struct NextPass: Sendable, Equatable, Codable {
    package var at: Timestamp
    package var reason: Trigger

    package init(at: Timestamp, reason: Trigger) {
        self.at = at
        self.reason = reason
    }
}
