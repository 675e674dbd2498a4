import Base
import Status

/// The parts of a request that matter.
struct StatusCall: Sendable {
    var method: String
    var path: String
    var query: Query
    var ifNoneMatch: String?
    var authorization: String?
    var host: String?
    var origin: String?
    /// Whether the client is a browser that displays the answer.
    var wantsPage = false

    /// - Parameter target: path and query.
    init(method: String, target: String) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = Query(parts.count > 1 ? parts[1] : "")
    }

    /// Whether the client already has the answer: its `If-None-Match` has the tag, or is `*` (RFC 9110, section
    /// 13.1.2).
    ///
    /// The comparison is weak: a tag that a proxy has weakened matches, too.
    func hasSeen(_ tag: String) -> Bool {
        guard let ifNoneMatch else { return false }
        return EntityTags(ifNoneMatch).contains(tag)
    }
}

/// The value of `If-None-Match`: `*`, or a list of entity tags.
struct EntityTags: Sendable {
    private var isAny = false
    /// Each with its quotes.
    private var tags: [Substring] = []

    /// Anything that is not a tag ends the list.
    init(_ field: String) {
        var rest = field[...].drop(while: \.isBlank)
        if rest == "*" || rest.hasPrefix("*") && rest.dropFirst().allSatisfy(\.isBlank) {
            isAny = true
            return
        }
        while true {
            // A list may have empty members (section 5.6.1).
            rest = rest.drop { $0.isBlank || $0 == "," }
            if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
            // A tag may contain a comma.
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return }
            tags.append(rest[...end])
            rest = rest[rest.index(after: end)...].drop(while: \.isBlank)
            guard rest.isEmpty || rest.first == "," else { return }
        }
    }

    /// - Parameter tag: a strong tag.
    func contains(_ tag: String) -> Bool { isAny || tags.contains { $0 == tag } }
}

extension Character {
    /// White space in a field (RFC 9110, section 5.6.3).
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}

/// The query of a URL, as forms write it (`application/x-www-form-urlencoded`).
struct Query: Sendable {
    private var items: [(name: String, value: String)]

    init(_ text: some StringProtocol) {
        items = String.formItems(of: text)
    }

    /// The last value of a name; nil without one.
    subscript(_ name: String) -> String? { items.last { $0.name == name }?.value }

    /// All values of a name except empty ones, which forms send for empty fields.
    func values(_ name: String) -> [String] { items.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

    /// Whether a switch is on: `wait`, `wait=true`, `wait=1`.
    func isOn(_ name: String) -> Bool { self[name].map { ["", "true", "1"].contains($0) } ?? false }

    /// The services that `service` and `state` select; both may be repeated, and `state` may be a list.
    func services() throws(ServiceFilter.UnknownState) -> ServiceFilter {
        var filter = ServiceFilter(slugs: Set(values("service")))
        for list in values("state") { try filter.add(states: list) }
        return filter
    }
}
