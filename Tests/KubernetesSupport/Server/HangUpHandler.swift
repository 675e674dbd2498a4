import NIOCore

/// Closes a connection as soon as its client has.
///
/// Hummingbird lets a client close its half and wait for the answer; a watch would then be answered to nobody until its
/// time has come.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that goes without a word of TLS.
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
