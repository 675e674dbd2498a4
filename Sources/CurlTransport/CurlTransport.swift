import CCurl

/// An HTTP/1.1 client: one thread over libcurl's multi interface, with pooled connections.
///
/// Redirects are never followed: they would carry the token elsewhere. TLS certificates are always verified. When the
/// last reference is released, the thread closes its connections and ends.
package final class CurlTransport: Sendable {
    private let configuration: TransportConfiguration
    private let mailbox: Mailbox

    /// Starts the thread; opens no connection yet.
    ///
    /// - Throws: ``TransportError`` if libcurl or the thread cannot be set up.
    package convenience init(configuration: TransportConfiguration = TransportConfiguration()) throws {
        guard ccurl_global_init() == CURLE_OK else { throw TransportError.setup("libcurl could not be initialized") }
        let mailbox = try Mailbox()
        LiveLoops.enter(mailbox)
        do {
            try startThread {
                EventLoop(mailbox: mailbox, configuration: configuration)?.run()
                LiveLoops.leave(mailbox)
            }
        } catch {
            LiveLoops.leave(mailbox)
            throw error
        }
        self.init(configuration: configuration, mailbox: mailbox)
    }

    /// Puts requests into a mailbox that the caller empties.
    init(configuration: TransportConfiguration, mailbox: Mailbox) {
        self.configuration = configuration
        self.mailbox = mailbox
    }

    /// From the start of a request to the last byte of its answer, unless the request says otherwise.
    package var timeLimit: Duration { configuration.timeLimit }

    deinit {
        mailbox.close()
    }

    /// Sends a request and waits for the complete response, whatever its status.
    ///
    /// If the task is cancelled, the call returns at once and the transfer is dropped afterwards; a task that was
    /// already cancelled sends nothing.
    ///
    /// - Throws: ``TransportError`` if there was no response, `CancellationError` if the task was cancelled.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.validate()
        try Task.checkCancellation()
        let identifier = mailbox.makeIdentifier()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                mailbox.submit(identifier, request, continuation)
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { mailbox.cancel(identifier) }
            }
        } onCancel: {
            mailbox.cancel(identifier)
        }
    }

    /// Sends a request and returns as soon as status and headers have arrived, whatever the status; the body follows.
    ///
    /// The response gets a connection of its own, not counted in ``TransportConfiguration``'s
    /// `maximumConnectionsPerHost`: a slow reader delays no other request. It is not decompressed.
    ///
    /// - Parameter limits: the whole response may take any time, unless the request has a time limit.
    /// - Throws: ``TransportError`` if there was no response, `CancellationError` if the task was cancelled.
    package func stream(_ request: HTTPRequest, limits: StreamLimits) async throws -> StreamingResponse {
        try request.validate()
        try Task.checkCancellation()
        let identifier = mailbox.makeIdentifier()
        let buffer = StreamBuffer()
        let body = ResponseBody(buffer, identifier, mailbox, of: self)
        let (status, headers) = try await withTaskCancellationHandler {
            mailbox.submit(identifier, request, to: buffer, limits: limits)
            // The handler below may have run before there was anything to cancel.
            if Task.isCancelled { mailbox.cancelStream(identifier) }
            return try await buffer.head()
        } onCancel: {
            mailbox.cancelStream(identifier)
        }
        return StreamingResponse(status: status, headers: headers, body: body)
    }
}

extension HTTPRequest {
    /// The method and URL without query and user information, for errors.
    var redactedDescription: String {
        var address = url.prefix { $0 != "?" && $0 != "#" }
        if let scheme = address.firstRange(of: "://") {
            let authority = address[scheme.upperBound...].prefix { $0 != "/" }
            if let at = authority.lastIndex(of: "@") { address.removeSubrange(scheme.upperBound...at) }
        }
        return "\(method) \(address)"
    }

    /// Rejects values that would break out of their place in the request.
    fileprivate func validate() throws {
        let breaks: (String) -> Bool = { $0.utf8.contains { $0 < 0x20 && $0 != 0x09 } }
        guard !breaks(url), !breaks(method) else {
            throw TransportError.invalid(self, "the URL contains a control character")
        }
        for field in headers.fields where breaks(field.name) || breaks(field.value) {
            throw TransportError.invalid(self, "the header '\(field.name)' contains a control character")
        }
    }
}

extension TransportError {
    static func setup(_ message: String) -> TransportError {
        TransportError(kind: .other, curlCode: 0, message: message, request: "", mayHaveReachedServer: false)
    }

    static func invalid(_ request: HTTPRequest, _ message: String) -> TransportError {
        TransportError(
            kind: .invalidRequest,
            curlCode: 0,
            message: message,
            request: request.redactedDescription,
            mayHaveReachedServer: false
        )
    }
}
