import CCurl

/// The event loop: owns the multi handle and all transfers; lives and dies on its thread.
final class EventLoop {
    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox
    private let configuration: TransportConfiguration
    private var transfers: [UInt64: Transfer] = [:]

    /// Fails, and fails all requests, if libcurl gives no handle.
    init?(mailbox: Mailbox, configuration: TransportConfiguration) {
        guard let multi = curl_multi_init() else {
            mailbox.abandon(.setup("libcurl gives no multi handle"))
            return nil
        }
        self.multi = multi
        self.mailbox = mailbox
        self.configuration = configuration
        _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        limitConnections()
    }

    deinit {
        for transfer in transfers.values { curl_multi_remove_handle(multi, transfer.handle) }
        transfers = [:]
        curl_multi_cleanup(multi)
        mailbox.abandon(.setup("the HTTP client is closed"))
    }

    /// Works until the mailbox is closed.
    func run() {
        while takeCommands() {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishTransfers()
            expireTransfers()
            var descriptor = curl_waitfd(fd: mailbox.wakeUpDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
            curl_multi_poll(multi, &descriptor, 1, millisecondsToSleep(), nil)
        }
    }

    private func takeCommands() -> Bool {
        for command in mailbox.take() {
            switch command {
            case .start(let identifier, let request): start(identifier, request)
            case .stream(let identifier, let request, let buffer, let limit):
                start(identifier, request, Transfer.Streaming(buffer: buffer, idleTimeLimit: limit))
            case .resume(let identifier): transfers[identifier]?.resume()
            case .cancel(let identifier): drop(identifier)
            case .stop: return false
            }
        }
        return true
    }

    private func start(_ identifier: UInt64, _ request: HTTPRequest, _ streaming: Transfer.Streaming? = nil) {
        let transfer = Transfer(
            identifier: identifier,
            request: request,
            configuration: configuration,
            streaming: streaming
        )
        guard let transfer, curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
            let error = TransportError.setup("libcurl gives no handle")
            mailbox.finish(identifier, with: .failure(error))
            mailbox.finishStream(identifier, .failure(error))
            return
        }
        transfers[identifier] = transfer
        if transfer.isStreaming { limitConnections() }
    }

    /// Each stream has a connection of its own and makes room for it, so that it takes none from the others.
    private func limitConnections() {
        let streams = transfers.values.count { $0.isStreaming }
        let limit = configuration.maximumConnectionsPerHost
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, limit + streams)
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limit * 2 + streams)
    }

    private func drop(_ identifier: UInt64) {
        guard let transfer = transfers.removeValue(forKey: identifier) else { return }
        // It frees the handle when it goes, which must not be before this.
        _ = withExtendedLifetime(transfer) { curl_multi_remove_handle(multi, transfer.handle) }
        if transfer.isStreaming { limitConnections() }
    }

    private func finish(_ transfer: Transfer, _ code: CURLcode) {
        let result = transfer.result(code)
        drop(transfer.identifier)
        if transfer.isStreaming {
            mailbox.finishStream(transfer.identifier, result.map { _ in })
        } else {
            mailbox.finish(transfer.identifier, with: result)
        }
    }

    private func finishTransfers() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            // The message goes with its handle: read it before the handle is removed.
            let code = message.pointee.data.result
            guard let transfer = transfers.values.first(where: { $0.handle == handle }) else { continue }
            finish(transfer, code)
        }
    }

    /// Ends what libcurl forgets: while a transfer waits for a free connection it has no time limit (as of 7.88).
    private func expireTransfers() {
        let now = ContinuousClock.now
        for transfer in transfers.values where transfer.deadline.map({ $0 <= now }) ?? false {
            finish(transfer, CURLE_OPERATION_TIMEDOUT)
        }
    }

    private func millisecondsToSleep() -> Int32 {
        guard let next = transfers.values.compactMap(\.deadline).min() else { return 60_000 }
        return Int32(min(60_000, (next - .now).curlMilliseconds))
    }
}
