import Synchronization

/// Decides which faults are injected; the plan can be changed while the sandbox is served.
package final class FaultInjector: Sendable {
    private struct Current {
        var state: FaultState
        var start: ContinuousClock.Instant
    }

    private let current: Mutex<Current>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter now: the clock that ``Fault/starting(_:retryAfter:)`` goes by.
    init(_ plan: FaultPlan, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        current = Mutex(Current(state: FaultState(plan), start: now()))
        self.now = now
    }

    package var plan: FaultPlan { current.withLock { $0.state.plan } }

    /// Starts a plan from its beginning, regardless of the progress of the current one.
    package func set(_ plan: FaultPlan) {
        let start = now()
        current.withLock { $0 = Current(state: FaultState(plan), start: start) }
    }

    func decide(_ request: FaultRequest) -> FaultState.Decision {
        let now = now()
        return current.withLock { $0.state.decide(request, elapsed: now - $0.start) }
    }
}

/// The parts of a request that determine its faults.
struct FaultRequest {
    let method: String
    /// Path and query as sent.
    let target: String
    /// Whether it has a token, valid or not.
    let hasToken: Bool

    /// The path as sent.
    var path: Substring { target.prefix { $0 != "?" } }

    var isWrite: Bool { !["GET", "HEAD", "OPTIONS"].contains(method) }

    /// The requested page of a list; 1 by default.
    var page: Int {
        let query = target.drop { $0 != "?" }.dropFirst()
        let value = query.split(separator: "&").last { $0.hasPrefix("page=") }
        return value.flatMap { Int($0.dropFirst("page=".count)) } ?? 1
    }

    /// Clients that wait for the sandbox to start poll this path, which therefore never fails.
    var isExempt: Bool { path == "/-/health/live/" }
}

/// A plan and its progress: decides request by request, from values alone.
struct FaultState {
    /// What happens to one request.
    struct Decision: Equatable {
        /// The delay before anything is done.
        var delay = Duration.zero
        /// Any fault but a latency.
        var fault: Fault?
        /// Everything that happens, for the log.
        var faults: [Fault] = []
    }

    /// Limits memory in a sandbox that is served for months.
    private static let occurrencesLimit = 100_000

    let plan: FaultPlan
    private var matches: [Int]
    private var hits: [Int]
    private var occurrences: [UInt64: Int] = [:]
    private let isRandom: Bool

    init(_ plan: FaultPlan) {
        self.plan = plan
        matches = plan.rules.map { _ in 0 }
        hits = matches
        isRandom = plan.rules.contains(where: \.isRandom)
    }

    /// - Parameter elapsed: the time since the plan was set.
    mutating func decide(_ request: FaultRequest, elapsed: Duration) -> Decision {
        var decision = Decision()
        if plan.rules.isEmpty || request.isExempt { return decision }
        let (hash, occurrence) = count(request)
        for (index, rule) in plan.rules.enumerated() where rule.matches(request, elapsed: elapsed) {
            let draw = FaultDraw(seed: plan.seed, rule: index, request: hash, occurrence: occurrence)
            guard strikes(rule, index, draw) else { continue }
            guard case .latency(let range) = rule.fault else {
                decision.fault = rule.fault
                decision.faults.append(rule.fault)
                break
            }
            let delay = range.lowerBound + (range.upperBound - range.lowerBound) * draw.unit(1)
            decision.delay += delay
            decision.faults.append(.latency(delay...delay))
        }
        return decision
    }

    private mutating func strikes(_ rule: FaultRule, _ index: Int, _ draw: FaultDraw) -> Bool {
        matches[index] += 1
        guard matches[index] > rule.after else { return false }
        if let times = rule.times, hits[index] >= times { return false }
        guard rule.share >= 1 || draw.unit(0) < rule.share else { return false }
        hits[index] += 1
        return true
    }

    private mutating func count(_ request: FaultRequest) -> (hash: UInt64, occurrence: Int) {
        guard isRandom else { return (0, 0) }
        let hash = FaultDraw.hash("\(request.method) \(request.target)")
        if occurrences.count >= Self.occurrencesLimit { occurrences = [:] }
        let occurrence = occurrences[hash, default: 0]
        occurrences[hash] = occurrence + 1
        return (hash, occurrence)
    }
}

/// Numbers determined by a seed and the requests, equal on every machine and in every run.
///
/// The n-th request of a method and target gets the same result whatever comes in between: concurrent requests arrive
/// in any order, and a run would not be repeatable if that order mattered.
struct FaultDraw {
    private let state: UInt64

    /// - Parameters:
    ///   - rule: the rule's index in its plan.
    ///   - request: the ``hash(_:)`` of method and target.
    ///   - occurrence: the number of such requests before.
    init(seed: UInt64, rule: Int, request: UInt64, occurrence: Int) {
        var state = Self.mix(seed)
        for value in [UInt64(rule), request, UInt64(occurrence)] { state = Self.mix(state ^ value) }
        self.state = state
    }

    /// A number from 0 up to 1, different for each purpose.
    func unit(_ purpose: UInt64) -> Double {
        Double(Self.mix(state ^ purpose) >> 11) / Double(UInt64(1) << 53)
    }

    /// FNV-1a; Swift's own hashes differ from run to run.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// A step of SplitMix64.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
