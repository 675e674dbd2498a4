import Applying
import Base
import KubernetesAPI
import Status

/// What a process may do.
enum Phase: Sendable, Equatable {
    /// It is not the leader: no pass and no write begins; with the reason, as a clause.
    case standby(why: String)
    /// Passes run and writes are sent until the term ends; nil for no limit.
    case leading(WriteTerm?)
    /// It is shutting down: no further pass or write begins.
    case ending

    /// The permission to write in this phase, defined only here.
    var permission: WritePermission {
        switch self {
        case .standby(let why): .none(why: why)
        case .leading(let term): term.map(WritePermission.during) ?? .unlimited
        case .ending: .none(why: "the program is ending")
        }
    }
}

/// The loop as a value: events go in, actions come out.
///
/// It has no clock and never waits.
///
/// | event | standby | leading | ending |
/// |---|---|---|---|
/// | a pass is requested | it is noted | a pass begins, or will after the current one | it is noted |
/// | a pass is due | – | it begins | – |
/// | the Lease is taken, or renewed | it leads, and a pass begins | its term is longer | – |
/// | the Lease has another holder, or none | – | it stands by; the current pass is cut short | the pass is cut short |
/// | it is stopped | it ends | it ends | – |
///
/// Passes never overlap. All requests during a pass become one pass after it; all requests to a standby become one pass
/// when it leads. Passes caused only by API requests begin at least ``requestDistance`` apart, so that requests cannot
/// keep Authentik busy.
struct LoopState: Sendable {
    /// What the loop does next.
    enum Step: Sendable, Equatable {
        case begin(number: Int, [Trigger], PassScope = .everything)
        /// Waits until something happens, at most until this time; nil for no limit.
        case wait(until: ContinuousClock.Instant?)
        case end
    }

    /// What has to be done immediately because of an event.
    enum Effect: Sendable, Equatable {
        /// The current pass is cancelled.
        case cutShort
        /// Callers waiting for the end of this pass or later ones are released.
        case dismiss(from: Int)
        /// The new standing in the election is reported.
        case tell(Standing)
    }

    private(set) var phase: Phase
    /// What is reported about the election; no decision depends on it.
    private(set) var standing: Standing
    /// The number of the current pass.
    private(set) var running: Int?

    /// The minimum time from the start of a requested pass to that of the next one caused only by requests.
    private let requestDistance: Duration
    private var schedule: Schedule
    /// The number of the next pass, starting at 1.
    private var number = 1
    /// What the next pass was requested by.
    private var triggers: Set<Trigger> = []
    /// What the next pass has to look at; nil if nothing was requested.
    private var scope: PassScope?
    /// When the next full look is due.
    private var fullLookDue: ContinuousClock.Instant?
    /// When and why the next pass begins if nothing requests one.
    private var due: (at: ContinuousClock.Instant, reason: Trigger)?
    /// The number of consecutive passes that were incomplete.
    private var failures = 0
    /// The earliest time of the next pass caused only by requests.
    private var nextRequested: ContinuousClock.Instant?
    /// Whether Authentik answered the last time.
    private var isAuthentikThere = false
    /// Nil until it was tried.
    private(set) var isAuditLogWatched: Bool?

    /// - Parameter isElected: whether a leader is elected; otherwise this process always leads.
    init(interval: AdaptiveInterval, requestDistance: Duration = .seconds(1), isElected: Bool) {
        schedule = Schedule(interval: interval)
        self.requestDistance = requestDistance
        phase = isElected ? .standby(why: "this replica does not lead yet") : .leading(nil)
        standing = Standing(isLeader: !isElected)
    }

    // MARK: - What it says

    /// How often everything is looked at.
    var interval: AdaptiveInterval { schedule.interval }

    /// Why nothing may be written at a given time, as a clause; nil if writes are allowed.
    func whyNoWrites(at time: ContinuousClock.Instant) -> String? { phase.permission.stopped(at: time)?.reason }

    /// Whether a pass will end, or may still end, so that it can be waited for.
    func isAwaited(_ number: Int) -> Bool {
        if number == running { return true }
        guard case .leading = phase else { return false }
        return number >= self.number
    }

    /// Whether to check the audit log: not if a pass does or will, or checks whether Authentik is reachable again.
    func mayLook(at time: ContinuousClock.Instant) -> Bool {
        whyNoWrites(at: time) == nil && running == nil && isAuthentikThere && isAuditLogWatched != false
    }

    // MARK: - What happens

    /// The loop starts.
    mutating func start(at time: ContinuousClock.Instant) {
        due = (time + schedule.interval.duration, .interval)
        request(.start)
    }

    /// Requests a pass.
    ///
    /// What is requested until it begins is one pass, with everything that any of it takes.
    ///
    /// - Parameter scope: what the pass has to look at.
    /// - Returns: the number of a pass that begins after this moment.
    mutating func ask(_ trigger: Trigger, _ scope: PassScope = .everything) -> Int {
        request(trigger, scope)
        return number
    }

    private mutating func request(_ trigger: Trigger, _ scope: PassScope = .everything) {
        triggers.insert(trigger)
        self.scope = self.scope?.union(scope) ?? scope
    }

    /// The loop is stopped.
    mutating func end() -> [Effect] {
        guard phase != .ending else { return [] }
        phase = .ending
        return [.dismiss(from: number)]
    }

    /// Reports the state of the election.
    ///
    /// - Parameter identity: the identity of this process.
    mutating func handle(_ report: LeaseElection.Report, as identity: String) -> [Effect] {
        switch report {
        case .leads(let term):
            if case .standby = phase { request(.leader) }
            if phase != .ending { phase = .leading(term) }
            return stand(Standing(isLeader: true, holder: identity))
        case .standsBy(let holder):
            return stepDown("another replica leads", Standing(isLeader: false, holder: holder))
        case .waits(let duration):
            let seconds = Int(duration.components.seconds)
            return stepDown("no replica holds the Lease yet", Standing(isLeader: false, waitSeconds: seconds))
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
            return stepDown("another process changed its Lease", Standing(isLeader: false, error: standing.error))
        }
    }

    private mutating func stepDown(_ why: String, _ standing: Standing) -> [Effect] {
        if phase != .ending { phase = .standby(why: why) }
        return [.dismiss(from: number)] + (running == nil ? [] : [.cutShort]) + stand(standing)
    }

    /// A renewal changes nothing and is not reported.
    private mutating func stand(_ standing: Standing) -> [Effect] {
        guard standing != self.standing else { return [] }
        self.standing = standing
        return [.tell(standing)]
    }

    /// The next action; if it is to begin a pass, the pass has begun.
    mutating func next(at time: ContinuousClock.Instant) -> Step {
        switch phase {
        case .ending: return .end
        // A standby does not wait for what is due.
        case .standby: return .wait(until: nil)
        case .leading: break
        }
        if let due, time >= due.at { request(due.reason) }
        guard !triggers.isEmpty else { return .wait(until: due?.at) }
        if triggers == [.request], let nextRequested, time < nextRequested {
            return .wait(until: due.map { min(nextRequested, $0.at) } ?? nextRequested)
        }
        if triggers.contains(.request) { nextRequested = time + requestDistance }
        defer {
            triggers = []
            scope = nil
            running = number
            number += 1
        }
        return .begin(number: number, triggers.sorted(), scope ?? .everything)
    }

    /// The current pass ended.
    ///
    /// - Parameters:
    ///   - pauseEnd: the time until the first pause of conflicting changes ends; nil without one.
    ///   - jitter: a random number from 0 to 1.
    /// - Returns: when and why the next pass comes if nothing requests one; nil if none does.
    mutating func ended(
        _ end: PassEnd,
        pauseEnd: Duration?,
        jitter: Double,
        at time: ContinuousClock.Instant
    ) -> (delay: Duration, reason: Trigger)? {
        running = nil
        failures = end.hasFailed ? failures + 1 : 0
        switch end.outcome {
        case .report(let report):
            isAuthentikThere = true
            if report.look.isFull { schedule.interval.adapt(toWork: report.look.serverTime) }
        case .failure: isAuthentikThere = false
        case .cancelled: break
        }
        let isTargeted = if case .report(let report) = end.outcome { !report.look.isFull } else { false }
        if !isTargeted { fullLookDue = time + schedule.interval.duration }
        let next = schedule.next(
            failures: failures,
            untilFullLook: isTargeted ? fullLookDue.map { $0 - time } : nil,
            pauseEnd: pauseEnd,
            jitter: jitter
        )
        due = (time + next.delay, next.reason)
        return whyNoWrites(at: time) == nil ? next : nil
    }

    /// Authentik did not answer between passes: a pass retries more often and handles the failure.
    mutating func lostAuthentik() {
        isAuthentikThere = false
        request(.authentik)
    }

    /// Records an attempt to read the audit log.
    ///
    /// - Returns: whether the result has changed.
    mutating func watchesAuditLog(_ isWatched: Bool) -> Bool {
        defer { isAuditLogWatched = isWatched }
        return isAuditLogWatched != isWatched
    }
}

/// How the daemon reacts to signals: SIGHUP requests a pass; the first SIGTERM or SIGINT shuts it down gracefully, the
/// second one immediately.
package struct SignalRules: Sendable {
    package enum Signal: Sendable {
        case hangUp
        case interrupt
        case terminate
    }

    package enum Reaction: Sendable, Equatable {
        case pass
        /// No new write begins; the one in flight may finish.
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
