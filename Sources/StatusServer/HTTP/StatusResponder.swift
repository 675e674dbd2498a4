import HTTPTypes
import Hummingbird
import NIOCore

/// Turns Hummingbird's requests into the server's own, and its replies back.
struct StatusResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    /// Bytes of a body; nothing that is asked here has one.
    private static let bodyLimit = 64 << 10

    let routes: StatusRoutes
    let guarding: RequestGuard

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        do {
            _ = try await request.body.collect(upTo: Self.bodyLimit)
        } catch is NIOTooManyBytesError {
            return Response(.error(.contentTooLarge, "no request here has a body"), isHead: false, closes: true)
        }
        let call = StatusCall(request)
        let isHead = call.method == "HEAD"
        if let refusal = guarding.refusal(isWrite: call.method == "POST", host: call.host, origin: call.origin) {
            return Response(.error(.forbidden, refusal), isHead: isHead)
        }
        return Response(await routes.answer(call), isHead: isHead)
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
        if hasBody { headers[.contentLength] = String(reply.bytes.count) }
        let body = isHead || !hasBody ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.bytes))
        self.init(status: reply.status, headers: headers, body: body)
    }
}
