/// An HTTP request, with its whole body.
///
/// It never prints more of itself than its method and address, without the query: headers hold tokens and bodies hold
/// secrets.
package struct HTTPRequest: Sendable {
    package var method: String
    /// An absolute `http` or `https` URL.
    package var url: String
    package var headers: HTTPHeaders
    package var body: [UInt8]?
    /// From the start to the last byte of the answer; nil means the transport's own limit.
    package var timeLimit: Duration?
    /// When it may not be sent any more, looked at right before its first byte is; nil means never.
    package var sendBefore: ContinuousClock.Instant?
    /// Whether the request may be sent twice without harm.
    ///
    /// libcurl silently repeats a request, of any method, when a pooled connection turns out to be dead. A request
    /// that must not be repeated gets a connection of its own, where that cannot happen.
    package var isRepeatable: Bool
    /// The largest body of a success that is accepted, after decompression; nil means the transport's own limit.
    package var maximumResponseBytes: Int?
    /// How much of the body of any other response is kept; what follows is not waited for.
    package static let maximumErrorBytes = 64 << 10

    package init(
        _ method: String,
        _ url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        timeLimit: Duration? = nil,
        sendBefore: ContinuousClock.Instant? = nil,
        isRepeatable: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeLimit = timeLimit
        self.sendBefore = sendBefore
        self.isRepeatable = isRepeatable
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { redactedDescription }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
