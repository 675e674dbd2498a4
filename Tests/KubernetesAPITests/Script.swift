import Synchronization
import TestSupport

@testable import KubernetesAPI

/// What a server answers to each kind of request, in turn; nothing once it is through.
final class Script: Sendable {
    private let replies: Mutex<[KubernetesRequest.Verb: [CannedReply]]>

    init(list: [CannedReply] = [], watch: [CannedReply] = [], get: [CannedReply] = []) {
        replies = Mutex([.list: list, .watch: watch, .get: get])
    }

    func reply(to request: RecordedRequest) -> CannedReply {
        let verb = Self.verb(of: request)
        return replies.withLock { replies in
            replies[verb]?.isEmpty == false ? replies[verb]?.removeFirst() ?? .silence : .silence
        }
    }

    static func verb(of request: RecordedRequest) -> KubernetesRequest.Verb {
        if request.target.contains("watch=true") { return .watch }
        return request.path.hasSuffix("/secrets") ? .list : .get
    }
}

/// The head of a watch.
let watchHead = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"

/// A line of a watch, as a chunk.
func event(_ type: String, _ object: String) -> String {
    let line = #"{"type":"\#(type)","object":\#(object)}"# + "\n"
    return "\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n"
}

func bookmark(_ version: Int) -> String {
    event("BOOKMARK", #"{"kind":"Secret","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)"}}"#)
}

extension CannedReply {
    /// A watch that sends these and goes on, or ends in order.
    static func watch(_ events: String..., isEnding: Bool = false) -> CannedReply {
        .bytes([UInt8]((watchHead + events.joined() + (isEnding ? "0\r\n\r\n" : "")).utf8))
    }

    static func failure(_ code: Int, _ reason: String, _ headers: [(String, String)] = []) -> CannedReply {
        .json(code, statusJSON(code, reason, reason), headers)
    }
}
