import HTTPTypes
import JSON
import NIOCore
import Reconciling
import Reporting

/// What the server answers.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var contentType: String
    /// Shared with all who are answered the same.
    var body: ByteBuffer
    var headers = HTTPFields()

    static func json(_ status: HTTPResponse.Status, _ value: JSONValue) -> Reply {
        Reply(
            status: status,
            contentType: "application/json",
            body: ByteBuffer(bytes: value.serialized(pretty: true) + [UInt8(ascii: "\n")])
        )
    }

    static func json(_ status: HTTPResponse.Status, encoding value: some Encodable) -> Reply {
        Reply(status: status, contentType: "application/json", body: ByteBuffer(string: "\(JSONText.of(value))\n"))
    }

    static func error(_ status: HTTPResponse.Status, _ message: String) -> Reply {
        json(status, ["error": .string(message)])
    }

    func with(_ name: HTTPField.Name, _ value: String) -> Reply {
        var reply = self
        reply.headers[name] = value
        return reply
    }
}
