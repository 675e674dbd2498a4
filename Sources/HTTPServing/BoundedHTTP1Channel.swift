package import HummingbirdCore
package import Logging
package import NIOCore

/// HTTP/1.1 connections of untrusted clients: each uses a bounded amount of memory, of this process and of the system, and
/// their number is limited; see ``OneRequestAtATime`` and ``ConnectionSlots``.
package struct BoundedHTTP1Channel: ServerChildChannel {
    /// How many bytes are read at once, so that only a few pipelined requests are ever parsed ahead.
    private static let readSize = 4 << 10
    /// The size of each of the system's two buffers of a connection, in bytes.
    private static let systemBuffer = 64 << 10
    private static let headerLimit = 32 << 10

    private let base: KeptHTTP1Channel
    private let slots: ConnectionSlots

    /// - Parameters:
    ///   - idleSeconds: how long a connection may be silent, or a client take to read an answer.
    package init(
        responder: @escaping HTTPChannelHandler.Responder,
        waiting: WaitingConnections,
        slots: ConnectionSlots,
        idleSeconds: Int64
    ) {
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [OneRequestAtATime(slots: slots, limit: .seconds(idleSeconds))],
            idleTimeout: .seconds(idleSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Self.headerLimit,
                maxHeaderListSize: Self.headerLimit,
                maxHeaderFieldCount: 100
            )
        )
        base = KeptHTTP1Channel(HTTP1Channel(responder: responder, configuration: configuration), waiting: waiting)
        self.slots = slots
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        slots.enter(channel)
        let reads = FixedSizeRecvByteBufferAllocator(capacity: Self.readSize)
        return channel.setOption(.recvAllocator, value: reads)
            .flatMap { channel.setOption(.maxMessagesPerRead, value: 1) }
            .flatMap { channel.setOption(.socketOption(.so_sndbuf), value: Self.systemBuffer) }
            .flatMap { channel.setOption(.socketOption(.so_rcvbuf), value: Self.systemBuffer) }
            .flatMap { base.setup(channel: channel, logger: logger) }
    }

    package func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
