import CurlTransport

/// Whether and when a failed request is sent again.
///
/// | failure | repeatable request | create |
/// |---|---|---|
/// | nobody answers at the address | 5 attempts | 5 attempts |
/// | not ready (502, 503, 504) | until the deadline | until the deadline, looked up in between |
/// | throttled (429) | until the deadline | until the deadline |
/// | timed out, interrupted, server error (500) | 3 attempts | 3 attempts, looked up in between |
/// | anything else | never | never |
///
/// Waits grow exponentially with full jitter in their upper half; `Retry-After` is honoured.
package struct RetryPolicy: Sendable {
    /// The longest first wait.
    package var baseDelay: Duration = .milliseconds(500)
    /// The longest wait, unless Authentik asks for more.
    package var maximumDelay: Duration = .seconds(15)
    /// No more attempts than these, whatever the table says: for who comes again anyway.
    package var maximumAttempts = Int.max

    package init() {}

    /// How long to wait before the next attempt; nil to give up.
    ///
    /// - Parameters:
    ///   - attempt: How many attempts were made, at least 1.
    ///   - jitter: A random number from 0 to 1.
    package func delay(after error: AuthentikError, attempt: Int, jitter: Double) -> Duration? {
        guard attempt < min(Self.attempts(for: error), maximumAttempts) else { return nil }
        let ceiling = min(baseDelay * (1 << min(attempt - 1, 16)), maximumDelay)
        return max(error.retryAfter ?? .zero, ceiling * (0.5 + jitter / 2))
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
