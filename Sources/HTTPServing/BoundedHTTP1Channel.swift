package import HummingbirdCore
package import Logging
package import NIOCore
import Synchronization

/// HTTP/1.1 connections of untrusted clients: each uses a bounded amount of memory, in this process and in the system,
/// and their number is limited; see ``OneRequestAtATime`` and ``ConnectionSlots``.
package struct BoundedHTTP1Channel: ServerChildChannel {
    /// How many bytes are read at once, so that only a few pipelined requests are ever parsed ahead.
    private static let readSize = 4 << 10
    /// The size of each of the system's two buffers of a connection, in bytes.
    private static let systemBuffer = 64 << 10
    private static let headerLimit = 32 << 10

    private let base: KeptHTTP1Channel
    private let slots: ConnectionSlots

    /// - Parameters:
    ///   - idleSeconds: how long a connection may be silent, or a client may take to read an answer.
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

/// Limits how many connections a server has open at the same time.
///
/// When the limit is reached, a new connection replaces the one that has been idle for the longest time. A client that
/// opens many connections and leaves them open only loses its own, and a short request, such as a health check, is always
/// answered. A connection that is waiting for the server is closed last.
package final class ConnectionSlots: Sendable {
    private struct Slot {
        var channel: any Channel
        /// Grows with time.
        var lastChange: UInt64
        var waitsForServer = false
    }

    private struct State {
        var slots: [ObjectIdentifier: Slot] = [:]
        var changes: UInt64 = 0

        mutating func change(_ channel: any Channel, waitsForServer: Bool) {
            guard slots[ObjectIdentifier(channel)] != nil else { return }
            changes += 1
            slots[ObjectIdentifier(channel)]?.lastChange = changes
            slots[ObjectIdentifier(channel)]?.waitsForServer = waitsForServer
        }

        /// Removes the connection to close.
        mutating func evict() -> (any Channel)? {
            let oldest = slots.min {
                ($0.value.waitsForServer ? 1 : 0, $0.value.lastChange)
                    < ($1.value.waitsForServer ? 1 : 0, $1.value.lastChange)
            }
            guard let oldest else { return nil }
            slots[oldest.key] = nil
            return oldest.value.channel
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    package init(_ limit: Int) {
        self.limit = limit
    }

    /// Counts a connection until it is closed.
    func enter(_ channel: any Channel) {
        let evicted = state.withLock { state in
            let evicted = state.slots.count >= limit ? state.evict() : nil
            state.changes += 1
            state.slots[ObjectIdentifier(channel)] = Slot(channel: channel, lastChange: state.changes)
            return evicted
        }
        evicted?.close(promise: nil)
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { $0.slots[ObjectIdentifier(channel)] = nil }
        }
    }

    /// A request has been received completely.
    func waitsForServer(_ channel: any Channel) { state.withLock { $0.change(channel, waitsForServer: true) } }

    /// The answer has begun, and has to be read by the client.
    func waitsForClient(_ channel: any Channel) { state.withLock { $0.change(channel, waitsForServer: false) } }

    /// The answer has been sent completely.
    func isIdle(_ channel: any Channel) { state.withLock { $0.change(channel, waitsForServer: false) } }
}
