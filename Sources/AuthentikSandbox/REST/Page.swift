import JSON

/// One page of a list.
///
/// Its size is the release's default unless `page_size` says otherwise; a size that is no positive number is ignored.
struct Page {
    let number: Int
    let count: Int
    let size: Int

    /// - Throws: ``Refusal/invalidPage`` if there is no such page; the first one is there even if nothing is.
    init(_ query: Query, count: Int, _ release: Release) throws(Refusal) {
        let wanted = query["page_size"].flatMap { Int($0) } ?? 0
        size = wanted > 0 ? min(wanted, release.maximumPageSize ?? wanted) : release.defaultPageSize
        self.count = count
        let pages = max(1, (count + size - 1) / size)
        let text = query["page"] ?? "1"
        guard let number = text == "last" ? pages : Int(text), (1...pages).contains(number) else {
            throw .invalidPage
        }
        self.number = number
    }

    private var pages: Int { max(1, (count + size - 1) / size) }

    /// The rows of this page among all.
    var range: Range<Int> { (number - 1) * size..<min(number * size, count) }

    func json(_ rows: [JSONValue], autocomplete: JSONValue?) -> JSONValue {
        var fields: [String: JSONValue] = [
            "pagination": [
                "next": .integer(number < pages ? number + 1 : 0),
                "previous": .integer(number - 1),
                "count": .integer(count),
                "current": .integer(number),
                "total_pages": .integer(pages),
                "start_index": .integer(count == 0 ? 0 : range.lowerBound + 1),
                "end_index": .integer(range.upperBound),
            ],
            "results": .array(rows),
        ]
        fields["autocomplete"] = autocomplete
        return .object(fields)
    }
}
