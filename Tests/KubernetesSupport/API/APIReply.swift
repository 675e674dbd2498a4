import JSON

/// One answer.
enum APIReply: Sendable {
    case json(Int, JSONValue)
    case text(Int, String)
    case failure(StatusFailure)
    /// Too many requests at once: a line of text, not a `Status`. The time is in seconds.
    ///
    /// https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
    case throttled(retryAfter: Int)
    /// A stream of lines, until the time has come.
    case watch(number: Int, AsyncStream<Watcher.Item>, timeLimit: Duration)
    /// A stream of one line.
    case line([UInt8])

    var status: Int {
        switch self {
        case .json(let status, _), .text(let status, _): status
        case .failure(let failure): failure.code
        case .throttled: 429
        case .watch, .line: 200
        }
    }
}
