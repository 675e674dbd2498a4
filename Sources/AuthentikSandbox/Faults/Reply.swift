import JSON

/// An outgoing answer: ``APIResponse``, modified by a fault.
struct Reply {
    enum Delivery {
        case whole
        /// The body in pieces, over that time.
        case slow(Duration)
        /// Half of the body, then the end of the connection.
        case half
        /// A connection reset without a response.
        case none
    }

    var status: Int
    var contentType: String?
    var allow: String?
    /// The target of a redirect.
    var location: String?
    /// The `Retry-After` header, in seconds.
    var retryAfter: Int?
    var bytes: [UInt8]
    var delivery = Delivery.whole
    /// The caller, and the permissions that the request needs; for the log.
    var caller: String?
    var permissions: [String] = []

    init(_ response: APIResponse, _ release: Release) {
        status = response.status
        contentType = response.contentType(release)
        allow = response.allow
        location = response.location
        bytes = response.bytes
        caller = response.caller
        permissions = response.permissions
    }

    /// A page like that of a proxy in front of Authentik.
    static func page(_ status: Int, retryAfter: Int? = nil) -> Reply {
        let title =
            switch status {
            case 502: "502 Bad Gateway"
            case 503: "503 Service Unavailable"
            case 504: "504 Gateway Timeout"
            default: "\(status)"
            }
        let html = "<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>"
        // A page is the same in every release.
        var reply = Reply(APIResponse(status, .html(html)), .december2025)
        reply.retryAfter = retryAfter
        return reply
    }

    /// The status that a client sees: 0 if none is sent.
    var visibleStatus: Int {
        if case .none = delivery { return 0 }
        return status
    }
}

/// A page of a list, from the second on, as if the beginning of the list had changed since the first page was read.
///
/// It is assembled from the real pages around it, so that it works for every list and does not change the store.
struct ShiftedPage {
    let shift: Fault.Shift
    /// Path and query of the request.
    let target: String
    let page: Int
    let release: Release

    /// - Parameter ask: answers the same request for another target.
    func answer(_ ask: (String) -> APIResponse) -> APIResponse {
        var response = ask(target)
        guard case .json(let json) = response.body, response.status == 200, let rows = json["results"]?.array,
            let before = self.rows(ofPage: page - 1, ask)
        else { return response }
        // The page before is full: another follows it.
        let size = before.count
        switch shift {
        case .appear:
            let shifted = (before.suffix(1) + rows).prefix(size)
            response.body = .json(replaced(json, Array(shifted), size: size, by: 1))
        case .vanish:
            let shifted = rows.dropFirst() + (self.rows(ofPage: page + 1, ask) ?? []).prefix(1)
            if shifted.isEmpty { return Refusal.invalidPage.response(to: "GET", release) }
            response.body = .json(replaced(json, Array(shifted), size: size, by: -1))
        case .swap:
            let next = self.rows(ofPage: page + 1, ask)?.first ?? rows.last.map(Self.another)
            response.body = .json(replaced(json, rows.dropFirst() + [next].compactMap(\.self), size: size, by: 0))
        }
        return response
    }

    /// A row like another one, after all others in the order of the primary keys.
    private static func another(_ row: JSONValue) -> JSONValue {
        var members = row.object ?? [:]
        for field in ["pk", "pbm_uuid"] where members[field] != nil {
            members[field] =
                members[field]?.integer == nil ? "ffffffff-ffff-4fff-bfff-ffffffffffff" : .integer(Int(Int32.max))
        }
        for field in ["slug", "name", "client_id", "app"] where members[field] != nil {
            members[field] = field == "app" ? members["pbm_uuid"] : "another"
        }
        if members["attributes"] != nil { members["attributes"] = [:] }
        return .object(members)
    }

    private func rows(ofPage number: Int, _ ask: (String) -> APIResponse) -> [JSONValue]? {
        let parts = target.split(separator: "&").map { part in
            if part.hasPrefix("page=") { return "page=\(number)" }
            guard let mark = part.firstIndex(of: "?"), part[mark...].hasPrefix("?page=") else { return String(part) }
            return "\(part[...mark])page=\(number)"
        }
        guard case .json(let json) = ask(parts.joined(separator: "&")).body else { return nil }
        return json["results"]?.array
    }

    private func replaced(_ json: JSONValue, _ rows: [JSONValue], size: Int, by change: Int) -> JSONValue {
        var members = json.object ?? [:]
        var pagination = members["pagination"]?.object ?? [:]
        let count = (pagination["count"]?.integer ?? 0) + change
        let pages = max(1, (count + size - 1) / max(1, size))
        pagination["count"] = .integer(count)
        pagination["total_pages"] = .integer(pages)
        pagination["next"] = .integer(page < pages ? page + 1 : 0)
        pagination["end_index"] = .integer((page - 1) * size + rows.count)
        members["pagination"] = .object(pagination)
        members["results"] = .array(rows)
        return .object(members)
    }
}
