/// The parts of a request that matter.
struct StatusCall: Sendable {
    var method: String
    var path: String
    /// Names and values as they were sent.
    var query: [String: String]
    var ifNoneMatch: String?
    var authorization: String?
    var host: String?
    var origin: String?

    /// - Parameter target: path and query.
    init(method: String, target: String) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1)
            guard let name = sides.first else { continue }
            query[String(name)] = sides.count > 1 ? String(sides[1]) : ""
        }
    }

    /// Whether a switch is on: `wait`, `wait=true`, `wait=1`.
    func isOn(_ name: String) -> Bool { query[name].map { ["", "true", "1"].contains($0) } ?? false }
}
