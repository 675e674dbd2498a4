import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Turns Hummingbird's requests into the stand-in's own and its answers back.
struct StandInResponder: HTTPResponder {
    /// Bytes of a body, as etcd limits it to about.
    private static let bodyLimit = 3 << 20

    let standIn: KubernetesStandIn

    func respond(to request: Request, context: StandInContext) async throws -> Response {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.bodyLimit)
        } catch is NIOTooManyBytesError {
            return Response(status: .contentTooLarge)
        }
        let parameters = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        let call = APICall(
            method: request.method.rawValue,
            path: request.uri.path,
            query: Dictionary(parameters, uniquingKeysWith: { first, _ in first }),
            authorization: request.headers[.authorization],
            contentType: request.headers[.contentType],
            userAgent: request.headers[.userAgent] ?? "",
            certified: try await context.certified,
            body: [UInt8](body.readableBytesView)
        )
        let latency = standIn.latency
        if latency > .zero { try await Task.sleep(for: latency) }
        let target = request.head.path ?? "/"
        if standIn.swallows("\(call.method) \(target)", connection: context.number) {
            await context.waitUntilClosed()
            throw CancellationError()
        }
        let response = response(standIn.answer(call, target: target, connection: context.number), context)
        return standIn.isLast(ofConnection: context.number) ? closing(response, context) : response
    }

    private func response(_ reply: APIReply, _ context: StandInContext) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        let body: ResponseBody
        switch reply {
        case .json(_, let value): body = Self.body(value.serialized())
        case .line(let line):
            body = ResponseBody { writer in
                try await writer.write(ByteBuffer(bytes: line))
                try await writer.finish(nil)
            }
        case .text(_, let text):
            headers[.contentType] = "text/plain; charset=utf-8"
            body = Self.body([UInt8](text.utf8))
        case .failure(let failure):
            body = Self.body(failure.json.serialized())
        case .throttled(let seconds):
            headers[.retryAfter] = String(seconds)
            headers[.contentType] = "text/plain; charset=utf-8"
            body = Self.body([UInt8]("Too many requests, please try again later.\n".utf8))
        case .watch(let number, let items, let timeLimit):
            let watch = WatchStream(standIn: standIn, number: number, items: items, timeLimit: timeLimit)
            body = ResponseBody { writer in try await watch.write(to: writer, context) }
        }
        return Response(status: .init(code: reply.status), headers: headers, body: body)
    }

    /// The same, and after it the connection is closed without a word of HTTP.
    private func closing(_ response: Response, _ context: StandInContext) -> Response {
        var closing = response
        closing.body = ResponseBody(contentLength: response.body.contentLength) { writer in
            try await response.body.write(writer)
            await context.close()
        }
        return closing
    }

    private static func body(_ bytes: [UInt8]) -> ResponseBody { ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }
}
