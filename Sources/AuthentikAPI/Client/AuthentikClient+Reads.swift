import Base
import CurlTransport
package import JSON
import Secrets

extension AuthentikClient {
    /// Authentik's release; any valid token will do.
    package func release() async throws -> Release {
        struct Version: JSONReadable {
            let current: String

            init(_ json: JSONElement) throws(JSONMismatch) {
                current = try json.read("version_current")
            }
        }

        let request = APIRequest(method: "GET", endpoint: .version)
        let response = try await send(request)
        // It is shown everywhere.
        let text = mask(for: request)(try await decode(Version.self, response, to: request).current)
        guard let release = Release(text) else {
            throw undecodable("the release '\(text.cut(to: 40))' is not of the form 2025.12.4", response, to: request)
        }
        return release
    }

    /// The account of this token.
    package func account() async throws -> Account {
        let request = APIRequest(method: "GET", endpoint: .account, key: nil)
        return try await decode(Account.self, try await send(request), to: request)
    }

    /// Whether an application without bindings is open to all users; otherwise it is open to none.
    ///
    /// This is a flag of the installation, enabled by default.
    ///
    /// - Returns: nil if the account may not read it.
    package func opensWithoutBinding(_ release: Release) async throws -> Bool? {
        guard release.canCloseByDefault else { return true }
        let request = APIRequest(method: "GET", endpoint: .settings)
        do {
            let settings = try await decode(JSONValue.self, try await send(request), to: request)
            return settings["flags"]?["core_default_app_access"]?.bool ?? true
        } catch let error as AuthentikError where error.kind == .permissionDenied {
            return nil
        }
    }

    /// Requests one object of a list, to check whether the account may read it.
    package func look(at endpoint: Endpoint) async throws {
        _ = try await send(APIRequest(method: "GET", endpoint: endpoint, query: [("page_size", "1")]))
    }

    /// The newest entries of the audit log about objects that were created, changed or deleted, newest first.
    ///
    /// It only contains changes made over HTTP: no blueprints, no migrations.
    ///
    /// - Parameter count: the maximum number of entries, up to 100.
    package func newestEvents(_ count: Int) async throws -> [AuditEvent] {
        var query = [("ordering", "-created"), ("page_size", "\(count)")]
        query += ["model_created", "model_updated", "model_deleted"].map { ("actions", $0) }
        let request = APIRequest(method: "GET", endpoint: .events, query: query)
        return try await decode(Page<AuditEvent>.self, try await send(request), to: request).results
    }

    /// The blueprints that were applied last, latest first.
    ///
    /// What a blueprint writes is not in the audit log. Nothing else of a blueprint is read: its content may contain
    /// secrets.
    ///
    /// - Parameter count: the maximum number of blueprints, up to 100.
    package func latestBlueprints(_ count: Int) async throws -> [AppliedBlueprint] {
        let query = [("ordering", "-last_applied"), ("page_size", "\(count)")]
        let request = APIRequest(method: "GET", endpoint: .blueprints, query: query)
        return try await decode(Page<AppliedBlueprint>.self, try await send(request), to: request).results
    }
}

extension AuthentikClient {
    /// Authentik's maximum page size since 2025.12.
    static let pageSize = 100
    /// The page size if a page of the usual size is too large: before 2025.12 a binding comes with its group and all of its members.
    private static let smallPageSize = 5
    /// The number of pages of a list that are requested at the same time.
    private static let pagesAtOnce = 8
    /// The maximum size of all pages of a list together.
    private static let maximumListBytes = 128 << 20

    /// All rows of a list: the first page, then the others, a few at a time.
    ///
    /// A list may change while it is read. Duplicate rows count once; if rows are missing, the whole list is read once
    /// more.
    ///
    /// - Throws: ``AuthentikError`` of the kind `unstableList` if rows are missing the second time, too.
    package func list<Row: ListedObject>(_ endpoint: Endpoint, query: [(String, String)] = []) async throws -> [Row] {
        for _ in 1...2 {
            let rows: [Row]? = try await inPages(query) { try await readList(endpoint, query: $0) }
            if let rows { return rows }
        }
        throw AuthentikError(
            kind: .unstableList,
            message: "the list changed while it was read, twice",
            request: APIRequest(method: "GET", endpoint: endpoint).description(at: address)
        )
    }

    /// The rows of a list, read once, and whether they are as many as it counts.
    ///
    /// Rows are missing if the list changed while it was read, or if it is filtered for the account.
    package func listOnce<Row: ListedObject>(
        _ endpoint: Endpoint,
        query: [(String, String)] = []
    ) async throws -> (rows: [Row], isWhole: Bool) {
        try await inPages(query) { query in
            let first: Page<Row>? = try await page(1, of: endpoint, query: query)
            guard let first else { return ([], false) }
            let rows = Self.unique(try await pages(after: first, of: endpoint, query: query))
            return (rows, rows.count == first.pagination.count)
        }
    }

    /// Reads pages of the usual size, or smaller ones if a page is too large.
    private func inPages<Rows>(
        _ query: [(String, String)],
        _ read: ([(String, String)]) async throws -> Rows
    ) async throws -> Rows {
        do {
            return try await read(query + [("page_size", "\(Self.pageSize)")])
        } catch let error as AuthentikError where error.transport?.kind == .responseTooLarge {
            return try await read(query + [("page_size", "\(Self.smallPageSize)")])
        }
    }

    /// All rows, or nil if the list changed while it was read.
    private func readList<Row: ListedObject>(_ endpoint: Endpoint, query: [(String, String)]) async throws -> [Row]? {
        guard let first: Page<Row> = try await page(1, of: endpoint, query: query) else { return nil }
        let unique = Self.unique(try await pages(after: first, of: endpoint, query: query))
        return unique.count == first.pagination.count ? unique : nil
    }

    private static func unique<Row: ListedObject>(_ pages: [Page<Row>]) -> [Row] {
        var seen: Set<Row.Key> = []
        return pages.flatMap(\.results).filter { seen.insert($0.key).inserted }
    }

    /// The first page and all further pages, a few at a time; pages that no longer exist are left out.
    ///
    /// The server's number of pages is only trusted if it fits the other numbers, and never determines an allocation.
    private func pages<Row>(
        after first: Page<Row>,
        of endpoint: Endpoint,
        query: [(String, String)]
    ) async throws -> [Page<Row>] {
        let request = APIRequest(method: "GET", endpoint: endpoint)
        if let mistake = first.mistake { throw refusal(mistake, of: request) }
        let (last, total) = (first.pagination.totalPages, first.pagination.count)
        var done = first.results.count
        onRead?(endpoint, done, total)
        guard last > 1 else { return [first] }
        var pages = [1: first]
        var size = first.size
        try await withThrowingTaskGroup(of: (Int, Page<Row>?).self) { group in
            var next = 2
            func readNext() {
                guard next <= last else { return }
                group.addTask { [next] in (next, try await page(next, of: endpoint, query: query)) }
                next += 1
            }
            for _ in 1...Self.pagesAtOnce { readNext() }
            while let (number, page) = try await group.next() {
                pages[number] = page
                size += page?.size ?? 0
                done += page?.results.count ?? 0
                onRead?(endpoint, done, total)
                guard size <= Self.maximumListBytes else {
                    throw refusal("the list is larger than \(Self.maximumListBytes) bytes", of: request)
                }
                readNext()
            }
        }
        return pages.sorted { $0.key < $1.key }.map(\.value)
    }

    private func refusal(_ message: String, of request: APIRequest) -> AuthentikError {
        AuthentikError(kind: .undecodable, message: message, request: request.description(at: address))
    }

    /// One page; nil if it is past the end.
    private func page<Row>(_ number: Int, of endpoint: Endpoint, query: [(String, String)]) async throws -> Page<Row>? {
        var query = query
        if number > 1 { query.append(("page", "\(number)")) }
        let request = APIRequest(method: "GET", endpoint: endpoint, query: query)
        do {
            try checkDeadline(of: request)
            let response = try await send(request)
            try checkDeadline(of: request)
            var page = try await decode(Page<Row>.self, response, to: request)
            page.size = response.body.count
            try checkDeadline(of: request)
            return page
        } catch let error as AuthentikError where error.kind == .notFound && number > 1 {
            return nil
        }
    }
}

/// An object that can be listed.
package protocol ListedObject: JSONReadable, Sendable {
    associatedtype Key: Hashable, Sendable
    /// Identifies the object within the list.
    var key: Key { get }
}

/// One page of a list.
struct Page<Row: ListedObject>: JSONReadable, Sendable {
    let pagination: Pagination
    let results: [Row]
    /// The size of its JSON, in bytes.
    var size = 0

    struct Pagination: JSONReadable, Sendable {
        /// The number of rows on all pages.
        let count: Int
        let totalPages: Int

        init(_ json: JSONElement) throws(JSONMismatch) {
            count = try json.read("count")
            totalPages = try json.read("total_pages")
        }
    }

    init(_ json: JSONElement) throws(JSONMismatch) {
        pagination = try json.read("pagination")
        results = try json.read("results")
    }
}

extension Page {
    /// More rows than any Authentik has in a list that is read completely.
    private static var mostRows: Int { 100_000 }

    /// Why the list size given by the first page cannot be right; nil if it can.
    ///
    /// A page may have fewer rows than its size: applications that the account may not open are counted but left out.
    var mistake: String? {
        let (count, pages) = (pagination.count, pagination.totalPages)
        guard count <= Self.mostRows else {
            return "the list reports \(count) rows, more than the limit of \(Self.mostRows)"
        }
        let most = max(1, (max(0, count) + max(1, results.count) - 1) / max(1, results.count))
        guard pages <= most else {
            return "the list reports \(pages) pages, but \(count) rows, \(results.count) of them on the first page"
        }
        return nil
    }
}
