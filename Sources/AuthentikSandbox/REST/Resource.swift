import JSON

/// A model with its lists and look-ups.
protocol Resource<Row>: SendableMetatype {
    associatedtype Row
    /// The Django app of the model, and its name in permissions: `authentik_core`, `application`.
    static var app: String { get }
    static var modelName: String { get }
    /// The name of the model, as in `No Application matches the given query.`
    static var model: String { get }
    /// The field that a list is ordered by unless `ordering` names another.
    static var ordering: String { get }
    /// The field that holds the primary key, which a list can always be ordered by.
    static var keyField: String { get }
    /// The data for the web interface's search box in a list.
    static func autocomplete(in store: Store) -> JSONValue

    /// All rows, in the order of the field ``ordering``.
    static func rows(in store: inout Store) -> [Row]
    /// All rows, in the order of their primary keys.
    static func rowsByKey(in store: inout Store) -> [Row]
    static func row(_ key: String, in store: Store) throws(Refusal) -> Row?
    static func filter(_ filter: inout Filter<Row>, in store: Store)
    /// The sort key of a field other than the primary key; nil if a list cannot be ordered by it, which is ignored.
    static func sortKey(_ field: String) -> ((Row) -> SortKey)?
    static func json(_ row: Row, _ request: APIRequest, in store: Store) throws(Refusal) -> JSONValue
}

extension Resource {
    static func autocomplete(in store: Store) -> JSONValue { [:] }
    static var keyField: String { "pk" }

    /// - Parameter verb: `view`, `add`, `change` or `delete`.
    static func permission(_ verb: String) -> String { "\(app).\(verb)_\(modelName)" }

    static func list(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let (page, rows) = try page(request, of: rows(for: request, in: &store), in: store)
        return try list(rows, on: page, request, in: store)
    }

    /// All rows, in the order of their primary keys if the request asks for that, otherwise in that of the field ``ordering``.
    static func rows(for request: APIRequest, in store: inout Store) -> [Row] {
        switch request.query["ordering"] {
        case keyField: rowsByKey(in: &store)
        case "-\(keyField)": rowsByKey(in: &store).reversed()
        default: rows(in: &store)
        }
    }

    /// The rows of the requested page, filtered and ordered as requested.
    ///
    /// - Parameter rows: as ``rows(for:in:)`` orders them.
    static func page(
        _ request: APIRequest,
        of rows: [Row],
        in store: Store
    ) throws(Refusal) -> (page: Page, rows: ArraySlice<Row>) {
        var filter = Filter<Row>(request.query)
        Self.filter(&filter, in: store)
        let rows = ordered(try filter.apply(to: rows), request.query)
        let page = try Page(request.query, count: rows.count, store.release)
        return (page, rows[page.range])
    }

    static func list(
        _ rows: some Sequence<Row>,
        on page: Page,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> APIResponse {
        var results: [JSONValue] = []
        for row in rows { results.append(try json(row, request, in: store)) }
        let autocomplete: JSONValue? = store.release.hasAutocomplete ? autocomplete(in: store) : Optional.none
        return .ok(page.json(results, autocomplete: autocomplete))
    }

    static func retrieve(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        .ok(try json(find(request, in: store), request, in: store))
    }

    /// The row that a request's path names.
    static func find(_ request: APIRequest, in store: Store) throws(Refusal) -> Row {
        guard let row = try row(request.key, in: store) else { throw .noMatch(model: model) }
        return row
    }

    private static func ordered(_ rows: [Row], _ query: Query) -> [Row] {
        for term in query["ordering"]?.split(separator: ",") ?? [] {
            let isDescending = term.hasPrefix("-")
            let field = String(isDescending ? term.dropFirst() : term)
            guard term != ordering, field != keyField else { return rows }
            guard let key = sortKey(field) else { continue }
            let keyed = rows.enumerated().map { (key: key($0.element), index: $0.offset, row: $0.element) }
            return keyed.sorted { left, right in
                if left.key == right.key { return left.index < right.index }
                return isDescending ? left.key > right.key : left.key < right.key
            }.map(\.row)
        }
        return rows
    }
}

extension Resource {
    /// Routes for what Authentik can change but the sandbox only shows.
    static func routes(_ path: String) -> [Route] {
        [
            Route(path, .tokens, methods: ["GET", "POST"], ["GET": .init(permission("view"), list)]),
            Route(
                path + "{}/",
                .tokens,
                methods: ["GET", "PUT", "PATCH", "DELETE"],
                ["GET": .init(permission("view"), retrieve)]
            ),
        ]
    }
}

/// A resource that can be created, changed and deleted.
protocol EditableResource<Row>: Resource {
    /// A row with every default, to be filled from a request.
    static func blank(in store: inout Store) -> Row
    /// Checks a request body and writes it into a draft.
    static func validate(_ body: JSONValue, into draft: inout Row, partial: Bool, in store: Store) throws(Refusal)
    static func insert(_ row: Row, in store: inout Store)
    static func replace(_ old: Row, with new: Row, in store: inout Store)
    static func delete(_ row: Row, in store: inout Store)
    /// The answer to an update, if it differs from that of a look-up.
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

    /// - Parameter viewPermission: the permission for the list.
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
