import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Holds back pipelined requests until the answer to the one before has been written to the socket.
///
/// A client may send many requests and read none of the answers. Without this, all of them would be answered into
/// memory, because a server learns only after writing that the connection is full. Here the next request is not read
/// before the last byte of the answer is in the system's buffer, and a client that does not read an answer in time is
/// disconnected.
final class OneRequestAtATime: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What arrived after a request that is not yet answered.
    private enum Held {
        case part(HTTPRequestPart)
        case event(Any)
        case failure(any Error)
    }

    private let slots: ConnectionSlots
    private let limit: TimeAmount
    private var held = CircularBuffer<Held>()
    /// Whether a request has begun but not ended.
    private var isReading = false
    /// Whether a request has begun whose answer is not yet completely sent.
    private var isAnswering = false
    private var isReadWanted = false
    private var timeout: Scheduled<Void>?

    /// - Parameter limit: how long a client may take to read an answer.
    init(slots: ConnectionSlots, limit: TimeAmount) {
        self.slots = slots
        self.limit = limit
    }

    func handlerRemoved(context: ChannelHandlerContext) { timeout?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        held.removeAll()
        context.fireChannelInactive()
    }

    // MARK: - What the client sends

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if mayPass(part) { pass(part, context) } else { held.append(.part(part)) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if held.isEmpty || event as? ChannelEvent != .inputClosed {
            context.fireUserInboundEventTriggered(event)
        } else {
            held.append(.event(event))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if held.isEmpty { context.fireErrorCaught(error) } else { held.append(.failure(error)) }
    }

    func read(context: ChannelHandlerContext) {
        if isAnswering && !isReading { isReadWanted = true } else { context.read() }
    }

    private func mayPass(_ part: HTTPRequestPart) -> Bool {
        guard held.isEmpty else { return false }
        if case .head = part { return !isAnswering }
        return true
    }

    private func pass(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head: (isReading, isAnswering) = (true, true)
        case .body: break
        case .end:
            isReading = false
            if isAnswering { slots.waitsForServer(context.channel) }
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    // MARK: - What the server answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind != .informational:
            slots.waitsForClient(context.channel)
            timeout?.cancel()
            timeout = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
            context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.assumeIsolated().whenSuccess { self.isWritten(context) }
            context.write(data, promise: written)
        default: context.write(data, promise: promise)
        }
    }

    private func isWritten(_ context: ChannelHandlerContext) {
        timeout?.cancel()
        isAnswering = false
        guard context.channel.isActive else { return }
        slots.isIdle(context.channel)
        let hasHeld = !held.isEmpty
        while let next = held.first {
            if case .part(.head) = next, isAnswering { break }
            held.removeFirst()
            switch next {
            case .part(let part): pass(part, context)
            case .event(let event): context.fireUserInboundEventTriggered(event)
            case .failure(let error): context.fireErrorCaught(error)
            }
        }
        if hasHeld { context.fireChannelReadComplete() }
        if isReadWanted, !isAnswering || isReading {
            isReadWanted = false
            context.read()
        }
    }
}

@available(*, unavailable)
extension OneRequestAtATime: Sendable {}
