package import HummingbirdCore
package import Logging
package import NIOCore
import Synchronization

/// Connections that were accepted and not handed over yet.
///
/// A server that is cancelled drops them, and NIO ends the process when the last reference to a connection goes that
/// nobody closed. A client that gives up just when a test ends is enough for that; so they are kept, and closed here.
package final class WaitingConnections: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: HTTP1Channel.Value] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    package init() {}

    func add(_ connection: HTTP1Channel.Value) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.connections[ObjectIdentifier(connection.channel)] = connection }
            return state.isClosed
        }
        if isClosed { Task { await Self.close(connection) } }
    }

    func remove(_ connection: HTTP1Channel.Value) {
        state.withLock { $0.connections[ObjectIdentifier(connection.channel)] = nil }
    }

    /// Closes what nobody took, now and from now on.
    package func close() async {
        let connections = state.withLock { state in
            let connections = state.connections
            state = State(isClosed: true)
            return connections
        }
        for connection in connections.values { await Self.close(connection) }
    }

    private static func close(_ connection: HTTP1Channel.Value) async {
        // It fails only if the client has closed it already.
        try? await connection.executeThenClose { _, _ in }
    }
}

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
