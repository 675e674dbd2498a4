/// What one process has observed of a Lease, and what follows from it.
struct LeaseView: Sendable {
    /// A Lease is never respected for longer, whatever duration it has: otherwise there might never be a leader again.
    private static let longestDuration: Duration = .seconds(600)

    let identity: String
    let timing: LeaseTiming
    /// The Lease as this process last wrote it as its holder.
    private var own: Lease?
    /// Whether this process leads: the Lease is unchanged and its term has not ended.
    private var isHeld = false
    private var last: Lease?
    /// When the last change of it was seen.
    private var seenAt: ContinuousClock.Instant?

    init(identity: String, timing: LeaseTiming) {
        self.identity = identity
        self.timing = timing
    }

    /// The Lease by which this process leads, to be renewed or released; nil if it does not lead.
    var held: Lease? { isHeld ? own : nil }

    /// Somebody else changed it, or its term is over: it has to be read again.
    mutating func lost() { isHeld = false }

    mutating func saw(_ lease: Lease, at time: ContinuousClock.Instant) {
        if lease.uid != last?.uid || lease.resourceVersion != last?.resourceVersion { seenAt = time }
        last = lease
    }

    /// Records the answer to a write.
    ///
    /// - Parameter old: the Lease that was to be replaced.
    /// - Returns: whether it is held now: the answer can be another Lease that the write created.
    mutating func wrote(_ lease: Lease, over old: Lease, at time: ContinuousClock.Instant) -> Bool {
        saw(lease, at: time)
        isHeld = lease.holder == identity && lease.uid == old.uid
        own = isHeld ? lease : nil
        return isHeld
    }

    /// Whether a Lease that was just read may be taken; see ``LeaseElection``.
    ///
    /// - Parameter end: the end of this process's term; nil if it does not lead.
    mutating func mayTake(
        _ lease: Lease,
        at time: ContinuousClock.Instant,
        leadingUntil end: ContinuousClock.Instant?
    ) -> Bool {
        let before = last
        saw(lease, at: time)
        if let own, lease.uid == own.uid {
            if lease.resourceVersion == own.resourceVersion { return true }
            if let end, time < end, lease.holder == identity { return true }
        }
        // An earlier state that somebody restored does not count as released again.
        let isOlder = before.map { $0.uid == lease.uid && $0.transitions > lease.transitions } ?? false
        if lease.isGivenUp, !isOlder { return true }
        return seenAt.map { time >= $0 + patience(with: lease) } ?? false
    }

    /// How long a Lease must stay unchanged before it may be taken: its duration, but at least the one that all
    /// replicas are configured with, in case somebody reduced it.
    func patience(with lease: Lease) -> Duration {
        max(timing.duration, min(lease.duration ?? .zero, Self.longestDuration))
    }
}
