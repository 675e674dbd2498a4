/// The connections that requests came over, each by its client's port, and what is to happen to them.
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
    mutating func swallow(_ request: String, from port: Int) -> Bool {
        counts[port, default: 0] += 1
        guard silent.contains(port) else { return false }
        swallowed.append(request)
        return true
    }

    func isLast(from port: Int) -> Bool {
        guard let lifetime, let count = counts[port] else { return false }
        return count >= lifetime
    }

    mutating func silence() { silent.formUnion(counts.keys) }
}
