/// The rows that were read of a list, and whether they are all of it.
package struct Listing<Row: ListedObject>: Sendable {
    /// Each row once.
    package internal(set) var rows: [Row]
    /// The number of pages of the list.
    package internal(set) var pageCount: Int
    /// Whether one page showed the whole list at one moment; a full page may not, because Authentik counts and reads
    /// separately.
    package var isOneMoment: Bool { pageCount == 1 && rows.count < pageSize }
    /// Whether nothing suggests that the list changed while it was read, or that it is filtered for the account.
    ///
    /// A list of several pages may have changed nevertheless: if a row was deleted before the boundary of two pages and
    /// another was created after it, the numbers agree, but the row that moved across the boundary was missed.
    package internal(set) var isWhole: Bool
    /// What each page showed; empty if the rows do not come in the order of their keys.
    var spans: [Span<Row.Key>]
    var pageSize: Int

    init(_ pages: [Page<Row>], pageSize: Int) {
        var rows: [Row] = []
        rows.reserveCapacity(pages.reduce(0) { $0 + $1.results.count })
        var (isAscending, hasOrderedPages) = (true, true)
        for page in pages {
            for (index, row) in page.results.enumerated() {
                if let last = rows.last, last.key >= row.key {
                    isAscending = false
                    if index > 0 { hasOrderedPages = false }
                }
                rows.append(row)
            }
        }
        let total = rows.count
        if !isAscending {
            var seen: Set<Row.Key> = []
            rows = rows.filter { seen.insert($0.key).inserted }
        }
        let count = pages.first?.pagination.count
        let isSteady = rows.count == total && pages.allSatisfy { $0.pagination.count == count }
        self.rows = rows
        self.pageSize = pageSize
        pageCount = pages.first?.pagination.totalPages ?? 1
        spans = hasOrderedPages ? pages.compactMap { Span($0, pageSize: pageSize) } : []
        // Rows that moved to the next page appear twice, and prove that none was missed between the two.
        isWhole = rows.count == count && (isSteady || Coverage(spans).gaps.isEmpty)
    }
}

/// The part of a list that one page shows: all rows from its first to its last one, at one moment.
struct Span<Key: Comparable & Sendable>: Sendable {
    /// Nil from the beginning of the list.
    var lower: Key?
    /// Nil to the end of the list.
    var upper: Key?
    /// The first row, and its place in the list at that moment, from 0.
    var first: (key: Key, rank: Int)

    init(lower: Key?, upper: Key?, first: (key: Key, rank: Int)) {
        (self.lower, self.upper, self.first) = (lower, upper, first)
    }

    /// Nil if the page has no rows.
    init?<Row: ListedObject>(_ page: Page<Row>, pageSize: Int) where Row.Key == Key {
        guard let first = page.results.first, let last = page.results.last else { return nil }
        self.init(
            lower: page.number > 1 ? first.key : nil,
            upper: page.number < page.pagination.totalPages ? last.key : nil,
            first: (first.key, (page.number - 1) * pageSize)
        )
    }
}

/// Which parts of a list were seen, in the order of its keys.
///
/// A row that is there all the time while a list is read can only be missed in a gap: between the last row of one page
/// and the first row of the next. Where two spans share a row, nothing is between them.
struct Coverage<Key: Comparable & Sendable>: Sendable {
    struct Gap: Equatable, Sendable {
        /// The rows that were seen on both sides; nil at the beginning and at the end of the list.
        var after: Key?
        var before: Key?
    }

    private(set) var gaps: [Gap]

    init(_ spans: [Span<Key>]) {
        var gaps: [Gap] = []
        // The end of what was seen so far; nil at the beginning.
        var end: Key?
        var isAtEnd = false
        let sorted = spans.sorted { left, right in
            guard let right = right.lower else { return false }
            return left.lower.map { $0 < right } ?? true
        }
        for span in sorted where !isAtEnd {
            if let lower = span.lower, end.map({ lower > $0 }) ?? true { gaps.append(Gap(after: end, before: lower)) }
            guard let upper = span.upper else {
                isAtEnd = true
                continue
            }
            end = max(end ?? upper, upper)
        }
        if !isAtEnd { gaps.append(Gap(after: end, before: nil)) }
        self.gaps = gaps
    }
}

/// The page to request so that a row is in the middle of it.
struct PageChoice: Equatable, Sendable {
    var number: Int
    var size: Int

    /// Pages begin at multiples of their size, so another size moves them.
    ///
    /// - Parameters:
    ///   - rank: the row's place in the list, from 0.
    ///   - size: the size of the pages at whose boundary the row is; the chosen page is smaller.
    init(around rank: Int, smallerThan size: Int) {
        let rank = max(0, rank)
        func margin(_ size: Int) -> Int { min(rank % size, size - 1 - rank % size) }
        let sizes = max(2, size / 2 + 1)..<max(3, size)
        self.size = sizes.max { margin($0) < margin($1) } ?? size
        number = rank / self.size + 1
    }
}
