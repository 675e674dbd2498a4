import JSON

/// One request, read completely.
struct APIRequest {
    let method: String
    /// The path's parts, decoded; a path that ends in a slash ends in an empty part.
    let path: [String]
    let query: Query
    let authorization: String?
    let contentType: String?
    /// Scheme, host and port as the caller sees them: `http://127.0.0.1:9000`.
    let origin: String
    private let body: [UInt8]
    /// The part of the path that a route leaves open: a slug or a primary key.
    var key = ""

    /// - Parameter target: path and query as they were sent.
    init(
        method: String,
        target: String,
        authorization: String?,
        contentType: String?,
        origin: String,
        body: [UInt8]
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = method
        self.path = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { PercentEncoding.decode($0) }
        self.query = Query(parts.count > 1 ? parts[1] : "")
        self.authorization = authorization
        self.contentType = contentType
        self.origin = origin
        self.body = body
    }

    /// The token of a `Bearer` authorization; any other kind counts as none.
    var token: String? {
        guard let authorization, let space = authorization.firstIndex(of: " ") else { return nil }
        guard authorization[..<space].lowercased() == "bearer" else { return nil }
        return String(authorization[authorization.index(after: space)...])
    }

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
}
