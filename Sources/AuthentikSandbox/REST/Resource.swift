import JSON

/// A model as it is listed and looked up.
protocol Resource: SendableMetatype {
    associatedtype Row
    /// The name of the model, as in `No Application matches the given query.`
    static var model: String { get }
    /// The field that a list is ordered by unless `ordering` names another.
    static var ordering: String { get }
    /// What a list carries for the web interface's search box.
    static var autocomplete: JSONValue { get }

    /// All rows, in the order of the field ``ordering``.
    static func rows(in store: inout Store) -> [Row]
    static func row(_ key: String, in store: Store) throws(Refusal) -> Row?
    static func filter(_ filter: inout Filter<Row>, in store: Store)
    /// What orders a list by a field; nil if a list cannot be ordered by it, which is ignored.
    static func sortKey(_ field: String) -> ((Row) -> SortKey)?
    static func json(_ row: Row, _ request: APIRequest, in store: Store) throws(Refusal) -> JSONValue
}

extension Resource {
    static var autocomplete: JSONValue { [:] }

    static func list(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        var filter = Filter<Row>(request.query)
        Self.filter(&filter, in: store)
        let rows = ordered(try filter.apply(to: rows(in: &store)), request.query)
        let page = try Page(request.query, count: rows.count)
        var results: [JSONValue] = []
        for row in rows[page.range] { results.append(try json(row, request, in: store)) }
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
            guard field != ordering || isDescending else { return rows }
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
