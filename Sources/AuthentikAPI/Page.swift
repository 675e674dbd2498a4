/// An object that comes in lists.
package protocol ListedObject: Decodable, Sendable {
    associatedtype Key: Hashable, Sendable
    /// What tells one object of the list from another.
    var key: Key { get }
}

/// One page of a list.
struct Page<Row: ListedObject>: Decodable, Sendable {
    var pagination: Pagination
    var results: [Row]
    /// Of its JSON, in bytes.
    var size = 0

    struct Pagination: Decodable, Sendable {
        /// Of all rows, on all pages.
        var count: Int
        var totalPages: Int

        private enum CodingKeys: String, CodingKey {
            case count
            case totalPages = "total_pages"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case pagination, results
    }
}

extension Page {
    /// More rows than any Authentik has of anything that is read as a whole.
    private static var mostRows: Int { 100_000 }

    /// Why the first page of a list cannot be right about the list's size; nil if it can.
    ///
    /// A page may hold fewer rows than fit on it: applications that the account may not open are counted and left out.
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
