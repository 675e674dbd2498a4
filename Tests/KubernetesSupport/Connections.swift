/// The connections that requests came over, each by its number, and what is to happen to them.
struct Connections: Sendable {
    /// Requests of each so far.
    private var counts: [Int: Int] = [:]
    /// Those that say nothing any more.
    private var silent: Set<Int> = []
    /// After how many requests one is closed.
    var lifetime: Int?
    /// What got no answer.
    private(set) var swallowed: [String] = []

    /// Counts a request; true if it gets no answer.
    mutating func swallow(_ request: String, from connection: Int) -> Bool {
        counts[connection, default: 0] += 1
        guard silent.contains(connection) else { return false }
        swallowed.append(request)
        return true
    }

    func isLast(from connection: Int) -> Bool {
        guard let lifetime, let count = counts[connection] else { return false }
        return count >= lifetime
    }

    mutating func silence() { silent.formUnion(counts.keys) }
}
