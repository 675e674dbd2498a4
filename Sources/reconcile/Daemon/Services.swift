import Controller
import Dispatch
import Glibc
import Logging
import ServiceLifecycle
import Status
import StatusServer
import UnixSignals

/// Lets the loop begin once the server listens: a daemon that cannot report its status writes nothing.
struct Listening: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    }

    func begins() { continuation.finish() }

    /// Returns once the server listens, or the task is cancelled.
    func wait() async { for await _ in stream {} }
}

/// The loop as a service: a graceful shutdown begins no new write and waits for the one in flight.
struct LoopService: Service {
    private enum Part {
        case running
        case stopping
    }

    let loop: ReconcileLoop
    let listening: Listening

    func run() async throws {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await listening.wait()
                if !Task.isCancelled { await loop.run() }
                return .running
            }
            group.addTask {
                if (try? await gracefulShutdown()) != nil { await loop.stop() }
                return .stopping
            }
            for await part in group where part == .running { group.cancelAll() }
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

/// Follows ``SignalRules``, and ends the process within ``limit`` regardless of Authentik or clients.
struct SignalHandler: Sendable {
    /// The latest end of the process: five seconds are promised.
    private static let limit: DispatchTimeInterval = .milliseconds(4800)

    let loop: ReconcileLoop
    let group: ServiceGroup
    let logger: Logger

    func handle(_ signals: UnixSignalsSequence) async {
        var rules = SignalRules()
        for await signal in signals {
            let (meaning, number): (SignalRules.Signal, Int32) =
                switch signal {
                case .sighup: (.hangUp, SIGHUP)
                case .sigint: (.interrupt, SIGINT)
                default: (.terminate, SIGTERM)
                }
            switch rules.reaction(to: meaning) {
            case .pass: await loop.ask(.signal)
            case .end:
                logger.notice("ending: no new write begins", metadata: ["signal": "\(signal)"])
                DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit) { _exit(0) }
                await group.triggerGracefulShutdown()
            case .endAtOnce: _exit(128 + number)
            }
        }
    }
}
