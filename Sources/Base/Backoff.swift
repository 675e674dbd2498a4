/// How long to wait before the next attempt: exponentially longer, with full jitter in the upper half.
package struct Backoff: Sendable {
    /// The longest first wait.
    package var baseDelay: Duration = .seconds(1)
    /// The longest wait, unless the server asks for more.
    package var maximumDelay: Duration = .seconds(30)

    package init() {}

    /// - Parameters:
    ///   - attempt: How many attempts have failed, at least 1.
    ///   - retryAfter: What the server asks for, which is the least.
    ///   - jitter: A random number from 0 to 1.
    package func delay(attempt: Int, retryAfter: Duration? = nil, jitter: Double) -> Duration {
        let ceiling = min(baseDelay * (1 << min(attempt - 1, 16)), maximumDelay)
        return max(retryAfter ?? .zero, ceiling * (0.5 + jitter / 2))
    }
}
