import HTTPTypes
import Hummingbird
import NIOCore

/// Turns Hummingbird's requests into the sandbox's own and its answers back.
struct SandboxResponder: HTTPResponder {
    /// Bytes of a body; nothing that is sent to these endpoints comes near it.
    private static let bodyLimit = 8 << 20

    let sandbox: Sandbox

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.bodyLimit)
        } catch is NIOTooManyBytesError {
            return Response(status: .contentTooLarge)
        }
        let start = ContinuousClock.now
        let target = request.head.path ?? "/"
        let call = APIRequest(
            method: request.method.rawValue,
            target: target,
            authorization: request.headers[.authorization],
            contentType: request.headers[.contentType],
            userAgent: request.headers[.userAgent] ?? "",
            origin: origin(of: request),
            body: [UInt8](body.readableBytesView)
        )
        let answer = sandbox.answer(call)
        let response = Response(answer, to: call, sandbox.release, withBody: request.method != .head)
        sandbox.record(
            RequestLogEntry(
                method: request.method.rawValue,
                path: target,
                status: answer.status,
                duration: start.duration(to: .now)
            )
        )
        return response
    }

    /// What absolute URLs in answers begin with: Authentik believes the caller's `Host`, and a proxy's scheme.
    private func origin(of request: Request) -> String {
        let scheme = HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] } ?? "http"
        return "\(scheme)://\(request.head.authority ?? "localhost")"
    }
}

extension Response {
    fileprivate init(_ answer: APIResponse, to call: APIRequest, _ release: Release, withBody: Bool) {
        var headers = HTTPFields()
        if let contentType = answer.contentType(release) { headers[.contentType] = contentType }
        if let allow = answer.allow { headers[.allow] = allow }
        if let location = answer.location { headers[.location] = location }
        if let name = HTTPField.Name("X-authentik-id") { headers[name] = call.id }
        let bytes = answer.bytes
        headers[.contentLength] = String(bytes.count)
        self.init(
            status: .init(code: answer.status),
            headers: headers,
            body: withBody ? ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) : ResponseBody()
        )
    }
}
