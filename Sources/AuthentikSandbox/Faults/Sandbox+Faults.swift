import JSON

extension Sandbox {
    /// The reply to a request under a fault.
    ///
    /// | fault | the request is carried out | the reply |
    /// |---|---|---|
    /// | none, latency | yes | unchanged |
    /// | slow-body, cut, truncated | yes | slow, half of it, with half of its JSON |
    /// | reset=after | yes | none |
    /// | reset=before | no | none |
    /// | unavailable | only with `write=done` | a proxy's page, 502, 503 or 504 |
    /// | starting | no | a proxy's page, 503 |
    /// | html | no | a page of the given status |
    /// | revoked | no | 403, as for a wrong token |
    /// | shift | yes (it is a GET) | a page between the pages |
    /// | late | later, before another write | none |
    /// | ignore | without the field | unchanged |
    /// | refuse | only if it is without the field | 400, or unchanged |
    ///
    /// - Parameter request: makes the request for a target, path and query; `target` for the one that was sent.
    func reply(to target: String, under fault: Fault?, request: (_ target: String) -> APIRequest) -> Reply {
        func answer() -> Reply { Reply(self.answer(request(target)), release) }
        var reply: Reply
        switch fault {
        case nil, .latency:
            reply = answer()
        case .slowBody(let duration):
            reply = answer()
            reply.delivery = .slow(duration)
        case .cut:
            reply = answer()
            reply.delivery = .half
        case .truncated:
            reply = answer()
            if reply.contentType?.hasPrefix("application/json") ?? false {
                reply.bytes.removeLast((reply.bytes.count + 1) / 2)
            }
        case .reset(let moment):
            reply = moment == .after ? answer() : .page(502)
            reply.delivery = .none
        case .unavailable(let status, let retryAfter, let isWriteDone):
            if isWriteDone { _ = answer() }
            reply = .page(status, retryAfter: retryAfter)
        case .starting(_, let retryAfter):
            reply = .page(503, retryAfter: retryAfter)
        case .html(let status):
            reply = .page(status)
        case .revoked:
            reply = Reply(Refusal.tokenInvalid.response(to: request(target).method, release), release)
        case .shift(let shift):
            let page = FaultRequest(method: "GET", target: target, hasToken: true).page
            let shifted = ShiftedPage(shift: shift, target: target, page: page, release: release)
            reply = Reply(shifted.answer { self.answer(request($0)) }, release)
        case .late(let writes):
            putOff(request(target), writes: writes)
            reply = .page(502)
            reply.delivery = .none
        case .ignore(let field):
            reply = Reply(self.answer(request(target).without(field)), release)
        case .refuse(let field):
            if let errors = request(target).refusal(of: field) {
                reply = Reply(Refusal.invalid(errors).response(to: request(target).method, release), release)
            } else {
                reply = answer()
            }
        }
        return reply
    }
}

extension APIRequest {
    /// The error for a field of its body, or of the objects in it; nil if it has no such field.
    fileprivate func refusal(of field: String) -> JSONValue? {
        guard let body = try? JSONValue(parsing: body) else { return nil }
        let errors: JSONValue = [field: [.string("This field is not taken any more. Use \(field)_ref.")]]
        if body.object?[field] != nil { return errors }
        return ["app", "provider"].first { body[$0]?.object?[field] != nil }.map { [$0: errors] }
    }

    /// Without a field of its body, or of the objects in it.
    fileprivate func without(_ field: String) -> APIRequest {
        guard let members = (try? JSONValue(parsing: body))?.object else { return self }
        var request = self
        var rest = members.filter { $0.key != field }
        for part in ["app", "provider"] {
            if let object = rest[part]?.object { rest[part] = .object(object.filter { $0.key != field }) }
        }
        request.body = JSONValue.object(rest).serialized()
        return request
    }
}

/// Writes that were sent but are only carried out later; see ``Fault/late(_:)``.
struct LateWrites {
    private var waiting: [(request: APIRequest, writes: Int)] = []

    /// - Parameter writes: the number of writes, counted from now, before the last of which it is carried out.
    mutating func add(_ request: APIRequest, writes: Int) { waiting.append((request, writes)) }

    /// Counts a write.
    ///
    /// - Returns: the writes to carry out immediately before it.
    mutating func due() -> [APIRequest] {
        guard !waiting.isEmpty else { return [] }
        for index in waiting.indices { waiting[index].writes -= 1 }
        let due = waiting.filter { $0.writes <= 0 }.map(\.request)
        waiting.removeAll { $0.writes <= 0 }
        return due
    }
}
