package import Controller
import Glibc
import HTTPServing
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
package import PrometheusMetrics
import Status

/// Serves the status, the metrics, health and the page, and accepts requests for passes.
///
/// Its only effect on the loop is to request a pass, so a client cannot delay one.
package struct StatusServer: Sendable {
    /// Enough for any number of monitors; beyond it, a new connection replaces the longest idle one.
    private static let maximumConnections = 1024
    /// The number of additional connections while replaced ones are being closed; others wait in the system's queue.
    private static let closingConnections = 128
    /// The time in seconds without a byte after which a connection is closed, even within a request or while sending an
    /// answer.
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
            // Clients that keep requesting the status do not wait for thousands of services to be encoded.
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
        let slots = ConnectionSlots(Self.maximumConnections)
        let application = Hummingbird.Application(
            responder: responder,
            server: HTTPServerBuilder {
                BoundedHTTP1Channel(responder: $0, waiting: waiting, slots: slots, idleSeconds: Self.idleLimit)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.address.host, port: settings.address.port),
                // If the queue is full, Linux drops connections that arrive at the same moment.
                backlog: Self.maximumConnections,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    Self.maximumConnections + Self.closingConnections
                )
            ),
            onServerRunning: { [port = settings.address.port] channel in
                await onReady(channel.localAddress?.port ?? port)
            },
            // The important part of a failure is thrown.
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

/// The server cannot listen.
package struct StatusServerError: Error, CustomStringConvertible {
    /// A sentence without a full stop.
    package let description: String

    init(_ address: ListenAddress, _ error: any Error) {
        let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
        description = "the status server cannot listen on \(address): \(reason)"
    }
}
