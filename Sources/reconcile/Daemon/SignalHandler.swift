import Controller
import Dispatch
import Glibc
import Logging
import ServiceLifecycle
import Status
import UnixSignals

/// Does what ``SignalRules`` says, and ends the process within ``limit`` whatever Authentik or a client does.
struct SignalHandler: Sendable {
    /// After so long the process ends, in order or not: five seconds are promised.
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
