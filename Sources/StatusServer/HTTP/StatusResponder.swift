import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Turns Hummingbird's requests into the server's own, and its replies back.
struct StatusResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// Bytes of a body; nothing that is asked here has one.
    private static let bodyLimit = 64 << 10

    let routes: StatusRoutes
    let guarding: RequestGuard

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        do {
            guard try await isComplete(request.body) else {
                return Response(.error(.serviceUnavailable, "the program is ending"), isHead: false, closes: true)
            }
        } catch is NIOTooManyBytesError {
            return Response(.error(.contentTooLarge, "no request here has a body"), isHead: false, closes: true)
        }
        // The first one is the request's authority (RFC 9112, section 3.2).
        if let host = HTTPField.Name("Host"), request.headers[host] != nil {
            return Response(.error(.badRequest, "there is more than one Host"), isHead: request.method == .head)
        }
        let call = StatusCall(request)
        let isHead = call.method == "HEAD"
        if let refusal = guarding.refusal(isWrite: call.method == "POST", host: call.host, origin: call.origin) {
            return Response(.error(.forbidden, refusal), isHead: isHead)
        }
        return Response(await routes.answer(call), isHead: isHead)
    }

    /// Reads a body to its end, and forgets it.
    ///
    /// - Returns: false if the end did not come before that of the program, which does not wait for it.
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
    }
}

extension Response {
    fileprivate init(_ reply: Reply, isHead: Bool, closes: Bool = false) {
        var headers = reply.headers
        headers[.contentType] = reply.contentType
        headers[.cacheControl] = "no-cache"
        headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        if closes { headers[.connection] = "close" }
        let hasBody = reply.status != .notModified
        if hasBody { headers[.contentLength] = String(reply.body.readableBytes) }
        let body = isHead || !hasBody ? ResponseBody() : ResponseBody(byteBuffer: reply.body)
        self.init(status: reply.status, headers: headers, body: closes ? body.closing : body)
    }
}

extension ResponseBody {
    /// Thrown where a connection is to be closed.
    private struct ConnectionEnd: Error {}

    /// Itself, and then the end of the connection: what a client goes on sending is read by nobody.
    fileprivate var closing: ResponseBody {
        ResponseBody(contentLength: contentLength) { writer in
            try await self.write(writer)
            throw ConnectionEnd()
        }
    }
}
