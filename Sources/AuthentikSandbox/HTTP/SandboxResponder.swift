import Glibc
import HTTPTypes
import Hummingbird
import NIOCore

/// Converts Hummingbird's requests to the sandbox's own and its answers back, applying faults.
struct SandboxResponder: HTTPResponder {
    /// The maximum size of a body in bytes; no valid request comes near it.
    private static let bodyLimit = 8 << 20

    let sandbox: Sandbox

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.bodyLimit)
        } catch is NIOTooManyBytesError {
            return Response(status: .contentTooLarge)
        }
        let start = ContinuousClock.now
        let bytes = [UInt8](body.readableBytesView)
        let target = request.head.path ?? "/"
        let call = APIRequest(request, target: target, body: bytes)
        if let answer = sandbox.control(call) {
            return Response(Reply(answer, sandbox.release), to: call, context)
        }

        let decision = sandbox.faults.decide(
            FaultRequest(
                method: request.method.rawValue,
                target: target,
                hasToken: request.headers[.authorization] != nil
            )
        )
        if decision.delay > .zero { try await Task.sleep(for: decision.delay) }
        let reply = sandbox.reply(to: target, under: decision.fault) { other in
            other == target ? call : APIRequest(request, target: other, body: bytes)
        }
        sandbox.record(
            RequestLogEntry(
                method: request.method.rawValue,
                path: target,
                status: reply.visibleStatus,
                duration: start.duration(to: .now),
                faults: decision.faults.map(\.description),
                caller: reply.caller,
                permissions: reply.permissions
            )
        )
        if case .none = reply.delivery { await context.reset() }
        return Response(reply, to: call, context, saysSo: sandbox.saysSo)
    }
}

extension APIRequest {
    /// - Parameter target: path and query, as sent or modified by a fault.
    fileprivate init(_ request: Request, target: String, body: [UInt8]) {
        // Authentik trusts the caller's `Host`, and a proxy's scheme.
        let scheme = HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] } ?? "http"
        self.init(
            method: request.method.rawValue,
            target: target,
            authorization: request.headers[.authorization],
            contentType: request.headers[.contentType],
            userAgent: request.headers[.userAgent] ?? "",
            origin: "\(scheme)://\(request.head.authority ?? "localhost")",
            body: body
        )
    }
}

extension Response {
    /// - Parameter saysSo: whether it identifies itself as a sandbox's.
    fileprivate init(_ reply: Reply, to call: APIRequest, _ context: SandboxContext, saysSo: Bool = false) {
        var headers = HTTPFields()
        if saysSo, let name = HTTPField.Name("X-Reconcile-Sandbox") { headers[name] = "1" }
        if let contentType = reply.contentType { headers[.contentType] = contentType }
        if let allow = reply.allow { headers[.allow] = allow }
        if let location = reply.location { headers[.location] = location }
        if let retryAfter = reply.retryAfter { headers[.retryAfter] = String(retryAfter) }
        if let name = HTTPField.Name("X-authentik-id") { headers[name] = call.id }
        headers[.contentLength] = String(reply.bytes.count)
        let body = call.method != "HEAD" ? ResponseBody(reply, context) : ResponseBody()
        self.init(status: .init(code: reply.status), headers: headers, body: body)
    }
}

extension ResponseBody {
    /// How many pieces a slow body comes in.
    private static let pieces = 10

    fileprivate init(_ reply: Reply, _ context: SandboxContext) {
        let bytes = reply.bytes
        switch reply.delivery {
        case .whole, .none:
            self.init(byteBuffer: ByteBuffer(bytes: bytes))
        case .slow(let duration):
            self.init(contentLength: bytes.count) { writer in
                let size = max(1, (bytes.count + Self.pieces - 1) / Self.pieces)
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try await Task.sleep(for: duration / Self.pieces)
                    try await writer.write(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
                }
                try await writer.finish(nil)
            }
        case .half:
            self.init(contentLength: bytes.count) { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
                await context.close()
                throw CancellationError()
            }
        }
    }
}

/// A request's context that knows its connection, so that a fault can end it.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Closes the connection immediately with a TCP reset: unsent data is dropped.
    func reset() async {
        let discard = linger(l_onoff: 1, l_linger: 0)
        // Without the option the connection is closed normally, which clients handle in the same way.
        try? await (channel as? any SocketOptionProvider)?.setSoLinger(discard).get()
        await close()
    }

    func close() async {
        // This only fails if the client was faster.
        try? await channel.close()
    }
}
