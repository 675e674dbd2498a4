import HTTPServing
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOTLS

/// Connections over TLS that speak HTTP/2 to clients that offer it, as a live API server does, and HTTP/1.1 to others.
///
/// Hummingbird's own keeps no HTTP/1.1 connection that nobody takes; see ``WaitingConnections``.
struct NegotiatedChannel: ServerChildChannel {
    enum Version: Sendable {
        case http1(HTTP1Channel.Value)
        case http2(HTTP2Channel.Value)
    }

    struct Value: ServerChildChannelValue {
        let version: EventLoopFuture<Version>
        let channel: any Channel
    }

    /// What is offered by TLS, the best first.
    static let protocols = ["h2", "http/1.1"]

    let http1: KeptHTTP1Channel
    let http2: HTTP2Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let handler = NIOTypedApplicationProtocolNegotiationHandler<Version> { result, channel in
                switch result {
                case .negotiated("h2"): http2.setup(channel: channel, logger: logger).map { .http2($0) }
                case .negotiated, .fallback: http1.setup(channel: channel, logger: logger).map { .http1($0) }
                }
            }
            try channel.pipeline.syncOperations.addHandler(handler)
            return Value(version: handler.protocolNegotiationResult, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        // A client may go before it has said what it speaks, and this server as well.
        let version = await withTaskCancellationHandler {
            try? await value.version.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
        switch version {
        case .http1(let connection): await http1.handle(value: connection, logger: logger)
        case .http2(let connection): await http2.handle(value: connection, logger: logger)
        case nil: break
        }
    }
}
