import Controller
import Dispatch
import Glibc
import Logging
import ServiceLifecycle
import Status
import UnixSignals

/// What the daemon does on a signal.
///
/// SIGHUP asks for a pass. SIGTERM and SIGINT end it in order, within ``limit`` whatever Authentik or a client does; the
/// second one ends it at once.
struct SignalHandler: Sendable {
    /// After so long the process ends, in order or not: five seconds are promised.
    private static let limit: DispatchTimeInterval = .milliseconds(4800)

    let loop: ReconcileLoop
    let group: ServiceGroup
    let logger: Logger

    func handle(_ signals: UnixSignalsSequence) async {
        var isEnding = false
        for await signal in signals {
            guard signal != .sighup else {
                loop.ask(.signal)
                continue
            }
            if isEnding { _exit(128 + (signal == .sigint ? SIGINT : SIGTERM)) }
            isEnding = true
            logger.notice("ending: no new write begins", metadata: ["signal": "\(signal)"])
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit) { _exit(0) }
            Task { await group.triggerGracefulShutdown() }
        }
    }
}
