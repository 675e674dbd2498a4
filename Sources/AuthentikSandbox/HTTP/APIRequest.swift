import FoundationEssentials
import JSON

/// One request, read completely.
struct APIRequest {
    let method: String
    /// The path's parts, decoded; a path that ends in a slash ends in an empty part.
    let path: [String]
    /// The path as it was sent, without its query.
    let rawPath: String
    let query: Query
    let authorization: String?
    let contentType: String?
    let userAgent: String
    /// What the answer is known by, as `X-authentik-id`.
    let id = Random.hexadecimal(32)
    /// Scheme, host and port as the caller sees them: `http://127.0.0.1:9000`.
    let origin: String
    var body: [UInt8]
    /// The part of the path that a route leaves open: a slug or a primary key.
    var key = ""
    /// Who asks; nil where no token is needed.
    var caller: User?

    /// - Parameter target: path and query as they were sent.
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

    /// Whether the answer may have changed what the sandbox holds: by a write, or by a login that a provider learns from.
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
