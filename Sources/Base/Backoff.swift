/// The delay before the next attempt: exponentially longer, with jitter over its upper half.
package struct Backoff: Sendable {
    /// The maximum delay before the second attempt.
    package var baseDelay: Duration
    /// The maximum delay, unless the server asks for more; nil for no limit.
    package var maximumDelay: Duration?

    package init(baseDelay: Duration = .seconds(1), maximumDelay: Duration? = .seconds(30)) {
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
    }

    /// - Parameters:
    ///   - attempt: the number of failed attempts, at least 1.
    ///   - retryAfter: the minimum delay requested by the server.
    ///   - jitter: a random number from 0 to 1.
    package func delay(attempt: Int, retryAfter: Duration? = nil, jitter: Double) -> Duration {
        let wait = baseDelay * (1 << min(attempt - 1, 16))
        return max(retryAfter ?? .zero, min(wait, maximumDelay ?? wait) * (0.5 + jitter / 2))
    }
}
