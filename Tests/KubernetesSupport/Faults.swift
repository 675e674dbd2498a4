import JSON

/// What goes wrong, until it is spent or taken back.
struct Faults: Sendable {
    /// Answered with 429.
    var tooMany = 0
    /// Seconds.
    var retryAfter = 1
    /// Answered with a failure.
    var failing = 0
    var failure = StatusFailure(500, "InternalError", "")
    var expiry: WatchExpiry?
    var latency: Duration = .zero

    /// The answer that a request gets instead of its own.
    mutating func answer(_ call: APICall) -> APIReply? {
        if failing > 0 {
            failing -= 1
            return .failure(failure)
        }
        if tooMany > 0 {
            tooMany -= 1
            return .throttled(retryAfter: retryAfter)
        }
        if call.isWatch, let expiry {
            self.expiry = nil
            switch expiry {
            case .status: return .failure(.expired)
            case .line: return .line(WatchEvent.line("ERROR", StatusFailure.expired(version: 1, now: 2).json))
            }
        }
        return nil
    }
}
