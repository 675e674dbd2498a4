package import AuthentikAPI
package import Base
package import KubernetesAPI
package import Notifications
package import SecretSources

/// The settings of the loop.
package struct LoopSettings: Sendable {
    /// The time between periodic passes.
    package var interval: Duration = .seconds(300)
    /// Whether ``interval`` is used as it is; otherwise it grows with what a full look costs Authentik.
    package var isIntervalGiven = true
    /// The maximum duration of a pass, including retries.
    package var passLimit: Duration = .seconds(300)
    /// The time between checks of Authentik's audit log; nil to disable them.
    package var auditPeriod: Duration? = .seconds(5)
    /// The maximum duration of such a check.
    package var lookLimit: Duration = .seconds(10)
    /// The time within which each login is verified even if nothing changed; nil for never.
    package var verifyPeriod: Duration?
    /// Whether ``verifyPeriod`` is used as it is; otherwise it grows with what the probes cost Authentik.
    package var isVerifyPeriodGiven = true
    /// The maximum time for the write in flight to finish on shutdown.
    package var lastWriteLimit: Duration = .seconds(4)
    /// The maximum time to release the Lease after that.
    package var resignationLimit: Duration = .milliseconds(400)
    /// How many times a request is sent within a pass: the next pass comes anyway.
    package var attempts = 3
    /// A number from 0 to 1 that spreads retries, so that replicas and other programs do not all retry at once.
    var jitter: @Sendable () -> Double = { .random(in: 0...1) }

    package init() {}

    /// The maximum age of the last success for the daemon to be ready.
    package var readinessLimit: Duration { interval * 3 + passLimit }

    /// The time after which a pass is considered stuck: its limit, plus the time for its last request.
    package var livenessLimit: Duration { passLimit + .seconds(120) }
}

/// The dependencies of the loop.
package struct LoopSurroundings: Sendable {
    /// The address of Authentik.
    package var address: AuthentikAddress
    /// Sends the requests to Authentik.
    package var reconciler: any Reconciler
    /// Finds the Kubernetes API whose Secrets are followed; nil for none.
    package var secretReader: (@Sendable () throws -> any SecretFollowing)?
    /// The file with the token, which is watched; nil without one.
    package var tokenFile: String?
    /// Elects which replica writes; nil if this is the only one.
    package var election: (any LeaderElection)?
    /// Records Kubernetes Events; nil for none.
    package var events: EventRecorder?
    /// Sends notifications; nil to send none.
    package var notifications: NotificationSender?

    package init(address: AuthentikAddress, reconciler: any Reconciler) {
        self.address = address
        self.reconciler = reconciler
    }
}

/// The loop's clock: Lease terms and delays use the continuous clock, timestamps the wall clock.
package protocol LoopClock: Clock where Instant == ContinuousClock.Instant {
    /// The time of the wall clock.
    var timestamp: Timestamp { get }
}

extension ContinuousClock: LoopClock {
    package var timestamp: Timestamp { Timestamp.now }
}

/// What the loop needs of a leader election.
package protocol LeaderElection: Sendable {
    /// The identity of this process.
    var identity: String { get }

    /// Takes part until the task is cancelled.
    ///
    /// - Parameter report: called with each result.
    func run(_ report: @Sendable (LeaseElection.Report) async -> Void) async

    /// Releases leadership immediately. Only to be called when nothing is being written any more.
    func resign(within time: Duration) async
}

extension LeaseElection: LeaderElection {}

/// What the loop needs of Kubernetes.
package protocol SecretFollowing: Sendable {
    /// Follows Secrets until the task is cancelled.
    ///
    /// - Parameters:
    ///   - onRetry: called with each failure and the delay before the next attempt.
    ///   - onChange: called when a Secret has changed.
    func follow(
        _ objects: Set<ObjectName>,
        onRetry: @escaping @Sendable (ObjectName, KubernetesError, Duration) -> Void,
        onChange: @escaping @Sendable (ObjectName) async -> Void
    ) async
}

extension KubernetesSecretReader: SecretFollowing {
    package func follow(
        _ objects: Set<ObjectName>,
        onRetry: @escaping @Sendable (ObjectName, KubernetesError, Duration) -> Void,
        onChange: @escaping @Sendable (ObjectName) async -> Void
    ) async {
        await watch(objects, onRetry: onRetry, onChange: onChange)
    }
}
