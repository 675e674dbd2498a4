import Applying
import AuthentikAPI
import Base
import Logging
import Synchronization

/// Logs failures that will be retried: the first of several simultaneous ones normally, the others at debug level.
struct RetryLog: Sendable {
    let logger: Logger
    private let gate = Gate()

    init(logger: Logger) {
        self.logger = logger
    }

    func report(_ error: AuthentikError, _ delay: Duration) {
        logger.log(
            level: gate.opens(every: .seconds(1)) ? .warning : .debug,
            "Authentik did not answer as it should; trying again",
            metadata: [
                "error": "\(error)",
                "wait": "\(seconds(delay))",
            ]
        )
    }
}

/// Logs that fewer requests are sent at a time because Authentik slows down.
struct SlowdownLog: Sendable {
    let logger: Logger

    func report(_ limit: Int) {
        logger.notice(
            "Authentik answers slowly; sending fewer requests at a time",
            metadata: ["requests.limit": "\(limit)"]
        )
    }
}

/// Logs the progress of a long pass.
struct ProgressLog: Sendable {
    let logger: Logger
    private let gate = Gate(isOpen: false)

    init(logger: Logger) {
        self.logger = logger
    }

    func take(_ event: PassEvent) {
        guard case .writing(let done, let total) = event, gate.opens(every: .seconds(2)) else { return }
        logger.notice("applying", metadata: ["writes.done": "\(done)", "writes.total": "\(total)"])
    }
}

/// Lets something through at most once per interval.
private final class Gate: Sendable {
    private let last: Mutex<ContinuousClock.Instant?>

    init(isOpen: Bool = true) {
        last = Mutex(isOpen ? nil : .now)
    }

    func opens(every interval: Duration) -> Bool {
        let now = ContinuousClock.now
        return last.withLock { last in
            if let last, now - last < interval { return false }
            last = now
            return true
        }
    }
}
