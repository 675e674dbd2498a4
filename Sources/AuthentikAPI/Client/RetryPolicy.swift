package import Base
import CurlTransport

/// Whether and when a failed request is sent again.
///
/// | failure | repeatable request | create |
/// |---|---|---|
/// | the address does not answer | 5 attempts | 5 attempts |
/// | not ready (502, 503, 504) | until the deadline | until the deadline, looked up in between |
/// | throttled (429) | until the deadline | until the deadline |
/// | timed out, interrupted, server error (500) | 3 attempts | 3 attempts, looked up in between |
/// | anything else | never | never |
///
/// Delays grow according to ``Backoff``; `Retry-After` is honoured.
package struct RetryPolicy: Sendable {
    package var backoff = Backoff(baseDelay: .milliseconds(500), maximumDelay: .seconds(15))
    /// The maximum number of attempts, overriding the table: for callers that try again later anyway.
    package var maximumAttempts = Int.max

    package init() {}

    /// The delay before the next attempt; nil to give up.
    ///
    /// - Parameters:
    ///   - attempt: the number of attempts made, at least 1.
    ///   - jitter: a random number from 0 to 1.
    package func delay(after error: AuthentikError, attempt: Int, jitter: Double) -> Duration? {
        guard attempt < min(Self.attempts(for: error), maximumAttempts) else { return nil }
        return backoff.delay(attempt: attempt, retryAfter: error.retryAfter, jitter: jitter)
    }

    private static func attempts(for error: AuthentikError) -> Int {
        switch error.kind {
        case .unavailable, .throttled: .max
        case .serverError: error.status == 405 ? 1 : 3
        case .unreachable:
            switch error.transport?.kind {
            case .unknownHost, .unreachable: 5
            case .timedOut, .interrupted: 3
            default: 1
            }
        default: 1
        }
    }
}
