import JSON

/// One answer.
enum APIReply: Sendable {
    case json(Int, JSONValue)
    case text(Int, String)
    case failure(StatusFailure)
    /// A stream of lines, until the time has come.
    case watch(number: Int, AsyncStream<Watcher.Item>, timeLimit: Duration)
    /// A stream of one line.
    case line([UInt8])

    var status: Int {
        switch self {
        case .json(let status, _), .text(let status, _): status
        case .failure(let failure): failure.code
        case .watch, .line: 200
        }
    }
}
