package import Applying
package import AuthentikAPI
package import Base
package import DesiredState

/// The end of a pass, with everything that the status is derived from.
package struct PassEnd: Sendable {
    package enum Outcome: Sendable {
        case report(PassReport)
        case failure(PassFailure)
        /// The program is shutting down, or the pass was otherwise cut short.
        case cancelled(reason: String)
    }

    package var number: Int
    package var triggers: [Trigger]
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    package var duration: Duration
    package var requests: RequestCounts
    package var outcome: Outcome

    package init(
        number: Int,
        triggers: [Trigger],
        startedAt: Timestamp,
        finishedAt: Timestamp,
        duration: Duration,
        requests: RequestCounts,
        outcome: Outcome
    ) {
        self.number = number
        self.triggers = triggers
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.duration = duration
        self.requests = requests
        self.outcome = outcome
    }

    /// Whether the pass failed, or the writes to any object did: then the next pass comes sooner.
    package var hasFailed: Bool {
        switch outcome {
        case .report(let report):
            report.outcomes.contains { $0.failure != nil } || report.shared.contains { $0.failure != nil }
        case .failure: true
        case .cancelled: false
        }
    }
}

extension FinishedPass {
    package init(_ end: PassEnd) {
        self.init(
            number: end.number,
            startedAt: end.startedAt,
            finishedAt: end.finishedAt,
            durationSeconds: end.duration.inSeconds,
            triggers: end.triggers,
            result: .failed,
            requests: RequestsDocument(end.requests),
            changed: 0
        )
        switch end.outcome {
        case .report(let report):
            result = report.isConverged ? .converged : .incomplete
            changed = report.outcomes.count { !$0.written.isEmpty }
            scope = report.look.isFull ? .everything : .services
            servicesRead = report.look.services
        case .failure(let failure): error = failure.description
        case .cancelled(let reason): error = reason
        }
    }
}

/// The version of the desired-state files that is in force.
package struct LoadedFiles: Sendable, Equatable {
    package var desired: DesiredState
    /// `sha256:` and hexadecimal digits.
    package var hash: String
    package var at: Timestamp
    package var warnings: [Diagnostic]

    package init(_ desired: DesiredState, hash: String, at time: Timestamp, warnings: [Diagnostic]) {
        self.desired = desired
        self.hash = hash
        at = time
        self.warnings = warnings
    }
}

/// The result of reading the files again.
package enum FileChange: Sendable, Equatable {
    case same
    /// The current version is in force.
    case loaded(LoadedFiles)
    /// The current version has errors; the previous one stays in force.
    case invalid([Diagnostic])
}
