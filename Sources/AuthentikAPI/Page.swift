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

    struct Pagination: Decodable, Sendable {
        /// Of all rows, on all pages.
        var count: Int
        var totalPages: Int

        private enum CodingKeys: String, CodingKey {
            case count
            case totalPages = "total_pages"
        }
    }
}
