package import JSON

/// What is to go wrong.
///
/// The first rule that applies to a request decides what happens to it; a latency comes in addition.
package struct FaultPlan: Sendable, Hashable {
    /// Equal seeds, rules and requests make equal faults.
    package var seed: UInt64
    package var rules: [FaultRule]

    package init(seed: UInt64 = 0, rules: [FaultRule] = []) {
        self.seed = seed
        self.rules = rules
    }

    /// Reads `{"seed": 7, "rules": ["latency=200ms", "reset=after,method=PUT,times=1"]}`; `seed` is 0 unless given.
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

    /// What ``init(_:)`` reads.
    package var json: JSONValue {
        [
            "seed": .integer(Int(clamping: seed)),
            "rules": .array(rules.map { .string($0.description) }),
        ]
    }
}

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

/// Something that goes wrong between a client and the sandbox.
///
/// Its text is what ``FaultRule/init(parsing:)`` reads: `unavailable=503,retry-after=1`.
package enum Fault: Sendable, Hashable {
    /// The answer, and a write with it, comes later: by a time that the seed draws from the range.
    case latency(ClosedRange<Duration>)
    /// What a proxy says whose Authentik does not answer: 502, 503 or 504, in HTML.
    ///
    /// `retryAfter` is in seconds, nil for no such header. Nothing is done, unless `isWriteDone`.
    case unavailable(status: Int, retryAfter: Int? = nil, isWriteDone: Bool = false)
    /// The connection is reset (TCP RST) and no byte of an answer sent.
    case reset(Moment)
    /// Half of the body is sent, then the connection ends. A write was done.
    case cut
    /// The body takes that long, in ten pieces. A write was done.
    case slowBody(Duration)
    /// An answer that is complete as HTTP and holds half of its JSON. A write was done.
    case truncated
    /// An HTML page of that status instead of the answer. Nothing is done.
    case html(status: Int)
    /// A page of a list, from the second on, as it is when the list changed since the first was read.
    case shift(Shift)
    /// The token is refused. Nothing is done.
    case revoked
    /// For this long after the rule was set: 503 with `Retry-After`, in seconds, as before Authentik is up.
    case starting(Duration, retryAfter: Int = 5)
    /// The connection is reset, and the write carried out only later: right before that many-th write after it. So it
    /// takes effect after the sender of that one has read; without such a write it is never carried out.
    case late(Int)
    /// A field of a write, or of the application or provider in a transaction, is not taken, and nothing says so.
    case ignore(field: String)
    /// A write with that field, or a transaction whose application or provider has it, is refused with 400 that names
    /// another field to use, as of a release that does not take it any more. Nothing is done.
    case refuse(field: String)

    /// When a connection is reset.
    package enum Moment: String, Sendable, CaseIterable {
        /// Nothing was done.
        case before
        /// Everything was done.
        case after
    }

    /// What happened at the front of a list.
    package enum Shift: String, Sendable, CaseIterable {
        /// An object came before the first: a row of the page before shows again.
        case appear
        /// The first object went: a row is on no page.
        case vanish
    }
}

extension Fault {
    /// Whether a request can meet it at all.
    ///
    /// - Parameter elapsed: since the rule was set.
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
    /// The fault as a rule has it, without conditions.
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
