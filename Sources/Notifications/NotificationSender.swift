package import Base
package import CurlTransport
import Secrets
import Synchronization

/// Posts notifications one after the other, in a task of its own.
///
/// | response | |
/// |---|---|
/// | 2xx | sent |
/// | none, 408, 429 or 5xx | retried after a delay that doubles up to ``Limits/backoff``'s limit, or as requested by the receiver |
/// | any other status, or ``Limits/attempts`` failures | given up |
/// | more than ``Limits/queue`` are queued | the oldest is dropped |
///
/// Queuing never waits, and nothing depends on whether a notification arrives.
package final class NotificationSender: Sendable {
    package struct Limits: Sendable {
        /// The maximum number of queued notifications.
        package var queue = 32
        /// The maximum number of attempts.
        package var attempts = 8
        package var backoff = Backoff(baseDelay: .seconds(2), maximumDelay: .seconds(300))
        /// The maximum delay that a receiver may request.
        package var longestRetryAfter: Duration = .seconds(600)
        /// From the start of a request to the last byte of its answer.
        package var request: Duration = .seconds(15)
        /// A number from 0 to 1 that spreads retries.
        package var jitter: @Sendable () -> Double = { .random(in: 0...1) }

        package init() {}
    }

    /// The outcome of sending.
    package enum Outcome: Sendable, Equatable {
        case sent
        /// It is sent again after this delay.
        case retrying(NotificationError, after: Duration)
        /// It is given up.
        case failed(NotificationError)
        /// The number dropped because too many were queued.
        case dropped(Int)
        /// The number not sent when the program ended.
        case abandoned(Int)
    }

    private let target: @Sendable () -> NotificationTarget
    private let transport: CurlTransport
    private let limits: Limits
    private let report: @Sendable (Outcome) -> Void
    private let sleep: @Sendable (Duration) async throws -> Void
    private let queue = Mutex<[Notification]>([])
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - target: where to send the next one; it may change.
    ///   - report: called with the outcomes.
    package init(
        target: @escaping @Sendable () -> NotificationTarget,
        transport: CurlTransport,
        limits: Limits = Limits(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        report: @escaping @Sendable (Outcome) -> Void
    ) {
        self.target = target
        self.transport = transport
        self.limits = limits
        self.sleep = sleep
        self.report = report
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Queues a notification; returns at once.
    package func send(_ notification: Notification) {
        let dropped = queue.withLock { queue in
            queue.append(notification)
            let excess = max(0, queue.count - limits.queue)
            queue.removeFirst(excess)
            return excess
        }
        if dropped > 0 { report(.dropped(dropped)) }
        wake.yield()
    }

    /// Sends queued notifications until the task is cancelled.
    package func run() async {
        for await _ in wakes {
            while let next = queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                do {
                    try await deliver(next)
                } catch {
                    return abandon(1)
                }
            }
        }
        abandon(0)
    }

    private func abandon(_ begun: Int) {
        let left = queue.withLock { queue in
            defer { queue = [] }
            return queue.count
        }
        if left + begun > 0 { report(.abandoned(left + begun)) }
    }

    /// - Throws: `CancellationError`.
    private func deliver(_ notification: Notification) async throws {
        var attempt = 1
        while true {
            // The address may have changed meanwhile.
            let failure: (error: NotificationError, retryAfter: Duration?, isFinal: Bool)
            switch try await post(notification, to: target()) {
            case .success: return report(.sent)
            case .failure(let error): failure = (error, error.retryAfter, error.isFinal)
            }
            guard !failure.isFinal, attempt < limits.attempts else { return report(.failed(failure.error)) }
            let asked = failure.retryAfter.map { min($0, limits.longestRetryAfter) }
            let delay = limits.backoff.delay(attempt: attempt, retryAfter: asked, jitter: limits.jitter())
            report(.retrying(failure.error, after: delay))
            try await sleep(delay)
            attempt += 1
        }
    }

    /// - Throws: `CancellationError`.
    private func post(
        _ notification: Notification,
        to target: NotificationTarget
    ) async throws -> Result<Void, NotificationError> {
        var request = HTTPRequest(
            "POST",
            target.url.exposed,
            headers: ["content-type": "application/json"],
            body: target.format.body(notification, topic: target.topic.exposed),
            timeLimit: limits.request,
            // A duplicate is harmless, a lost notification is not.
            isRepeatable: true
        )
        request.maximumResponseBytes = 1 << 20
        do {
            let response = try await transport.send(request)
            guard !(200..<300).contains(response.status) else { return .success(()) }
            return .failure(NotificationError(response, from: target.host))
        } catch let error as TransportError {
            try Task.checkCancellation()
            return .failure(NotificationError(error, host: target.host))
        }
    }
}

/// Why a notification was not accepted: the host and the reason, without the rest of the address.
package struct NotificationError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
    /// The delay requested by the receiver.
    let retryAfter: Duration?
    /// Whether another attempt would fail as well.
    let isFinal: Bool

    /// - Parameter response: anything but 2xx; its body is not used, since it may repeat the address.
    init(_ response: HTTPResponse, from host: String) {
        description = "\(host) answers HTTP \(response.status)"
        retryAfter = response.headers["retry-after"].flatMap { Double($0) }.map { .seconds(min(max($0, 0), 86_400)) }
        isFinal = !(response.status == 408 || response.status == 429 || response.status >= 500)
    }

    init(_ error: TransportError, host: String) {
        retryAfter = nil
        isFinal = error.kind == .invalidRequest
        // libcurl's own text may contain the address.
        description =
            switch error.kind {
            case .unknownHost: "\(host): the host name cannot be resolved"
            case .unreachable: "\(host): cannot connect"
            case .tls: "\(host): the TLS connection failed; is its certificate trusted?"
            case .timedOut: "\(host): no answer in time"
            case .tooLate, .interrupted: "\(host): the connection broke"
            case .responseTooLarge: "\(host): the answer is too large"
            case .invalidRequest: "\(host): the address is invalid"
            case .other: "\(host): the request failed (libcurl error \(error.curlCode))"
            }
    }
}
