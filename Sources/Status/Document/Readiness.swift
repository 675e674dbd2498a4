package import Base

/// What `GET /readyz` and `GET /healthz` say: whether all is well, and a sentence about it.
package struct Readiness: Sendable, Equatable {
    package var isWell: Bool
    package var reason: String

    /// Whether the daemon does its job: as a leader, a pass has succeeded, and not too long ago; as a standby, it can
    /// reach its Lease.
    ///
    /// A service that failed, conflicts or is blocked does not count: restarting or replacing the daemon mends none.
    ///
    /// - Parameter limit: how long ago the last success may be.
    package static func readiness(_ status: StatusDocument, at time: Timestamp, limit: Duration) -> Readiness {
        guard status.program.isLeader else {
            let leadership = status.program.leadership
            let isSeen = leadership?.holder != nil || leadership?.waitSeconds != nil
            return Readiness(isWell: leadership?.error == nil && isSeen, reason: status.message)
        }
        guard let success = status.passes.lastSuccess else {
            let error = status.passes.lastAttempt?.error.map { ": \($0)" } ?? ""
            return Readiness(isWell: false, reason: "no pass has succeeded yet\(error)")
        }
        let isRecent = success.finishedAt.advanced(by: limit) > time
        let error = status.authentik.error.map { ": \($0)" } ?? ""
        let last = "the last pass that succeeded ended at \(success.finishedAt)"
        return Readiness(isWell: isRecent, reason: isRecent ? last : "\(last), which is too long ago\(error)")
    }

    /// Whether the process lives: its loop is not stuck in a pass.
    ///
    /// - Parameter limit: how long a pass may take.
    package static func liveness(_ status: StatusDocument, at time: Timestamp, limit: Duration) -> Readiness {
        guard let running = status.passes.running else { return Readiness(isWell: true, reason: "waiting") }
        let isStuck = running.startedAt.advanced(by: limit) < time
        let since = "pass \(running.number) runs since \(running.startedAt)"
        return Readiness(isWell: !isStuck, reason: isStuck ? "\(since), which is too long" : since)
    }
}
