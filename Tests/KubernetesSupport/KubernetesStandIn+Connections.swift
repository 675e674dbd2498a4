import Synchronization

extension KubernetesStandIn {
    /// Lets all connections that were used so far go silent: they stay open, and take requests that nobody answers.
    package func silenceConnections() {
        state.withLock { $0.connections.silence() }
    }

    /// The requests that came over silent connections: method and path, with the query.
    package var swallowedRequests: [String] { state.withLock { $0.connections.swallowed } }

    /// Closes each connection after so many answers, without announcing it.
    package func rotateConnections(after count: Int) {
        state.withLock { $0.connections.lifetime = count }
    }

    func swallows(_ request: String, connection: Int) -> Bool {
        state.withLock { $0.connections.swallow(request, from: connection) }
    }

    func isLast(ofConnection number: Int) -> Bool { state.withLock { $0.connections.isLast(from: number) } }
}
