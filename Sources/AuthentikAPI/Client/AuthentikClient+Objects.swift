package import JSON

/// Reads of single objects, for a pass that knows which ones may have changed.
extension AuthentikClient {
    /// One object by its key in the path, a pk or a slug; nil if it does not exist, or the account may not see it.
    package func object<Object: JSONReadable & Sendable>(of endpoint: Endpoint, key: String) async throws -> Object? {
        let request = APIRequest(method: "GET", endpoint: endpoint, key: key)
        do {
            return try await decode(Object.self, try await send(request), to: request)
        } catch let error as AuthentikError where error.kind == .notFound {
            return nil
        }
    }

    /// The rows of a list that a filter selects.
    ///
    /// Authentik ignores a filter that it does not know and answers with the whole list, so the rows are checked.
    ///
    /// - Parameters:
    ///   - query: further filters.
    ///   - member: a row's value of the field that is filtered by.
    /// - Throws: ``AuthentikError`` of the kind `undecodable` if a row does not match the filter.
    package func rows<Row: ListedObject>(
        _ endpoint: Endpoint,
        where field: String,
        is value: String,
        query: [(String, String)] = [],
        of member: @Sendable (Row) -> String
    ) async throws -> [Row] {
        let query = [(field, value)] + query
        let request = APIRequest(
            method: "GET",
            endpoint: endpoint,
            query: query + [("page_size", "\(Self.pageSize)")]
        )
        let response = try await send(request)
        let page = try await decode(Page<Row>.self, response, to: request)
        guard page.results.allSatisfy({ member($0) == value }) else {
            throw undecodable("the list is not filtered by '\(field)'", response, to: request)
        }
        // More than one page for a single object is rare.
        guard page.pagination.totalPages > 1 else { return page.results }
        let rows: [Row] = try await list(endpoint, query: query)
        guard rows.allSatisfy({ member($0) == value }) else {
            throw undecodable("the list is not filtered by '\(field)'", response, to: request)
        }
        return rows
    }
}
