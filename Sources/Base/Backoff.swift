/// How long to wait before the next attempt: exponentially longer, with full jitter in the upper half.
package struct Backoff: Sendable {
    /// The longest first wait.
    package var baseDelay: Duration
    /// The longest wait, unless somebody asks for more; nil for no limit.
    package var maximumDelay: Duration?

    package init(baseDelay: Duration = .seconds(1), maximumDelay: Duration? = .seconds(30)) {
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
    }

    /// - Parameters:
    ///   - attempt: How many attempts have failed, at least 1.
    ///   - retryAfter: What the server asks for, which is the least.
    ///   - jitter: A random number from 0 to 1.
    package func delay(attempt: Int, retryAfter: Duration? = nil, jitter: Double) -> Duration {
        let wait = baseDelay * (1 << min(attempt - 1, 16))
        return max(retryAfter ?? .zero, min(wait, maximumDelay ?? wait) * (0.5 + jitter / 2))
    }
}
