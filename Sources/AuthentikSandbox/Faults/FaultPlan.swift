package import JSON

/// The faults to inject.
///
/// The first rule that applies to a request determines its fault; a latency is added to it.
package struct FaultPlan: Sendable, Hashable {
    /// Equal seeds, rules and requests give equal faults.
    package var seed: UInt64
    package var rules: [FaultRule]

    package init(seed: UInt64 = 0, rules: [FaultRule] = []) {
        self.seed = seed
        self.rules = rules
    }

    /// Parses `{"seed": 7, "rules": ["latency=200ms", "reset=after,method=PUT,times=1"]}`; `seed` is 0 by default.
    ///
    /// - Throws: ``FaultSyntaxError``, which says what is wrong with which rule.
    package init(_ json: JSONValue) throws(FaultSyntaxError) {
        guard let members = json.object, let list = members["rules"]?.array else {
            throw FaultSyntaxError(
                description: #"a plan must be an object with a list of rules: {"seed": 7, "rules": ["latency=200ms"]}"#
            )
        }
        if let unknown = members.keys.filter({ $0 != "seed" && $0 != "rules" }).min() {
            throw FaultSyntaxError(description: "unknown field '\(unknown)' in a plan; expected seed or rules")
        }
        self.init()
        if let value = members["seed"] {
            guard let seed = value.integer, seed >= 0 else {
                throw FaultSyntaxError(description: "'seed' must be a whole number of at least 0")
            }
            self.seed = UInt64(seed)
        }
        for (index, value) in list.enumerated() {
            guard let text = value.string else {
                throw FaultSyntaxError(
                    description: #"rules[\#(index)] must be a text such as "unavailable=503,share=0.2""#
                )
            }
            do {
                rules.append(try FaultRule(parsing: text))
            } catch {
                throw FaultSyntaxError(description: "rules[\(index)]: \(error)")
            }
        }
    }

    /// The format of ``init(_:)``.
    package var json: JSONValue {
        [
            "seed": .integer(Int(clamping: seed)),
            "rules": .array(rules.map { .string($0.description) }),
        ]
    }
}

/// A fault and its conditions.
package struct FaultRule: Sendable, Hashable {
    package var fault: Fault
    /// The only method that it applies to; nil for all.
    package var method: String?
    /// The required prefix of the path as sent: `/api/v3/core/`; nil for all.
    package var path: String?
    /// The share of matching requests that get the fault, from 0 to 1; the seed determines which.
    package var share: Double
    /// The number of matching requests that are exempt at first.
    package var after: Int
    /// The maximum number of times; nil for no limit.
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

    /// Whether its effect depends on the seed.
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

/// A fault between a client and the sandbox.
///
/// Its text has the format of ``FaultRule/init(parsing:)``: `unavailable=503,retry-after=1`.
package enum Fault: Sendable, Hashable {
    /// The answer, and a write with it, is delayed by a time drawn from the range with the seed.
    case latency(ClosedRange<Duration>)
    /// The answer of a proxy whose Authentik does not answer: 502, 503 or 504, in HTML.
    ///
    /// `retryAfter` is in seconds, nil for no such header. Nothing is done, unless `isWriteDone`.
    case unavailable(status: Int, retryAfter: Int? = nil, isWriteDone: Bool = false)
    /// The connection is reset (TCP RST) without any byte of an answer.
    case reset(Moment)
    /// Half of the body is sent, then the connection ends. A write was done.
    case cut
    /// The body takes that long, in ten pieces. A write was done.
    case slowBody(Duration)
    /// An answer that is complete as HTTP but has only half of its JSON. A write was done.
    case truncated
    /// An HTML page of that status instead of the answer. Nothing is done.
    case html(status: Int)
    /// A page of a list, from the second on, as if the list had changed since the first was read.
    case shift(Shift)
    /// The token is rejected. Nothing is done.
    case revoked
    /// For this long after the rule was set: 503 with `Retry-After`, in seconds, like a starting Authentik.
    case starting(Duration, retryAfter: Int = 5)
    /// The connection is reset, and the write is only carried out later: immediately before the n-th write after it.
    ///
    /// So it takes effect after the sender of that write has read; without such a write it is never carried out.
    case late(Int)
    /// A field of a write, or of the application or provider in a transaction, is silently ignored.
    case ignore(field: String)
    /// A write with that field, or a transaction whose application or provider has it, is rejected with a 400 that
    /// names another field to use, like by a release that no longer supports the field. Nothing is done.
    case refuse(field: String)

    /// When a connection is reset.
    package enum Moment: String, Sendable, CaseIterable {
        /// Nothing was done.
        case before
        /// Everything was done.
        case after
    }

    /// What happened at the beginning of a list.
    package enum Shift: String, Sendable, CaseIterable {
        /// An object was added before the first: a row of the previous page appears again.
        case appear
        /// The first object was removed: a row is on no page.
        case vanish
        /// The first object went, and another came after the last: a row is on no page, and the count is the same.
        case swap
    }
}

extension Fault {
    /// Whether it can apply to a request.
    ///
    /// - Parameter elapsed: the time since the rule was set.
    func concerns(_ request: FaultRequest, elapsed: Duration) -> Bool {
        switch self {
        case .shift: request.method == "GET" && request.page > 1
        case .revoked: request.hasToken && request.path.hasPrefix("/api/")
        case .starting(let duration, _): elapsed < duration
        case .late, .ignore, .refuse: request.isWrite
        default: true
        }
    }
}

extension Fault: CustomStringConvertible {
    /// The fault as in a rule, without conditions.
    package var description: String {
        switch self {
        case .latency(let range):
            let (shortest, longest) = (FaultDuration.text(range.lowerBound), FaultDuration.text(range.upperBound))
            return shortest == longest ? "latency=\(shortest)" : "latency=\(shortest)..\(longest)"
        case .unavailable(let status, let retryAfter, let isWriteDone):
            let retry = retryAfter.map { ",retry-after=\($0)" } ?? ""
            return "unavailable=\(status)\(retry)\(isWriteDone ? ",write=done" : "")"
        case .reset(let moment): return "reset=\(moment.rawValue)"
        case .cut: return "cut"
        case .slowBody(let duration): return "slow-body=\(FaultDuration.text(duration))"
        case .truncated: return "truncated"
        case .html(let status): return "html=\(status)"
        case .shift(let shift): return "shift=\(shift.rawValue)"
        case .revoked: return "revoked"
        case .starting(let duration, let retryAfter):
            return "starting=\(FaultDuration.text(duration)),retry-after=\(retryAfter)"
        case .late(let writes): return "late=\(writes)"
        case .ignore(let field): return "ignore=\(field)"
        case .refuse(let field): return "refuse=\(field)"
        }
    }
}
