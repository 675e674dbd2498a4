import HTTPServing
import Hummingbird
import HummingbirdCore
import Logging
package import PrometheusMetrics
package import Reconciling

/// Serves what a daemon tells: status, metrics, health and the page; and takes requests for passes.
///
/// It never touches the loop but by asking for a pass, so nothing that a client does can hold a pass up.
package struct StatusServer: Sendable {
    /// More connections than these wait in the system's queue, as many again: enough for any number of monitors.
    private static let maximumConnections = 1024
    /// After so long without a byte a connection is closed; half a request counts as none.
    private static let idleLimit: Int64 = 30

    private let settings: StatusServerSettings
    private let loop: ReconcileLoop
    private let registry: PrometheusRegistry

    package init(settings: StatusServerSettings, loop: ReconcileLoop, registry: PrometheusRegistry) {
        self.settings = settings
        self.loop = loop
        self.registry = registry
    }

    /// Serves until the task is cancelled or shut down gracefully.
    ///
    /// - Parameter onReady: called with the bound port once it listens.
    /// - Throws: ``StatusServerError`` if it cannot listen.
    package func run(onReady: @escaping @Sendable (Int) async -> Void) async throws {
        let rendering = StatusRendering(board: loop.board)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // So that nobody has to wait for a thousand services to be written down.
            group.addTask { [board = loop.board] in for await _ in board.changes { rendering.refresh() } }
            group.addTask { try await serve(rendering, onReady) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func serve(_ rendering: StatusRendering, _ onReady: @escaping @Sendable (Int) async -> Void) async throws {
        let responder = StatusResponder(
            routes: StatusRoutes(loop: loop, registry: registry, settings: settings, rendering: rendering),
            guarding: RequestGuard(settings)
        )
        let waiting = WaitingConnections()
        let application = Hummingbird.Application(
            responder: responder,
            server: HTTPServerBuilder {
                KeptHTTP1Channel(
                    HTTP1Channel(responder: $0, configuration: .init(idleTimeout: .seconds(Self.idleLimit))),
                    waiting: waiting
                )
            },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.address.host, port: settings.address.port),
                // Where the queue is full, Linux drops who came with the others at once.
                backlog: Self.maximumConnections,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)
            ),
            onServerRunning: { [port = settings.address.port] channel in
                await onReady(channel.localAddress?.port ?? port)
            },
            // What matters of a failure is thrown.
            logger: Logger(label: "status", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        do {
            try await application.run()
        } catch is CancellationError {
        } catch {
            throw StatusServerError(settings.address, error)
        }
        await waiting.close()
    }
}
