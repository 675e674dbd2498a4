/// What a ``CannedServer`` does with a request.
package enum CannedReply: Sendable {
    /// Sends these bytes and keeps the connection.
    case bytes([UInt8])
    /// Sends the first bytes, and the rest once ``CannedServer/release()`` is called.
    case drip(first: [UInt8], rest: [UInt8])
    /// Sends the first of these, and another one each time ``CannedServer/release()`` is called; an empty one closes
    /// the connection in order.
    case steps([[UInt8]])
    /// Says nothing, for ever.
    case silence
    /// Reads the whole request, then closes the connection in order.
    case close
    /// Reads the whole request, then resets the connection.
    case reset
    /// Resets the connection when the headers are read, before it reads the body.
    case resetBeforeBody
}

extension CannedReply {
    /// A whole answer, with its length.
    package static func answer(
        _ status: Int,
        _ headers: [(String, String)] = [],
        body: [UInt8] = []
    ) -> CannedReply {
        let fields = headers + [("content-length", "\(body.count)")]
        let head = "HTTP/1.1 \(status) Canned\r\n" + fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
        return .bytes([UInt8](head.utf8) + body)
    }

    package static func text(_ status: Int, _ text: String, _ headers: [(String, String)] = []) -> CannedReply {
        .answer(status, headers + [("content-type", "text/plain")], body: [UInt8](text.utf8))
    }

    package static func html(_ status: Int, _ text: String, _ headers: [(String, String)] = []) -> CannedReply {
        .answer(status, headers + [("content-type", "text/html; charset=utf-8")], body: [UInt8](text.utf8))
    }

    package static func json(_ status: Int, _ text: String, _ headers: [(String, String)] = []) -> CannedReply {
        .answer(status, headers + [("content-type", "application/json")], body: [UInt8](text.utf8))
    }
}
