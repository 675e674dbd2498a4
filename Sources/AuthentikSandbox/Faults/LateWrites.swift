/// Writes that were sent, and are carried out only later; see ``Fault/late(_:)``.
struct LateWrites {
    private var waiting: [(request: APIRequest, writes: Int)] = []

    /// - Parameter writes: right before the how many-th write from now on it is carried out.
    mutating func add(_ request: APIRequest, writes: Int) { waiting.append((request, writes)) }

    /// Counts a write.
    ///
    /// - Returns: those that are carried out right before it.
    mutating func due() -> [APIRequest] {
        guard !waiting.isEmpty else { return [] }
        for index in waiting.indices { waiting[index].writes -= 1 }
        let due = waiting.filter { $0.writes <= 0 }.map(\.request)
        waiting.removeAll { $0.writes <= 0 }
        return due
    }
}
