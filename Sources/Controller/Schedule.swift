import Base
package import Status

/// When the next pass comes, and why: values in, a decision out.
///
/// | how the last pass ended | the next one comes |
/// |---|---|
/// | it failed, or the writes of a service did | after a wait that doubles from ``firstRetry`` up to the interval |
/// | anything else: a conflict or a missing secret is for a person to mend | after the interval |
/// | a fight's pause ends before that | when it ends |
///
/// Whatever asks for a pass before that gets one at once, see ``PassQueue``.
package struct Schedule: Sendable {
    /// Between the end of one pass and the start of the next.
    package var interval: Duration
    /// The longest first wait after a failure.
    package var firstRetry: Duration = .seconds(5)

    package init(interval: Duration) {
        self.interval = interval
    }

    /// - Parameters:
    ///   - failures: how many passes failed, or had a failed service, in a row; 0 if the last one did not.
    ///   - pauseEnd: when the first pause of a fight ends, from now on; nil without one.
    ///   - jitter: a random number from 0 to 1; it spreads a retry over the upper half of its wait.
    package func next(failures: Int, pauseEnd: Duration?, jitter: Double) -> (delay: Duration, reason: Trigger) {
        var next = (delay: interval, reason: Trigger.interval)
        if failures > 0 {
            let backoff = Backoff(baseDelay: firstRetry, maximumDelay: nil)
            next = (min(backoff.delay(attempt: failures, jitter: jitter), interval), .retry)
        }
        if let pauseEnd, pauseEnd < next.delay { next = (max(pauseEnd, .zero), .fight) }
        return next
    }
}
