import Base
import CurlTransport

extension AuthentikClient {
    /// Authentik's maximum page size since 2025.12.
    package static let pageSize = 100
    /// The page size if a page of the usual size is too large: before 2025.12 a binding comes with its group and all of its members.
    private static let smallPageSize = 5
    /// The maximum number of rounds of requests that close the gaps between pages.
    private static let bridgingRounds = 6
    /// The maximum size of all pages of a list together.
    private static let maximumListBytes = 128 << 20

    /// All rows of a list.
    ///
    /// A list may change while it is read. If there is any sign of that, it is completed as ``complete(_:of:query:)`` does.
    ///
    /// - Throws: ``AuthentikError`` of the kind `unstableList` if the list cannot be completed, and reading it again does not
    ///   help.
    package func list<Row: ListedObject>(_ endpoint: Endpoint, query: [(String, String)] = []) async throws -> [Row] {
        let listing: Listing<Row> = try await listOnce(endpoint, query: query)
        return listing.isWhole ? listing.rows : try await complete(listing, of: endpoint, query: query).rows
    }

    /// Reads a list once: the first page, then the others, a few at once, in the order of their keys.
    package func listOnce<Row: ListedObject>(
        _ endpoint: Endpoint,
        query: [(String, String)] = []
    ) async throws -> Listing<Row> {
        func read(_ size: Int) async throws -> Listing<Row> {
            let query = Self.ordered(query, by: Row.keyField, size)
            let first: Page<Row>? = try await page(1, of: endpoint, query: query)
            guard let first else { return Listing([], pageSize: size) }
            return Listing(try await pages(after: first, of: endpoint, query: query), pageSize: size)
        }
        do {
            return try await read(Self.pageSize)
        } catch let error as AuthentikError where error.transport?.kind == .responseTooLarge {
            return try await read(Self.smallPageSize)
        }
    }

    private static func ordered(_ query: [(String, String)], by field: String, _ size: Int) -> [(String, String)] {
        query + [("ordering", field), ("page_size", "\(size)")]
    }

    /// Finds the rows that reading a list once may have missed: afterwards, all rows are included that existed the
    /// whole time.
    ///
    /// It requests pages across the boundaries of those that were read, until no gap is left. That takes about one
    /// smaller page for each page of the list, even if objects are created or deleted meanwhile. If the list does not
    /// come in the order of its keys, or rows are hidden from the account, it is read once more instead.
    ///
    /// - Throws: ``AuthentikError`` of the kind `unstableList` if rows are still missing then.
    package func complete<Row: ListedObject>(
        _ listing: Listing<Row>,
        of endpoint: Endpoint,
        query: [(String, String)] = []
    ) async throws -> Listing<Row> {
        if let completed = try await bridged(listing, of: endpoint, query: query) { return completed }
        let again: Listing<Row> = try await listOnce(endpoint, query: query)
        if again.isWhole { return again }
        if let completed = try await bridged(again, of: endpoint, query: query) { return completed }
        throw AuthentikError(
            kind: .unstableList,
            message: "the list changed while it was read, twice",
            request: APIRequest(method: "GET", endpoint: endpoint).description(at: address)
        )
    }

    /// A listing without gaps; nil if they cannot be closed.
    private func bridged<Row: ListedObject>(
        _ listing: Listing<Row>,
        of endpoint: Endpoint,
        query: [(String, String)]
    ) async throws -> Listing<Row>? {
        // Pages prove nothing if they are not in order, or if one counts rows that it does not show.
        guard listing.pageCount > 1, !listing.spans.isEmpty else { return nil }
        var listing = listing
        var anchors = listing.spans
        var rows = Dictionary(listing.rows.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for _ in 1...Self.bridgingRounds {
            let gaps = Coverage(listing.spans).gaps
            let keys = rows.keys.sorted()
            if gaps.isEmpty {
                listing.rows = keys.compactMap { rows[$0] }
                listing.isWhole = true
                return listing
            }
            let ranks = Ranks(keys, anchors)
            let choices = gaps.map { PageChoice(around: ranks.rank(of: $0), smallerThan: listing.pageSize) }
            let pages: [(page: Page<Row>, size: Int)] = try await inParallel(choices) { choice in
                try await page(choice, of: endpoint, query: query).map { ($0, choice.size) }
            }.compactMap(\.self)
            let spans = pages.compactMap { Span($0.page, pageSize: $0.size) }
            for row in pages.lazy.flatMap(\.page.results) { rows[row.key] = row }
            listing.spans += spans
            if !spans.isEmpty { anchors = spans }
        }
        return nil
    }

    /// One page across the boundary of others; an earlier one if the list has become shorter.
    private func page<Row: ListedObject>(
        _ choice: PageChoice,
        of endpoint: Endpoint,
        query: [(String, String)]
    ) async throws -> Page<Row>? {
        let query = Self.ordered(query, by: Row.keyField, choice.size)
        for number in stride(from: choice.number, through: max(1, choice.number - 3), by: -1) {
            if let page: Page<Row> = try await page(number, of: endpoint, query: query) { return page }
        }
        return nil
    }

    /// Processes inputs in parallel, a few at a time; the outputs are in the order of the inputs.
    package func inParallel<Input: Sendable, Output: Sendable>(
        _ inputs: [Input],
        _ ask: @escaping @Sendable (Input) async throws -> Output
    ) async throws -> [Output] {
        try await withThrowingTaskGroup(of: (Int, Output).self) { group in
            var next = 0
            func askNext() {
                guard next < inputs.count else { return }
                group.addTask { [next] in (next, try await ask(inputs[next])) }
                next += 1
            }
            for _ in 0..<requestLimit { askNext() }
            var outputs: [(Int, Output)] = []
            while let output = try await group.next() {
                outputs.append(output)
                askNext()
            }
            return outputs.sorted { $0.0 < $1.0 }.map(\.1)
        }
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
            for _ in 1...requestLimit { readNext() }
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
            page.number = number
            try checkDeadline(of: request)
            return page
        } catch let error as AuthentikError where error.kind == .notFound && number > 1 {
            return nil
        }
    }
}

/// The places of rows in a list, as far as the pages show them.
private struct Ranks<Key: Comparable & Sendable> {
    /// The keys of the known rows, in order.
    private let keys: [Key]
    /// Rows whose place in the list was seen last, in order: their indices among the known ones, and their places.
    private var anchors: [(index: Int, rank: Int)] = []

    init(_ keys: [Key], _ spans: [Span<Key>]) {
        self.keys = keys
        anchors = spans.map { (index(of: $0.first.key), $0.first.rank) }.sorted { $0.index < $1.index }
    }

    /// The place of a gap, from 0: derived from the nearest anchor and the known rows in between.
    func rank(of gap: Coverage<Key>.Gap) -> Int {
        let place = (gap.after ?? gap.before).map(index) ?? 0
        let next = Self.firstIndex(in: anchors.indices) { anchors[$0].index >= place }
        let near = [next - 1, next].filter(anchors.indices.contains).map { anchors[$0] }
        let nearest = near.min { abs(place - $0.index) < abs(place - $1.index) }
        return nearest.map { $0.rank + place - $0.index } ?? place
    }

    private func index(of key: Key) -> Int { Self.firstIndex(in: keys.indices) { keys[$0] >= key } }

    /// The first index that meets a condition which all later ones meet as well; the end if there is none.
    private static func firstIndex(in range: Range<Int>, where condition: (Int) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if condition(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
