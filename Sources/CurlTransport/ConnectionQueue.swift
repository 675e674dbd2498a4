/// Which requests may have a connection now, and which wait for one, in the order they came; host by host.
///
/// libcurl can count connections as well, but of those that it lets wait it wakes one at a time, and some of them late
/// (as of 7.88); and while they wait it knows no time limit.
struct ConnectionQueue {
    private struct Line {
        var served: Set<UInt64> = []
        var waiting: [UInt64] = []
    }

    private let limit: Int
    private var lines: [Substring: Line] = [:]

    /// - Parameter limit: How many requests to one host are served at the same time.
    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Whether a request is served at once; otherwise it waits.
    mutating func enter(_ identifier: UInt64, for host: Substring) -> Bool {
        var line = lines[host] ?? Line()
        let isServed = line.served.count < limit
        if isServed { line.served.insert(identifier) } else { line.waiting.append(identifier) }
        lines[host] = line
        return isServed
    }

    /// Takes a request out, and returns the one that is served in its place.
    mutating func leave(_ identifier: UInt64, for host: Substring) -> UInt64? {
        guard var line = lines[host] else { return nil }
        line.waiting.removeAll { $0 == identifier }
        line.served.remove(identifier)
        let next = line.served.count < limit && !line.waiting.isEmpty ? line.waiting.removeFirst() : nil
        if let next { line.served.insert(next) }
        lines[host] = line.served.isEmpty ? nil : line
        return next
    }
}
