/// A plan and how far it is: decides request by request, from values alone.
struct FaultState {
    /// What happens to one request.
    struct Decision: Equatable {
        /// To wait before anything is done.
        var delay = Duration.zero
        /// Any fault but a latency.
        var fault: Fault?
        /// All that happens, for the log.
        var faults: [Fault] = []
    }

    /// A sandbox that is served for months must not grow with each request.
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

    /// - Parameter elapsed: since the plan was set.
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
