import FoundationEssentials
import JSON

/// The filters of a list request; unknown parameters are ignored.
struct Filter<Row> {
    private let query: Query
    private var conditions: [(Row) -> Bool] = []
    private var errors: [String: JSONValue] = [:]

    init(_ query: Query) {
        self.query = query
    }

    /// The rows that fulfil all conditions.
    ///
    /// - Throws: ``Refusal/invalid(_:)`` if a parameter has a value that its field cannot have.
    func apply(to rows: [Row]) throws(Refusal) -> [Row] {
        if !errors.isEmpty { throw .invalid(.object(errors)) }
        // A list without filters shares the table's rows instead of copying them.
        return conditions.isEmpty ? rows : rows.filter { row in conditions.allSatisfy { $0(row) } }
    }

    mutating func text(_ name: String, _ value: @escaping (Row) -> String?) {
        guard let wanted = query[name] else { return }
        conditions.append { value($0) == wanted }
    }

    /// A text, case-insensitive.
    mutating func caselessText(_ name: String, _ value: @escaping (Row) -> String?) {
        guard let wanted = query[name]?.lowercased() else { return }
        conditions.append { value($0)?.lowercased() == wanted }
    }

    /// A part of a text, case-insensitive.
    mutating func containedText(_ name: String, _ value: @escaping (Row) -> String?) {
        guard let wanted = query[name]?.lowercased() else { return }
        conditions.append { value($0)?.lowercased().contains(wanted) ?? false }
    }

    /// A text for which several values can be given.
    mutating func anyText(_ name: String, _ value: @escaping (Row) -> String?) {
        let wanted = query.all(name)
        if wanted.isEmpty { return }
        conditions.append { row in value(row).map { wanted.contains($0) } ?? false }
    }

    mutating func choice<Value: Choice & Equatable>(_ name: String, _ value: @escaping (Row) -> Value) {
        guard let wanted = query[name] else { return }
        guard let choice = Value(rawValue: wanted) else {
            errors[name] = .strings(["Select a valid choice. \(wanted) is not one of the available choices."])
            return
        }
        conditions.append { value($0) == choice }
    }

    mutating func flag(_ name: String, _ value: @escaping (Row) -> Bool) {
        guard let wanted = query[name] else { return }
        switch wanted.lowercased() {
        case "true", "1": conditions.append { value($0) }
        case "false", "0": conditions.append { !value($0) }
        default: break
        }
    }

    /// The primary key of another object, which must exist.
    mutating func reference(_ name: String, exists: (UUID) -> Bool, _ value: @escaping (Row) -> UUID?) {
        guard let text = query[name] else { return }
        guard let wanted = UUID(lenient: text), exists(wanted) else {
            errors[name] = .strings(["Select a valid choice. That choice is not one of the available choices."])
            return
        }
        conditions.append { value($0) == wanted }
    }

    /// Primary keys of other objects, which must exist, and of which the row must have one.
    mutating func references(_ name: String, exists: (UUID) -> Bool, _ value: @escaping (Row) -> UUID?) {
        members(name, find: { text in UUID(lenient: text).flatMap { exists($0) ? $0 : nil } }) { row, wanted in
            value(row).map { wanted.contains($0) } ?? false
        }
    }

    /// Other objects, each identified by a text, of which the row must have one.
    mutating func members<Key: Hashable>(
        _ name: String,
        find: (String) -> Key?,
        _ matches: @escaping (Row, Set<Key>) -> Bool
    ) {
        let texts = query.all(name)
        if texts.isEmpty { return }
        var wanted: Set<Key> = []
        for text in texts {
            guard let key = find(text) else {
                errors[name] = .strings(["Select a valid choice. \(text) is not one of the available choices."])
                return
            }
            wanted.insert(key)
        }
        conditions.append { matches($0, wanted) }
    }

    /// Every word of `search` must occur in one of the texts, in any case.
    mutating func search(_ texts: @escaping (Row) -> [String]) {
        guard let search = query["search"] else { return }
        let words = search.lowercased().split { $0.isWhitespace || $0 == "," }
        conditions.append { row in
            let texts = texts(row).map { $0.lowercased() }
            return words.allSatisfy { word in texts.contains { $0.contains(word) } }
        }
    }
}

/// What a list is ordered by; text is compared code point by code point, as Authentik's database does.
enum SortKey: Comparable {
    case number(Int)
    case text(String)
}

/// One page of a list.
///
/// Its size is the release's default unless `page_size` says otherwise; a size that is not a positive number is ignored.
struct Page {
    let number: Int
    let count: Int
    let size: Int

    /// - Throws: ``Refusal/invalidPage`` if the page does not exist; the first one always does.
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
