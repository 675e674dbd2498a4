package import AuthentikAPI
package import Base
package import KubernetesAPI
package import Notifications
package import SecretSources

/// How the loop runs.
package struct LoopSettings: Sendable {
    /// Between periodic passes.
    package var interval: Duration = .seconds(300)
    /// How long a pass may take, retries included.
    package var passLimit: Duration = .seconds(300)
    /// Between checks of Authentik's audit log; nil for none.
    package var auditPeriod: Duration? = .seconds(5)
    /// Within which each login is proved to work, though nothing changed; nil for never.
    package var verifyPeriod: Duration?
    /// How long the write in flight may take to finish when the program ends.
    package var lastWriteLimit: Duration = .seconds(4)
    /// How long it may take to give up the Lease after that.
    package var resignationLimit: Duration = .milliseconds(400)
    /// How many times a request is sent within a pass: the next pass comes anyway.
    package var attempts = 3
    /// A number from 0 to 1 that spreads retries, so that not all replicas and programs try again at once.
    var jitter: @Sendable () -> Double = { .random(in: 0...1) }

    package init() {}

    /// How long ago the last success may be of a daemon that does its job.
    package var readinessLimit: Duration { interval * 3 + passLimit }

    /// After which time a pass is stuck: its limit, and what the last request may take beyond.
    package var livenessLimit: Duration { passLimit + .seconds(120) }
}

/// What the loop needs of its surroundings.
package struct LoopSurroundings: Sendable {
    /// Which Authentik.
    package var address: AuthentikAddress
    /// Asks that Authentik.
    package var reconciler: any Reconciler
    /// Finds the Kubernetes whose Secrets are followed; nil for none.
    package var secretReader: (@Sendable () throws -> any SecretFollowing)?
    /// The file with the token, which is watched; nil without one.
    package var tokenFile: String?
    /// Decides who of several replicas writes; nil if there is none but this.
    package var election: (any LeaderElection)?
    /// Writes Kubernetes Events about what happens; nil for none.
    package var events: EventRecorder?
    /// Sends notifications; nil if nobody is to be notified.
    package var notifications: NotificationSender?

    package init(address: AuthentikAddress, reconciler: any Reconciler) {
        self.address = address
        self.reconciler = reconciler
    }
}

/// The loop's clock: terms of a Lease and waits use the continuous one, timestamps the one on the wall.
package protocol LoopClock: Clock where Instant == ContinuousClock.Instant {
    /// What a clock on the wall shows.
    var timestamp: Timestamp { get }
}

extension ContinuousClock: LoopClock {
    package var timestamp: Timestamp { Timestamp.now }
}

/// What the loop needs of an election of a leader.
package protocol LeaderElection: Sendable {
    /// Who this process is.
    var identity: String { get }

    /// Takes part until the task is cancelled.
    ///
    /// - Parameter report: called with each outcome.
    func run(_ report: @Sendable (LeaseElection.Report) async -> Void) async

    /// Lets another one lead at once. Only for when nothing is being written any more.
    func resign(within time: Duration) async
}

extension LeaseElection: LeaderElection {}

/// What the loop needs of Kubernetes.
package protocol SecretFollowing: Sendable {
    /// Follows Secrets until the task is cancelled.
    ///
    /// - Parameters:
    ///   - onRetry: called with each failure and the wait before the next attempt.
    ///   - onChange: called when a Secret has changed since it was last read.
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
