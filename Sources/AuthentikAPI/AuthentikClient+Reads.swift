extension AuthentikClient {
    /// The release that answers; any valid token will do.
    package func release() async throws -> Release {
        struct Version: Decodable {
            var current: String

            private enum CodingKeys: String, CodingKey {
                case current = "version_current"
            }
        }

        let request = APIRequest(method: "GET", endpoint: .version)
        let text = try decode(Version.self, try await send(request), to: request).current
        guard let release = Release(text) else {
            throw AuthentikError(
                kind: .undecodable,
                status: 200,
                message: "the release '\(text.prefix(40))' is not of the form 2025.12.4",
                request: request.description(at: address)
            )
        }
        return release
    }

    /// Whose token this is.
    package func account() async throws -> Account {
        let request = APIRequest(method: "GET", endpoint: .account, key: nil)
        return try decode(Account.self, try await send(request), to: request)
    }

    /// All applications, also those that the account may not open; only a superuser gets them all.
    package func applications() async throws -> [Application] {
        try await list(.applications, query: [("superuser_full_list", "true")])
    }

    package func providers() async throws -> [OAuth2Provider] {
        do {
            return try await list(.providers)
        } catch var error as AuthentikError where error.kind == .serverError {
            error.message +=
                "; one provider with an incomplete entry in redirect_uris makes this list fail until a correct PUT "
                + "repairs it"
            throw error
        }
    }

    /// All entitlements of one name, of all applications.
    package func entitlements(named name: String) async throws -> [ApplicationEntitlement] {
        try await list(.entitlements, query: [("name", name)])
    }

    package func flows() async throws -> [Flow] {
        try await list(.flows)
    }

    /// All certificates that have a private key.
    package func keys() async throws -> [CertificateKeyPair] {
        try await list(.keys, query: [("has_key", "true")])
    }

    package func scopeMappings() async throws -> [ScopeMapping] {
        try await list(.scopeMappings)
    }

    /// One application; nil if there is none of that slug.
    func application(slug: String) async throws -> Application? {
        let request = APIRequest(method: "GET", endpoint: .applications, key: slug)
        do {
            return try decode(Application.self, try await send(request), to: request)
        } catch let error as AuthentikError where error.kind == .notFound {
            return nil
        }
    }
}

extension AuthentikClient {
    /// What Authentik gives at most on one page since 2025.12.
    static let pageSize = 100

    /// All rows of a list: the first page, then the others at once.
    ///
    /// A list may change while it is read. A row that shows twice counts once; rows that are missing are looked for
    /// once more, by reading the whole list again.
    ///
    /// - Throws: ``AuthentikError`` of the kind `unstableList` if rows are missing the second time, too.
    func list<Row: ListedObject>(_ endpoint: Endpoint, query: [(String, String)] = []) async throws -> [Row] {
        for _ in 1...2 {
            if let rows: [Row] = try await readList(endpoint, query: query) { return rows }
        }
        throw AuthentikError(
            kind: .unstableList,
            message: "the list changed while it was read, twice",
            request: APIRequest(method: "GET", endpoint: endpoint).description(at: address)
        )
    }

    /// All rows, or nil if the list changed under the reading.
    private func readList<Row: ListedObject>(_ endpoint: Endpoint, query: [(String, String)]) async throws -> [Row]? {
        guard let first: Page<Row> = try await page(1, of: endpoint, query: query) else { return nil }
        var pages = [1: first]
        if first.pagination.totalPages > 1 {
            try await withThrowingTaskGroup(of: (Int, Page<Row>?).self) { group in
                for number in 2...first.pagination.totalPages {
                    group.addTask { (number, try await page(number, of: endpoint, query: query)) }
                }
                for try await (number, page) in group { pages[number] = page }
            }
        }
        let rows = pages.sorted { $0.key < $1.key }.flatMap { $0.value.results }
        var seen: Set<Row.Key> = []
        let unique = rows.filter { seen.insert($0.key).inserted }
        return unique.count == first.pagination.count ? unique : nil
    }

    /// One page; nil if it is past the end.
    private func page<Row>(_ number: Int, of endpoint: Endpoint, query: [(String, String)]) async throws -> Page<Row>? {
        var query = query + [("page_size", "\(Self.pageSize)")]
        if number > 1 { query.append(("page", "\(number)")) }
        let request = APIRequest(method: "GET", endpoint: endpoint, query: query)
        do {
            return try decode(Page<Row>.self, try await send(request), to: request)
        } catch let error as AuthentikError where error.kind == .notFound && number > 1 {
            return nil
        }
    }
}
