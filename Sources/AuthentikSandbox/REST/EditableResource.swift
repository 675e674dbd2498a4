import JSON

/// A resource that can be created, changed and deleted.
protocol EditableResource: Resource {
    /// A row with every default, to be filled from a request.
    static func blank(in store: inout Store) -> Row
    /// Checks a request body and writes it into a draft.
    static func validate(_ body: JSONValue, into draft: inout Row, partial: Bool, in store: Store) throws(Refusal)
    static func insert(_ row: Row, in store: inout Store)
    static func replace(_ old: Row, with new: Row, in store: inout Store)
    static func delete(_ row: Row, in store: inout Store)
    /// What an update answers, where that differs from what a look-up does.
    static func updated(
        _ old: Row,
        _ new: Row,
        _ body: JSONValue,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> JSONValue
}

extension EditableResource {
    static func updated(
        _ old: Row,
        _ new: Row,
        _ body: JSONValue,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> JSONValue {
        try json(new, request, in: store)
    }

    static func create(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let body = try request.json()
        var draft = blank(in: &store)
        try validate(body, into: &draft, partial: false, in: store)
        insert(draft, in: &store)
        return .created(try json(draft, request, in: store))
    }

    static func update(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let old = try find(request, in: store)
        let body = try request.json()
        var draft = old
        try validate(body, into: &draft, partial: request.method == "PATCH", in: store)
        replace(old, with: draft, in: &store)
        return .ok(try updated(old, draft, body, request, in: store))
    }

    static func destroy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        delete(try find(request, in: store), in: &store)
        return .deleted
    }

    /// The list's and the object's routes under a path.
    static func routes(_ path: String) -> [Route] { [listRoute(path), objectRoute(path)] }

    /// - Parameter viewPermission: what the list needs.
    static func listRoute(_ path: String, viewPermission: String? = permission("view")) -> Route {
        Route(
            path,
            .tokens,
            methods: ["GET", "POST"],
            ["GET": .init(viewPermission, list), "POST": .init(permission("add"), create)]
        )
    }

    static func objectRoute(_ path: String) -> Route {
        Route(
            path + "{}/",
            .tokens,
            methods: ["GET", "PUT", "PATCH", "DELETE"],
            [
                "GET": .init(permission("view"), retrieve),
                "PUT": .init(permission("change"), update),
                "PATCH": .init(permission("change"), update),
                "DELETE": .init(permission("delete"), destroy),
            ]
        )
    }
}
