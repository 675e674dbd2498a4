/// What one process has seen of a Lease, and what follows from it.
struct LeaseView: Sendable {
    let identity: String
    /// The Lease as this process last wrote it; nil if it does not hold it, or somebody else changed it since.
    private(set) var held: Lease?
    private var last: Lease?
    /// When the last change of it was seen.
    private var seenAt: ContinuousClock.Instant?

    init(identity: String) {
        self.identity = identity
    }

    mutating func saw(_ lease: Lease, at time: ContinuousClock.Instant) {
        if lease.resourceVersion != last?.resourceVersion { seenAt = time }
        last = lease
        held = lease.holder == identity ? lease : nil
    }

    /// Somebody else changed it, so that it has to be read again.
    mutating func missedChange() { held = nil }

    /// Whether a Lease that was just read may be taken.
    mutating func mayTake(_ lease: Lease, at time: ContinuousClock.Instant, _ timing: LeaseTiming) -> Bool {
        saw(lease, at: time)
        return hasEnded(at: time, timing)
    }

    /// Whether a Lease that is not there may be made: its holder may still write after somebody deleted it.
    func mayMake(at time: ContinuousClock.Instant, _ timing: LeaseTiming) -> Bool { hasEnded(at: time, timing) }

    /// What the holder wrote says for how long it has it.
    private func hasEnded(at time: ContinuousClock.Instant, _ timing: LeaseTiming) -> Bool {
        guard let seenAt, let holder = last?.holder, holder != identity else { return true }
        return time >= seenAt + (last?.duration ?? timing.duration)
    }
}
