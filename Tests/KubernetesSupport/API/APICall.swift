import JSON

/// One request, read completely.
struct APICall: Sendable {
    let method: String
    /// Without the query, and decoded.
    let path: String
    let query: [String: String]
    let authorization: String?
    let contentType: String?
    let userAgent: String
    /// Whom the client's certificate names.
    let certified: User?
    let body: [UInt8]

    /// What the path means.
    var target: Target { Target(path) }

    var isWatch: Bool { ["true", "1"].contains(query["watch"]) }

    var isDryRun: Bool { query["dryRun"] == "All" }

    /// The media type of the body, without its parameters.
    var mediaType: String {
        String((contentType ?? "").prefix { $0 != ";" && $0 != " " }).lowercased()
    }

    /// Who owns the fields that are written other than by apply: without a name, the client's program.
    var fieldManager: String {
        query["fieldManager"] ?? String(userAgent.prefix { $0 != "/" })
    }

    /// The object's name that a field selector asks for.
    func selectedName() throws(StatusFailure) -> String? {
        if query["labelSelector"] != nil { throw .notInStandIn("a label selector") }
        if query["sendInitialEvents"] != nil { throw .notInStandIn("a streaming list") }
        guard let selector = query["fieldSelector"], !selector.isEmpty else { return nil }
        let parts = selector.split(separator: "=", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0] == "metadata.name" else {
            throw .notInStandIn("the field selector '\(selector)'")
        }
        return String(parts[1])
    }

    func json() throws(StatusFailure) -> JSONValue {
        guard let value = try? JSONValue(parsing: body), value.object != nil else {
            throw .badRequest("the object provided is unrecognized (must be of type JSON)")
        }
        return value
    }
}
