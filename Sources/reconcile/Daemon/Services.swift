import Controller
import Logging
import ServiceLifecycle
import StatusServer

/// Tells the loop that the server listens: a daemon that cannot tell how it stands writes nothing.
struct Listening: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    }

    func begins() { continuation.finish() }

    /// Returns once it listens, or the task is cancelled.
    func wait() async { for await _ in stream {} }
}

/// The loop as a service: a graceful shutdown begins no new write and waits for the one in flight.
struct LoopService: Service {
    let loop: ReconcileLoop
    let listening: Listening

    func run() async throws {
        await withGracefulShutdownHandler {
            await listening.wait()
            if !Task.isCancelled { await loop.run() }
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
    let listening: Listening

    func run() async throws {
        try await server.run { port in
            listening.begins()
            var address = address
            address.port = port
            logger.notice("serving the status", metadata: ["url": "http://\(address)/"])
        }
    }
}
