import Base
import Status

/// When the next pass comes, and why: a pure decision.
///
/// | how the last pass ended | the next one comes |
/// |---|---|
/// | it failed, or the writes of a service did | after a delay that doubles from ``firstRetry`` up to the interval that was configured |
/// | anything else, even with a conflict or a missing secret, which the user has to resolve | after the interval |
/// | it looked at single services only | when it would have come without it |
/// | a pause of conflicting changes ends before that | when it ends |
///
/// A request for a pass before that is served at once; see ``LoopState``.
struct Schedule: Sendable {
    /// The time between the end of one full look and the start of the next.
    var interval: AdaptiveInterval
    /// The maximum delay of the first retry after a failure.
    var firstRetry: Duration = .seconds(5)

    init(interval: AdaptiveInterval) {
        self.interval = interval
    }

    /// - Parameters:
    ///   - failures: the number of consecutive passes that failed or had a failed service; 0 if the last one did not.
    ///   - untilFullLook: the time until the next full look is due; nil if the last pass was one.
    ///   - pauseEnd: the time until the first pause of conflicting changes ends; nil without one.
    ///   - jitter: a random number from 0 to 1; it spreads a retry over the upper half of its delay.
    func next(
        failures: Int,
        untilFullLook: Duration? = nil,
        pauseEnd: Duration?,
        jitter: Double
    ) -> (delay: Duration, reason: Trigger) {
        var next = (delay: max(untilFullLook ?? interval.duration, .zero), reason: Trigger.interval)
        if failures > 0 {
            let backoff = Backoff(baseDelay: firstRetry, maximumDelay: nil)
            next = (min(backoff.delay(attempt: failures, jitter: jitter), interval.configured), .retry)
        }
        if let pauseEnd, pauseEnd < next.delay { next = (max(pauseEnd, .zero), .contest) }
        return next
    }
}

/// The time between two runs of something that makes Authentik work: looks at everything, or probes of every login.
///
/// | the interval | is |
/// |---|---|
/// | given | what is given |
/// | not given | the default, or ``factor`` times as long as Authentik worked for the last run, if that is longer |
///
/// So they take less than two percent of one worker's time each, however large the installation is.
package struct AdaptiveInterval: Sendable, Equatable {
    /// By how much the interval is longer than Authentik's work.
    private static let factor = 50
    /// However slow Authentik is.
    private static let longest: Duration = .seconds(86_400)

    /// What is given, or the default.
    package let configured: Duration
    package let isGiven: Bool
    package private(set) var duration: Duration

    package init(_ configured: Duration, isGiven: Bool) {
        self.configured = configured
        self.isGiven = isGiven
        duration = configured
    }

    /// - Parameter work: how long Authentik worked for the last run.
    package mutating func adapt(toWork work: Duration) {
        guard !isGiven else { return }
        duration = max(configured, min(work * Self.factor, Self.longest))
    }

    /// As the status shows it.
    var status: IntervalStatus {
        let reason: IntervalStatus.Reason = isGiven ? .given : duration == configured ? .standard : .load
        return IntervalStatus(seconds: duration.inSeconds, reason: reason)
    }
}
