import FoundationEssentials
import JSON

/// One request, read completely.
struct APIRequest {
    let method: String
    /// The decoded parts of the path; a path that ends in a slash ends in an empty part.
    let path: [String]
    /// The path as sent, without its query.
    let rawPath: String
    let query: Query
    let authorization: String?
    let contentType: String?
    let userAgent: String
    /// The ID of the answer, as `X-authentik-id`.
    let id = Random.hexadecimal(32)
    /// Scheme, host and port as the caller sees them: `http://127.0.0.1:9000`.
    let origin: String
    var body: [UInt8]
    /// The variable part of the path: a slug or a primary key.
    var key = ""
    /// The caller; nil if no token is needed.
    var caller: User?

    /// - Parameter target: path and query as sent.
    init(
        method: String,
        target: String,
        authorization: String? = nil,
        contentType: String? = nil,
        userAgent: String = "",
        origin: String = "",
        body: [UInt8] = []
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = method
        self.rawPath = parts.first.map(String.init) ?? ""
        self.path = rawPath.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { PercentEncoding.decode($0) }
        self.query = Query(parts.count > 1 ? parts[1] : "")
        self.authorization = authorization
        self.contentType = contentType
        self.userAgent = userAgent
        self.origin = origin
        self.body = body
    }

    /// The token of a `Bearer` authorization; any other kind counts as none.
    var token: String? { credentials("bearer").map(String.init) }

    /// Name and password of a `Basic` authorization (RFC 7617).
    var basicCredentials: (name: String, password: String)? {
        guard let encoded = credentials("basic"), let data = Data(base64Encoded: String(encoded)) else { return nil }
        let parts = String(decoding: data, as: UTF8.self)
            .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    /// The body as a form, which the OAuth2 endpoints take.
    var form: Query { Query(Substring(decoding: body, as: UTF8.self)) }

    /// Whether the request may have changed the sandbox's state: by a write, or by a login that a provider learns from.
    var mayChangeState: Bool { isWrite || path.contains("authorize") }

    var isWrite: Bool { !["GET", "HEAD", "OPTIONS"].contains(method) }

    /// The caller's primary key.
    var callerKey: Int { caller?.pk ?? 0 }

    /// The body as JSON; an empty body is an empty object.
    func json() throws(Refusal) -> JSONValue {
        if body.isEmpty { return [:] }
        let mediaType = contentType ?? ""
        guard mediaType.prefix(while: { $0 != ";" && $0 != " " }).lowercased() == "application/json" else {
            throw .unsupportedMediaType(mediaType)
        }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw .invalidJSON(error.description)
        }
    }

    private func credentials(_ scheme: String) -> Substring? {
        guard let authorization, let space = authorization.firstIndex(of: " ") else { return nil }
        guard authorization[..<space].lowercased() == scheme else { return nil }
        return authorization[authorization.index(after: space)...]
    }
}

/// The parameters of a query, in order; names may be repeated.
struct Query {
    private let parameters: [(name: String, value: String)]

    init(_ text: Substring) {
        parameters = text.split(separator: "&").map { pair in
            let sign = pair.firstIndex(of: "=") ?? pair.endIndex
            return (
                PercentEncoding.decode(pair[..<sign], plusIsSpace: true),
                PercentEncoding.decode(pair[sign...].dropFirst(), plusIsSpace: true)
            )
        }
    }

    /// The last value of a parameter; nil if there is none or it is empty.
    subscript(_ name: String) -> String? {
        guard let value = parameters.last(where: { $0.name == name })?.value, !value.isEmpty else { return nil }
        return value
    }

    /// All values of a parameter.
    func all(_ name: String) -> [String] {
        parameters.filter { $0.name == name && !$0.value.isEmpty }.map(\.value)
    }
}

/// Percent-encoding of URLs (RFC 3986), and of forms, where a plus is a space.
enum PercentEncoding {
    /// The decoded text; invalid escapes stay as they are, and invalid UTF-8 becomes U+FFFD.
    static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        let bytes = [UInt8](text.utf8)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = hexadecimal(bytes[index + 1]), let low = hexadecimal(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                let isSpace = plusIsSpace && bytes[index] == UInt8(ascii: "+")
                decoded.append(isSpace ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Everything but unreserved characters and slashes escaped, as Python's `quote` does.
    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
