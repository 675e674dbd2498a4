/// What one process has seen of a Lease, and what follows from it.
struct LeaseView: Sendable {
    /// Nobody has a Lease for longer, whatever somebody wrote into it: then nobody would lead ever again.
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

    /// The Lease that this process leads by, to renew it or to give it up; nil if it leads by none.
    var held: Lease? { isHeld ? own : nil }

    /// Somebody else changed it, or its term is over: it has to be read again.
    mutating func lost() { isHeld = false }

    mutating func saw(_ lease: Lease, at time: ContinuousClock.Instant) {
        if lease.uid != last?.uid || lease.resourceVersion != last?.resourceVersion { seenAt = time }
        last = lease
    }

    /// Takes note of the answer to a write.
    ///
    /// - Parameter old: what was to be replaced.
    /// - Returns: whether it is held now: the answer can be another Lease, made anew by the write.
    mutating func wrote(_ lease: Lease, over old: Lease, at time: ContinuousClock.Instant) -> Bool {
        saw(lease, at: time)
        isHeld = lease.holder == identity && lease.uid == old.uid
        own = isHeld ? lease : nil
        return isHeld
    }

    /// Whether a Lease that was just read may be taken; see ``LeaseElection``.
    ///
    /// - Parameter end: until when this process leads; nil if it does not.
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
        // One that was put back as it was before is not given up once more.
        let isOlder = before.map { $0.uid == lease.uid && $0.transitions > lease.transitions } ?? false
        if lease.isGivenUp, !isOlder { return true }
        return seenAt.map { time >= $0 + patience(with: lease) } ?? false
    }

    /// For how long a Lease has to stay as it is before it may be taken: for as long as its holder has it, by what it says
    /// or, if somebody made that less, by what all replicas are started with.
    func patience(with lease: Lease) -> Duration {
        max(timing.duration, min(lease.duration ?? .zero, Self.longestDuration))
    }
}
