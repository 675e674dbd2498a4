package import Base

/// How a ``SecretWatcher`` goes on after what happens to it.
///
/// | what happened | goes on with | after |
/// |---|---|---|
/// | the server ended the watch in order | a watch from there | the first step of the backoff |
/// | no answer, cut off, 429, 5xx | a watch from there; the third time in a row, a list | backoff, or `Retry-After` |
/// | 410: the resourceVersion is forgotten | a list | backoff |
/// | 403: may not list or watch | a look at the Secret | ``pollingInterval`` |
/// | 401, anything else | a list | backoff |
package struct WatchPolicy: Sendable {
    package var backoff = Backoff()
    /// Between two looks where watching is not allowed.
    package var pollingInterval: Duration = .seconds(30)
    /// After how long the server is to end a watch, a quarter more or less; it also bounds how long it goes unnoticed
    /// that a server, or a proxy before it, whose TCP still answers says nothing any more.
    package var watchTime: Duration = .seconds(120)

    package init() {}

    /// Whether the watch cannot go on from where it was.
    ///
    /// - Parameter attempt: How many attempts have failed in a row, at least 1.
    func startsOver(after error: KubernetesError, attempt: Int) -> Bool {
        switch error.kind {
        // A server that was restored from a backup does not know the resourceVersion yet, and says 504.
        case .unreachable, .throttled, .unavailable: attempt >= 3
        case .unauthorized, .forbidden, .notFound, .conflict, .gone, .invalid, .undecodable: true
        }
    }

    /// - Parameter jitter: A random number from 0 to 1.
    func delay(after error: KubernetesError, attempt: Int, jitter: Double) -> Duration {
        error.kind == .forbidden
            ? pollingInterval
            : backoff.delay(attempt: attempt, retryAfter: error.retryAfter, jitter: jitter)
    }
}
