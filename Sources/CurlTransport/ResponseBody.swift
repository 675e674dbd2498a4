/// The body of a ``StreamingResponse``: chunks as they arrive, of any size but never empty.
///
/// At most ``StreamBuffer/limit`` bytes are buffered; beyond that, TCP's flow control slows down the server. Iterating
/// throws ``TransportError`` if the connection ends early, and `CancellationError`.
package final class ResponseBody: AsyncSequence, Sendable {
    private let buffer: StreamBuffer
    private let identifier: UInt64
    private let mailbox: Mailbox
    /// Kept alive while the body is being read.
    private let transport: CurlTransport

    init(_ buffer: StreamBuffer, _ identifier: UInt64, _ mailbox: Mailbox, of transport: CurlTransport) {
        self.buffer = buffer
        self.identifier = identifier
        self.mailbox = mailbox
        self.transport = transport
    }

    deinit {
        mailbox.cancelStream(identifier)
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let body: ResponseBody

        package mutating func next() async throws -> [UInt8]? { try await body.next() }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    private func next() async throws -> [UInt8]? {
        let chunk = try await withTaskCancellationHandler {
            if Task.isCancelled { mailbox.cancelStream(identifier) }
            return try await buffer.next()
        } onCancel: {
            mailbox.cancelStream(identifier)
        }
        if let chunk, chunk.wasPaused { mailbox.resumeStream(identifier) }
        return chunk?.bytes
    }
}

/// An HTTP response with a streaming body.
package struct StreamingResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    /// To be read once, by one task at a time.
    ///
    /// When the last reference is released, or the reading task is cancelled, the transfer is dropped.
    package var body: ResponseBody
}

extension StreamingResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "HTTP \(status), streaming" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The maximum times for which a ``StreamingResponse`` may be silent.
package struct StreamLimits: Sendable {
    /// Until status and headers arrive; nil for the same as `idle`.
    package var head: Duration?
    /// Between two chunks, and until the end.
    package var idle: Duration

    package init(head: Duration? = nil, idle: Duration) {
        self.head = head
        self.idle = idle
    }
}
