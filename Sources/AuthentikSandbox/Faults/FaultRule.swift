/// A fault and the conditions under which it happens.
package struct FaultRule: Sendable, Hashable {
    package var fault: Fault
    /// The only method it is for; nil for all.
    package var method: String?
    /// What a path must begin with, as it is sent: `/api/v3/core/`; nil for all.
    package var path: String?
    /// How many of the requests that match meet it, from 0 to 1; the seed says which.
    package var share: Double
    /// How many of the requests that match are let off first.
    package var after: Int
    /// How often it happens at most; nil for no limit.
    package var times: Int?

    package init(
        _ fault: Fault,
        method: String? = nil,
        path: String? = nil,
        share: Double = 1,
        after: Int = 0,
        times: Int? = nil
    ) {
        self.fault = fault
        self.method = method
        self.path = path
        self.share = share
        self.after = after
        self.times = times
    }

    func matches(_ request: FaultRequest, elapsed: Duration) -> Bool {
        method.map { $0 == request.method } ?? true
            && path.map { request.path.hasPrefix($0) } ?? true
            && fault.concerns(request, elapsed: elapsed)
    }

    /// Whether what it does depends on the seed.
    var isRandom: Bool {
        if case .latency(let range) = fault, range.lowerBound < range.upperBound { return true }
        return share < 1
    }
}

extension FaultRule: CustomStringConvertible {
    /// The text that ``init(parsing:)`` reads.
    package var description: String {
        var text = fault.description
        if let method { text += ",method=\(method)" }
        if let path { text += ",path=\(path)" }
        if share < 1 { text += ",share=\(share)" }
        if after > 0 { text += ",after=\(after)" }
        if let times { text += ",times=\(times)" }
        return text
    }
}
