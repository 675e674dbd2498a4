import CCurl
import Glibc
import Synchronization

/// The event loop, which owns the multi handle and all transfers, and only exists on its thread.
final class EventLoop {
    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox
    private let configuration: TransportConfiguration
    /// The running and queued transfers by request: two if the first one got no response in time.
    private var transfers: [UInt64: [Transfer]] = [:]
    private var queue: ConnectionQueue

    /// Fails, and fails all requests, if libcurl could not create a handle.
    init?(mailbox: Mailbox, configuration: TransportConfiguration) {
        guard let multi = curl_multi_init() else {
            mailbox.abandon(.setup("libcurl could not create a multi handle"))
            return nil
        }
        self.multi = multi
        self.mailbox = mailbox
        self.configuration = configuration
        queue = ConnectionQueue(limit: configuration.maximumConnectionsPerHost)
        limitConnections()
    }

    deinit {
        for transfer in allTransfers { curl_multi_remove_handle(multi, transfer.handle) }
        transfers = [:]
        curl_multi_cleanup(multi)
        mailbox.abandon(.setup("the HTTP client is closed"))
    }

    /// Runs until the mailbox is closed.
    func run() {
        while takeCommands() {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishTransfers()
            keepTime()
            var descriptor = curl_waitfd(fd: mailbox.wakeUpDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
            curl_multi_poll(multi, &descriptor, 1, millisecondsToSleep(), nil)
        }
    }

    private var allTransfers: [Transfer] { transfers.values.flatMap(\.self) }

    private func takeCommands() -> Bool {
        for command in mailbox.take() {
            switch command {
            case .start(let identifier, let request): start(identifier, request)
            case .stream(let identifier, let request, let buffer, let limits):
                start(identifier, request, Transfer.Streaming(buffer: buffer, limits: limits))
            case .resume(let identifier): transfers[identifier]?.first?.resume()
            case .cancel(let identifier): drop(identifier)
            case .stop: return false
            }
        }
        return true
    }

    // MARK: - Beginnings

    private func start(_ identifier: UInt64, _ request: HTTPRequest, _ streaming: Transfer.Streaming? = nil) {
        let transfer = Transfer(
            identifier: identifier,
            request: request,
            configuration: configuration,
            streaming: streaming
        )
        guard let transfer else {
            let error = TransportError.setup("libcurl could not create a handle")
            mailbox.finish(identifier, with: .failure(error))
            mailbox.finishStream(identifier, .failure(error))
            return
        }
        transfers[identifier] = [transfer]
        if transfer.isStreaming || queue.enter(identifier, for: request.origin) { begin(transfer) }
    }

    private func begin(_ transfer: Transfer) {
        guard transfer.begin(in: multi) else { return finish(transfer, CURLE_FAILED_INIT) }
        limitConnections()
    }

    /// Sends a request again over a new connection, if the silent one may be dead.
    private func double(_ transfer: Transfer) {
        guard let second = transfer.second(configuration) else { return }
        transfers[transfer.identifier]?.append(second)
        begin(second)
    }

    /// Makes libcurl close idle connections in favour of new ones.
    ///
    /// Streams and second attempts have connections of their own in addition to the others, so they never wait for
    /// libcurl to free one.
    private func limitConnections() {
        let limit = configuration.maximumConnectionsPerHost
        let extra = allTransfers.count { $0.isStreaming || $0.isSecond }
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, limit + extra)
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limit * 2 + extra)
    }

    // MARK: - Ends

    /// Ends all transfers of a request, and starts the next one in its place.
    private func drop(_ identifier: UInt64) {
        guard let dropped = transfers.removeValue(forKey: identifier) else { return }
        remove(dropped)
        guard let host = dropped.first?.request.origin, let next = queue.leave(identifier, for: host) else { return }
        if let transfer = transfers[next]?.first { begin(transfer) }
    }

    /// Transfers free their handles when they are released, which must not happen before this.
    private func remove(_ removed: [Transfer]) {
        withExtendedLifetime(removed) {
            for transfer in removed { curl_multi_remove_handle(multi, transfer.handle) }
        }
        limitConnections()
    }

    private func finish(_ transfer: Transfer, _ code: CURLcode) {
        let identifier = transfer.identifier
        let result = transfer.result(code)
        if case .failure(let error) = result, let other = transfers[identifier]?.first(where: { $0 !== transfer }) {
            // The other transfer may still be answered.
            transfers[identifier] = [other]
            other.errorBefore = error
            return remove([transfer])
        }
        if case .failure(let error) = result, let second = transfer.replacement(after: error, configuration) {
            transfers[identifier] = [second]
            second.errorBefore = error
            remove([transfer])
            return begin(second)
        }
        drop(identifier)
        if transfer.isStreaming {
            mailbox.finishStream(identifier, result.map { _ in })
        } else {
            mailbox.finish(identifier, with: result)
        }
    }

    private func finishTransfers() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            // The message goes with its handle: read it before the handle is removed.
            let code = message.pointee.data.result
            guard let transfer = allTransfers.first(where: { $0.handle == handle }) else { continue }
            finish(transfer, code)
        }
    }

    // MARK: - Time

    /// Ends transfers for which libcurl has no limit or which it has not ended in time, and doubles silent ones.
    private func keepTime() {
        let now = ContinuousClock.now
        for transfer in allTransfers {
            if transfer.deadline.map({ $0 <= now }) ?? false {
                finish(transfer, CURLE_OPERATION_TIMEDOUT)
            } else if transfer.silenceDeadline.map({ $0 <= now }) ?? false {
                double(transfer)
            }
        }
    }

    private func millisecondsToSleep() -> Int32 {
        let times = allTransfers.flatMap { [$0.deadline, $0.silenceDeadline] }
        guard let next = times.compactMap(\.self).min() else { return 60_000 }
        return Int32(min(60_000, (next - .now).curlMilliseconds))
    }
}

/// Runs `body` on a new detached thread.
///
/// - Throws: ``TransportError`` if the system cannot create a thread.
func startThread(_ body: @escaping @Sendable () -> Void) throws {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread,
        nil,
        { context in
            if let context {
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
            }
            return nil
        },
        box.toOpaque()
    )
    guard code == 0 else {
        box.release()
        throw TransportError.setup("no thread could be started: \(String(cString: strerror(code)))")
    }
    pthread_detach(thread)
}

/// The running event loops, so that none is active while the process exits.
///
/// exit(3) cleans up OpenSSL (its handler is registered by OPENSSL_init_crypto(3)) while other threads go on. The
/// process crashes if a loop closes a TLS connection at that moment, or if the thread of an ending loop releases
/// OpenSSL's per-thread data: a job that did everything it should would end with 139. Handlers run in the reverse order
/// of their registration, so this one, registered after curl_global_init(3), runs first; it ends all loops, and then
/// the process: the cleanup of the other handlers is not needed.
enum LiveLoops {
    /// A loop that does not end within that time is abandoned.
    private static let limit: Duration = .seconds(2)

    private static let mailboxes = Mutex<[ObjectIdentifier: Mailbox]>([:])

    private static let isRegistered = on_exit({ status, _ in LiveLoops.end(status) }, nil) == 0

    /// Registers a loop that is about to run.
    static func enter(_ mailbox: Mailbox) {
        _ = isRegistered
        mailboxes.withLock { $0[ObjectIdentifier(mailbox)] = mailbox }
    }

    /// Removes a loop that has ended, with all its connections closed.
    static func leave(_ mailbox: Mailbox) {
        mailboxes.withLock { $0[ObjectIdentifier(mailbox)] = nil }
    }

    /// - Parameter status: the exit status of the process.
    private static func end(_ status: Int32) {
        for mailbox in mailboxes.withLock({ Array($0.values) }) { mailbox.close() }
        let deadline = ContinuousClock.now + limit
        while !mailboxes.withLock({ $0.isEmpty }), ContinuousClock.now < deadline { usleep(200) }
        fflush(nil)
        _exit(status)
    }
}
