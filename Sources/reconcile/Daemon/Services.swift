import Logging
import Reconciling
import ServiceLifecycle
import StatusServer

/// The loop as a service: a graceful shutdown begins no new write and waits for the one in flight.
struct LoopService: Service {
    let loop: ReconcileLoop

    func run() async throws {
        await withGracefulShutdownHandler {
            await loop.run()
        } onGracefulShutdown: {
            loop.stop()
        }
    }
}

/// The status server as a service.
struct ServerService: Service {
    let server: StatusServer
    let address: ListenAddress
    let logger: Logger

    func run() async throws {
        try await server.run { port in
            var address = address
            address.port = port
            logger.notice("serving the status", metadata: ["url": "http://\(address)/"])
        }
    }
}
