import HTTPTypes
import JSON
import Reconciling

/// What the server answers.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var contentType: String
    var bytes: [UInt8]
    var headers = HTTPFields()

    static func json(_ status: HTTPResponse.Status, _ value: JSONValue) -> Reply {
        Reply(
            status: status,
            contentType: "application/json",
            bytes: value.serialized(pretty: true) + [UInt8(ascii: "\n")]
        )
    }

    static func json(_ status: HTTPResponse.Status, encoding value: some Encodable) -> Reply {
        Reply(status: status, contentType: "application/json", bytes: Array("\(JSONText.of(value))\n".utf8))
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
