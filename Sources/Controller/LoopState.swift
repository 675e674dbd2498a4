import Base
import KubernetesAPI
import Status

/// What a process may do.
enum Phase: Sendable, Equatable {
    /// It does not lead: no pass and no write begins. Why: a clause.
    case standby(why: String)
    /// Passes run and writes are sent until the term ends; without a term there is no end.
    case leading(WriteTerm?)
    /// It is ending: no further pass or write begins.
    case ending

    /// What it means for writes: the one place that says so.
    var permission: WritePermission {
        switch self {
        case .standby(let why): .none(why: why)
        case .leading(let term): term.map(WritePermission.during) ?? .unlimited
        case .ending: .none(why: "the program is ending")
        }
    }
}

/// The loop as a value: events go in, and what to do comes out.
///
/// It has no clock, and waits for nothing.
///
/// | what happens | standing by | leading | ending |
/// |---|---|---|---|
/// | something asks for a pass | it is noted | a pass begins, or will after the one that runs | it is noted |
/// | a pass is due | – | it begins | – |
/// | the Lease is taken, or renewed | it leads, and a pass begins | its term is longer | – |
/// | the Lease is somebody else's, or nobody's | – | it stands by; the pass that runs is cut short | the pass is cut short |
/// | it is stopped | it ends | it ends | – |
///
/// Passes never overlap. What is asked for while one runs becomes one pass after it, however often it is asked for; what
/// is asked for by a standby, one pass when it leads. Passes that nothing but requests ask for begin at least
/// ``requestDistance`` apart, so that requests cannot keep Authentik busy.
struct LoopState: Sendable {
    /// What the loop does next.
    enum Step: Sendable, Equatable {
        case begin(number: Int, [Trigger])
        /// Waits until something happens, and no longer than that; nil for as long as it takes.
        case wait(until: ContinuousClock.Instant?)
        case end
    }

    /// What has to be done at once because of what happened.
    enum Effect: Sendable, Equatable {
        /// The pass that runs is cancelled.
        case cutShort
        /// Nobody waits for the end of this pass, or one after it, any more.
        case dismiss(from: Int)
        /// The new standing in the election is reported.
        case tell(Standing)
    }

    private(set) var phase: Phase
    /// What is reported about the election; nothing is decided by it.
    private(set) var standing: Standing
    /// The pass that runs.
    private(set) var running: Int?

    /// From the start of a pass that was requested to that of the next that only requests ask for.
    private let requestDistance: Duration
    private let schedule: Schedule
    /// Of the next pass to begin, from 1.
    private var number = 1
    /// What asks for it.
    private var triggers: Set<Trigger> = []
    /// When it begins if nothing asks for it, and why.
    private var due: (at: ContinuousClock.Instant, reason: Trigger)?
    /// How many passes in a row were not done as a whole.
    private var failures = 0
    /// When the next pass may begin that only requests ask for.
    private var nextRequested: ContinuousClock.Instant?
    /// Whether Authentik answered when it was last asked.
    private var isAuthentikThere = false
    /// Nil until that was tried.
    private(set) var isAuditLogWatched: Bool?

    /// - Parameter isElected: whether a leader is elected; otherwise this process always leads.
    init(interval: Duration, requestDistance: Duration = .seconds(1), isElected: Bool) {
        schedule = Schedule(interval: interval)
        self.requestDistance = requestDistance
        phase = isElected ? .standby(why: "this replica does not lead yet") : .leading(nil)
        standing = Standing(isLeader: !isElected)
    }

    // MARK: - What it says

    /// Why nothing may be written at a moment: a clause; nil if it may.
    func whyNoWrites(at time: ContinuousClock.Instant) -> String? { phase.permission.stopped(at: time)?.reason }

    /// Whether a pass will end, or may, that somebody could wait for.
    func isAwaited(_ number: Int) -> Bool {
        if number == running { return true }
        guard case .leading = phase else { return false }
        return number >= self.number
    }

    /// Whether to look at the audit log: not if a pass does or will, or tries whether Authentik is back.
    func mayLook(at time: ContinuousClock.Instant) -> Bool {
        whyNoWrites(at: time) == nil && running == nil && isAuthentikThere && isAuditLogWatched != false
    }

    // MARK: - What happens

    /// It begins to run.
    mutating func start(at time: ContinuousClock.Instant) {
        due = (time + schedule.interval, .interval)
        triggers.insert(.start)
    }

    /// Something asks for a pass.
    ///
    /// - Returns: the number of the pass that will have begun after this moment.
    mutating func ask(_ trigger: Trigger) -> Int {
        triggers.insert(trigger)
        return number
    }

    /// It is stopped.
    mutating func end() -> [Effect] {
        guard phase != .ending else { return [] }
        phase = .ending
        return [.dismiss(from: number)]
    }

    /// The election went on.
    ///
    /// - Parameter identity: who this process is.
    mutating func heard(_ report: LeaseElection.Report, as identity: String) -> [Effect] {
        switch report {
        case .leads(let term):
            if case .standby = phase { triggers.insert(.leader) }
            if phase != .ending { phase = .leading(term) }
            return stand(Standing(isLeader: true, holder: identity))
        case .standsBy(let holder):
            return stepDown("another replica leads", Standing(isLeader: false, holder: holder))
        case .waits(let duration):
            let seconds = Int(duration.components.seconds)
            return stepDown("nobody holds the Lease yet", Standing(isLeader: false, waitSeconds: seconds))
        case .failed(let error):
            var standing = standing
            standing.error = "\(error)"
            return stand(standing)
        case .expired:
            return stepDown(
                "its Lease was not renewed in time",
                Standing(isLeader: false, error: standing.error)
            )
        case .lost:
            return stepDown("somebody else changed its Lease", Standing(isLeader: false, error: standing.error))
        }
    }

    private mutating func stepDown(_ why: String, _ standing: Standing) -> [Effect] {
        if phase != .ending { phase = .standby(why: why) }
        return [.dismiss(from: number)] + (running == nil ? [] : [.cutShort]) + stand(standing)
    }

    /// A renewal changes nothing, and is not reported.
    private mutating func stand(_ standing: Standing) -> [Effect] {
        guard standing != self.standing else { return [] }
        self.standing = standing
        return [.tell(standing)]
    }

    /// Nothing is left to do at this moment but what this says; a pass that it says begins has begun with it.
    mutating func next(at time: ContinuousClock.Instant) -> Step {
        switch phase {
        case .ending: return .end
        // What is due meanwhile is not waited for.
        case .standby: return .wait(until: nil)
        case .leading: break
        }
        if let due, time >= due.at { triggers.insert(due.reason) }
        guard !triggers.isEmpty else { return .wait(until: due?.at) }
        if triggers == [.request], let nextRequested, time < nextRequested {
            return .wait(until: due.map { min(nextRequested, $0.at) } ?? nextRequested)
        }
        if triggers.contains(.request) { nextRequested = time + requestDistance }
        defer {
            triggers = []
            running = number
            number += 1
        }
        return .begin(number: number, triggers.sorted())
    }

    /// The pass that ran ended.
    ///
    /// - Parameters:
    ///   - pauseEnd: when the first pause of conflicting changes ends, from now on; nil without one.
    ///   - jitter: a random number from 0 to 1.
    /// - Returns: when the next one comes if nothing asks for one, and why; nil if none does.
    mutating func ended(
        _ end: PassEnd,
        pauseEnd: Duration?,
        jitter: Double,
        at time: ContinuousClock.Instant
    ) -> (delay: Duration, reason: Trigger)? {
        running = nil
        failures = end.hasFailed ? failures + 1 : 0
        switch end.outcome {
        case .report: isAuthentikThere = true
        case .failure: isAuthentikThere = false
        case .cancelled: break
        }
        let next = schedule.next(failures: failures, pauseEnd: pauseEnd, jitter: jitter)
        due = (time + next.delay, next.reason)
        return whyNoWrites(at: time) == nil ? next : nil
    }

    /// Authentik did not answer between passes: a pass tries more often, and knows what it means.
    mutating func lostAuthentik() {
        isAuthentikThere = false
        triggers.insert(.authentik)
    }

    /// It was tried whether the audit log may be seen.
    ///
    /// - Returns: whether that is new.
    mutating func watchesAuditLog(_ isWatched: Bool) -> Bool {
        defer { isAuditLogWatched = isWatched }
        return isAuditLogWatched != isWatched
    }
}

/// When the next pass comes, and why: values in, a decision out.
///
/// | how the last pass ended | the next one comes |
/// |---|---|
/// | it failed, or the writes of a service did | after a wait that doubles from ``firstRetry`` up to the interval |
/// | anything else: a conflict or a missing secret is for a person to correct | after the interval |
/// | the conflicting changes' pause ends before that | when it ends |
///
/// Whatever asks for a pass before that gets one at once, see ``LoopState``.
struct Schedule: Sendable {
    /// Between the end of one pass and the start of the next.
    var interval: Duration
    /// The longest first wait after a failure.
    var firstRetry: Duration = .seconds(5)

    init(interval: Duration) {
        self.interval = interval
    }

    /// - Parameters:
    ///   - failures: how many passes failed, or had a failed service, in a row; 0 if the last one did not.
    ///   - pauseEnd: when the first pause of conflicting changes ends, from now on; nil without one.
    ///   - jitter: a random number from 0 to 1; it spreads a retry over the upper half of its wait.
    func next(failures: Int, pauseEnd: Duration?, jitter: Double) -> (delay: Duration, reason: Trigger) {
        var next = (delay: interval, reason: Trigger.interval)
        if failures > 0 {
            let backoff = Backoff(baseDelay: firstRetry, maximumDelay: nil)
            next = (min(backoff.delay(attempt: failures, jitter: jitter), interval), .retry)
        }
        if let pauseEnd, pauseEnd < next.delay { next = (max(pauseEnd, .zero), .contest) }
        return next
    }
}

/// What a signal makes the daemon do: SIGHUP asks for a pass, SIGTERM and SIGINT end it in order, and the second one of
/// those at once.
package struct SignalRules: Sendable {
    package enum Signal: Sendable {
        case hangUp
        case interrupt
        case terminate
    }

    package enum Reaction: Sendable, Equatable {
        case pass
        /// No new write begins, and the one in flight may finish.
        case end
        /// The process ends now.
        case endAtOnce
    }

    private var isEnding = false

    package init() {}

    package mutating func reaction(to signal: Signal) -> Reaction {
        guard signal != .hangUp else { return .pass }
        defer { isEnding = true }
        return isEnding ? .endAtOnce : .end
    }
}
