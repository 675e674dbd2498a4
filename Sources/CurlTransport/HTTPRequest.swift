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
    /// A request of any method is silently repeated when a pooled connection turns out to be dead. One that must not be
    /// repeated gets a connection of its own, where that cannot happen.
    package var isRepeatable: Bool
    /// Whether the server may get the request twice at the same time without harm.
    ///
    /// If so, and if a connection that was used before stays silent, it is sent once more over a new one, and the first
    /// answer counts; see ``TransportConfiguration/silenceLimit``.
    package var mayBeDoubled: Bool
    /// The largest body of a success that is accepted, after decompression; nil means the transport's own limit.
    package var maximumResponseBytes: Int?
    /// How much of the body of any other response is kept; what follows is not waited for.
    package static let maximumErrorBytes = 64 << 10

    /// - Parameter mayBeDoubled: Nil means that of a GET or HEAD; never so of what must not be repeated.
    package init(
        _ method: String,
        _ url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        timeLimit: Duration? = nil,
        sendBefore: ContinuousClock.Instant? = nil,
        isRepeatable: Bool = true,
        mayBeDoubled: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeLimit = timeLimit
        self.sendBefore = sendBefore
        self.isRepeatable = isRepeatable
        self.mayBeDoubled = isRepeatable && (mayBeDoubled ?? ["GET", "HEAD"].contains(method))
    }
}

extension HTTPRequest {
    /// Scheme, host and port.
    var origin: Substring {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        return url[..<(url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex)]
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { redactedDescription }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
