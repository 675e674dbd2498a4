package import HummingbirdCore
package import Logging
package import NIOCore
import Synchronization

/// Connections that were accepted but not handed over yet.
///
/// A cancelled server drops them, and NIO terminates the process if the last reference to an unclosed connection is
/// released. A client that disconnects just when a test ends can cause this; so they are kept and closed here.
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

    /// Closes all connections that were not taken, now and from now on.
    package func close() async {
        let connections = state.withLock { state in
            let connections = state.connections
            state = State(isClosed: true)
            return connections
        }
        for connection in connections.values { await Self.close(connection) }
    }

    private static func close(_ connection: HTTP1Channel.Value) async {
        // This only fails if the client has already closed it.
        try? await connection.executeThenClose { _, _ in }
    }
}

/// HTTP/1.1 connections that are kept until they are handed over; see ``WaitingConnections``.
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
