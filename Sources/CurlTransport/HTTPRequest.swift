import Base

/// An HTTP request, with its complete body.
///
/// When printed it only shows its method and its address without the query: headers contain tokens and bodies contain
/// secrets.
package struct HTTPRequest: Sendable {
    package var method: String
    /// An absolute `http` or `https` URL.
    package var url: String
    package var headers: HTTPHeaders
    package var body: [UInt8]?
    /// From the start to the last byte of the answer; nil means the transport's own limit.
    package var timeLimit: Duration?
    /// The time after which it must not be sent any more, checked immediately before its first byte; nil for none.
    package var sendBefore: ContinuousClock.Instant?
    /// Whether the request may be sent twice without harm.
    ///
    /// libcurl repeats a request of any method when a reused connection ends without an answer. A request that must not be
    /// repeated then fails as interrupted: the server may have acted on it.
    package var isRepeatable: Bool
    /// Whether the server may get the request twice at the same time without harm.
    ///
    /// If so, and if a connection that was used before stays silent, the request is sent again over a new one, and the
    /// first answer counts; see ``TransportConfiguration/silenceLimit``.
    package var mayBeDoubled: Bool
    /// The maximum size of the body of a success, after decompression; nil for the transport's own limit.
    package var maximumResponseBytes: Int?
    /// The maximum number of bytes kept of the body of any other response; the rest is not waited for.
    package static let maximumErrorBytes = 64 << 10

    /// - Parameter mayBeDoubled: by default true for GET and HEAD; always false for a request that must not be
    ///   repeated.
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

/// An HTTP response, with its complete body, decompressed.
///
/// When printed it only shows its status: Authentik's answers contain client secrets in plain text.
package struct HTTPResponse: Sendable, Equatable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// How long the server took, from when the request was sent to the first byte of the answer.
    package var answerTime: Duration = .zero

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension HTTPResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "HTTP \(status), \(body.count) bytes" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Header fields (RFC 9110, section 5): case-insensitive names, in their order, including repeated ones.
package struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package private(set) var fields: [Field] = []

    package struct Field: Sendable, Equatable {
        /// The name in lower case.
        package var name: String
        package var value: String
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    /// The first value of a field.
    package subscript(_ name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }

    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name.lowercased(), value: value))
    }
}

/// Encodes a text for a URL's path or query: everything but unreserved characters (RFC 3986, section 2.1).
package func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
        if byte.isASCIIAlphanumeric || "-._~".utf8.contains(byte) {
            result.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            let digits = String(byte, radix: 16, uppercase: true)
            result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }
    }
    return result
}
