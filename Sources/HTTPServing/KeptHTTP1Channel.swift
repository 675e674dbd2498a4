package import HummingbirdCore
package import Logging
package import NIOCore

/// HTTP/1.1 connections that are kept until somebody has them; see ``WaitingConnections``.
package struct KeptHTTP1Channel: ServerChildChannel {
    private let base: HTTP1Channel
    private let waiting: WaitingConnections

    package init(_ base: HTTP1Channel, waiting: WaitingConnections) {
        self.base = base
        self.waiting = waiting
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger).map { [waiting] connection in
            waiting.add(connection)
            return connection
        }
    }

    package func handle(value: HTTP1Channel.Value, logger: Logger) async {
        waiting.remove(value)
        await base.handle(value: value, logger: logger)
    }
}
