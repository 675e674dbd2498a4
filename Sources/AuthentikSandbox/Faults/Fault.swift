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
    /// For so long after the rule was set: 503 with `Retry-After`, in seconds, as before Authentik is up.
    case starting(Duration, retryAfter: Int = 5)
    /// The connection is reset, and the write carried out only later: right before that many-th write after it. So it
    /// lands after whoever sends that one has looked; without one it is never carried out.
    case late(Int)
    /// A field of a write, or of the application or provider in a transaction, is not taken, and nothing says so.
    case ignore(field: String)

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
        case .late, .ignore: request.isWrite
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
        }
    }
}
