import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Reporting
import ServiceLifecycle

/// Converts Hummingbird's requests to the server's own, and its replies back.
struct StatusResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// The maximum size of a body in bytes; no request needs one.
    private static let bodyLimit = 64 << 10

    let routes: StatusRoutes
    let guarding: RequestGuard

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        do {
            guard try await isComplete(request.body) else {
                return Response(.error(.serviceUnavailable, "the program is ending"), isHead: false, closes: true)
            }
        } catch is NIOTooManyBytesError {
            return Response(
                .error(.contentTooLarge, "the body is too large; no request needs one"),
                isHead: false,
                closes: true
            )
        }
        // The first one is the request's authority (RFC 9112, section 3.2).
        if let host = HTTPField.Name("Host"), request.headers[host] != nil {
            return Response(.error(.badRequest, "more than one Host header"), isHead: request.method == .head)
        }
        let call = StatusCall(request)
        let isHead = call.method == "HEAD"
        if let refusal = guarding.refusal(isWrite: call.method == "POST", host: call.host, origin: call.origin) {
            return Response(.error(.forbidden, refusal), isHead: isHead)
        }
        let mayTrigger = guarding.refusal(isWrite: true, host: call.host, origin: call.origin) == nil
        return Response(await routes.answer(call, mayTrigger: mayTrigger), isHead: isHead)
    }

    /// Reads a body to its end, and discards it.
    ///
    /// - Returns: false if the program is shutting down, which does not wait for it.
    private func isComplete(_ body: RequestBody) async throws -> Bool {
        try await cancelWhenGracefulShutdown {
            _ = try await body.collect(upTo: Self.bodyLimit)
            return !Task.isCancelled
        }
    }
}

extension StatusCall {
    fileprivate init(_ request: Request) {
        self.init(method: request.method.rawValue, target: request.head.path ?? "/")
        ifNoneMatch = request.headers[.ifNoneMatch]
        authorization = request.headers[.authorization]
        host = request.head.authority
        origin = request.headers[.origin]
        wantsPage = request.headers[.accept]?.contains("text/html") ?? false
    }
}

extension Response {
    fileprivate init(_ reply: Reply, isHead: Bool, closes: Bool = false) {
        var headers = reply.headers
        headers[.contentType] = reply.contentType
        headers[.cacheControl] = "no-cache"
        headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "same-origin" }
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        if closes { headers[.connection] = "close" }
        let hasBody = reply.status != .notModified
        if hasBody { headers[.contentLength] = String(reply.body.map(\.readableBytes).reduce(0, +)) }
        let body = isHead || !hasBody ? ResponseBody() : ResponseBody(contentsOf: reply.body)
        self.init(status: reply.status, headers: headers, body: closes ? body.closing : body)
    }
}

extension ResponseBody {
    /// Thrown to close a connection.
    private struct ConnectionEnd: Error {}

    /// This body, followed by the end of the connection: anything else that the client sends is not read.
    fileprivate var closing: ResponseBody {
        ResponseBody(contentLength: contentLength) { writer in
            try await self.write(writer)
            throw ConnectionEnd()
        }
    }
}

/// An answer of the server.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var contentType: String
    /// In parts, which are sent one after the other and are shared by identical answers.
    var body: [ByteBuffer]
    var headers = HTTPFields()

    init(_ status: HTTPResponse.Status, _ contentType: String, _ body: [ByteBuffer]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    static func json(_ status: HTTPResponse.Status, _ value: JSONValue) -> Reply {
        let text = value.serialized(pretty: true) + [UInt8(ascii: "\n")]
        return Reply(status, "application/json", [ByteBuffer(bytes: text)])
    }

    static func json(_ status: HTTPResponse.Status, encoding value: some Encodable) -> Reply {
        Reply(status, "application/json", [ByteBuffer(bytes: JSONText.bytes(of: value)), ByteBuffer(string: "\n")])
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
