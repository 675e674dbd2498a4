import AuthentikAPI
import Base
import Testing

@testable import Applying
@testable import Controller
@testable import KubernetesAPI
@testable import Status

/// A loop's state, and the moments at which things happen to it.
private final class Life {
    var state: LoopState
    private(set) var now = ContinuousClock.now

    init(interval: Duration = .seconds(300), requestDistance: Duration = .zero, isElected: Bool = false) {
        state = LoopState(
            interval: AdaptiveInterval(interval, isGiven: true),
            requestDistance: requestDistance,
            isElected: isElected
        )
        state.start(at: now)
    }

    /// One that has run its first pass.
    static func begun(requestDistance: Duration = .zero) -> Life {
        let life = Life(requestDistance: requestDistance)
        _ = life.next()
        life.end()
        return life
    }

    func pass(_ duration: Duration) { now += duration }

    func next() -> LoopState.Step { state.next(at: now) }

    /// What begins now, without its number; nil if nothing does.
    func begins() -> [Trigger]? {
        guard case .begin(_, let triggers, _) = next() else { return nil }
        return triggers
    }

    @discardableResult
    func ask(_ trigger: Trigger, _ scope: PassScope = .everything) -> Int { state.ask(trigger, scope) }

    @discardableResult
    func end(_ outcome: PassEnd.Outcome = .quiet, pauseEnd: Duration? = nil) -> Duration? {
        let end = PassEnd(
            number: state.running ?? 0,
            triggers: [],
            startedAt: .now,
            finishedAt: .now,
            duration: .zero,
            requests: RequestCounts(),
            outcome: outcome
        )
        return state.ended(end, pauseEnd: pauseEnd, jitter: 1, at: now)?.delay
    }

    func hears(_ report: LeaseElection.Report) -> [LoopState.Effect] { state.handle(report, as: "me") }

    func stops() -> [LoopState.Effect] { state.end() }
    func watches(_ isWatched: Bool) -> Bool { state.watchesAuditLog(isWatched) }

    var term: WriteTerm { WriteTerm(beginBefore: now + .seconds(10), endBefore: now + .seconds(14)) }
    var whyNoWrites: String? { state.whyNoWrites(at: now) }
    var mayLook: Bool { state.mayLook(at: now) }
}

@Suite(.timeLimit(.minutes(60))) struct LoopStateTests {
    // MARK: - Passes

    @Test func `the first pass begins at once`() {
        let life = Life()
        #expect(life.next() == .begin(number: 1, [.start]))
        #expect(life.state.running == 1)
    }

    @Test func `what is asked for meanwhile becomes one pass`() {
        let life = Life()
        #expect(life.next() == .begin(number: 1, [.start]))
        #expect(life.ask(.request) == 2)
        #expect(life.ask(.file) == 2)
        #expect(life.ask(.request) == 2)
        life.end()
        #expect(life.next() == .begin(number: 2, [.file, .request]))
    }

    @Test func `a pass that is due comes without being asked for`() {
        let life = Life.begun()
        #expect(life.next() == .wait(until: life.now + .seconds(300)))
        life.pass(.seconds(299))
        #expect(life.begins() == nil)
        life.pass(.seconds(1))
        #expect(life.next() == .begin(number: 2, [.interval]))
    }

    @Test func `passes that only requests ask for keep their distance`() {
        let life = Life.begun(requestDistance: .seconds(10))
        life.ask(.request)
        #expect(life.begins() == [.request])
        life.end()
        life.ask(.request)
        #expect(life.next() == .wait(until: life.now + .seconds(10)))
        // Whatever else asks for a pass gets it at once, and the request with it.
        life.ask(.file)
        #expect(life.begins() == [.file, .request])
        life.end()
        life.ask(.request)
        life.pass(.seconds(9))
        #expect(life.next() == .wait(until: life.now + .seconds(1)))
        life.pass(.seconds(1))
        #expect(life.begins() == [.request])
        life.end()
        life.pass(.seconds(60))
        life.ask(.request)
        #expect(life.begins() == [.request])
    }

    // MARK: - What a pass looks at

    @Test func `what is asked for until a pass begins is looked at together`() {
        let life = Life.begun()
        life.ask(.authentik, .services(["docs"]))
        life.ask(.secret, .services(ChangedServices(["wiki"], deleted: ["pk"])))
        let both = PassScope.services(ChangedServices(["docs", "wiki"], deleted: ["pk"]))
        #expect(life.next() == .begin(number: 2, [.secret, .authentik], both))
        // What is asked for meanwhile is left to the next one.
        life.ask(.authentik, .services(["grafana"]))
        life.end(.looked(at: 2))
        #expect(life.next() == .begin(number: 3, [.authentik], .services(["grafana"])))
    }

    @Test(arguments: [Trigger.request, .signal, .token])
    func `who asks for everything gets it, whatever else is asked for`(trigger: Trigger) {
        let life = Life.begun()
        life.ask(.authentik, .services(["docs"]))
        life.ask(trigger)
        life.ask(.file, .services([]))
        guard case .begin(_, _, let scope) = life.next() else { return #expect(Bool(false), "nothing begins") }
        #expect(scope == .everything)
    }

    @Test func `what is due looks at everything`() {
        let life = Life.begun()
        life.pass(.seconds(300))
        life.ask(.authentik, .services(["docs"]))
        #expect(life.next() == .begin(number: 2, [.interval, .authentik], .everything))
    }

    @Test func `passes over single services do not put off the look at everything`() {
        let life = Life.begun()
        for number in 2...4 {
            life.pass(.seconds(90))
            life.ask(.authentik, .services(["docs"]))
            #expect(life.next() == .begin(number: number, [.authentik], .services(["docs"])))
            #expect(life.end(.looked(at: 1)) == .seconds(300 - 90 * (number - 1)))
        }
        life.pass(.seconds(30))
        #expect(life.next() == .begin(number: 5, [.interval]))
    }

    @Test func `the interval grows with what a look at everything costs, unless it is given`() {
        struct Row {
            var isGiven = false
            var look: PassLook
            var interval: Duration
            var reason: IntervalStatus.Reason
        }
        let rows = [
            Row(look: PassLook(serverTime: .seconds(1)), interval: .seconds(300), reason: .standard),
            Row(look: PassLook(serverTime: .seconds(6)), interval: .seconds(300), reason: .standard),
            Row(look: PassLook(serverTime: .seconds(90)), interval: .seconds(4500), reason: .load),
            Row(look: PassLook(serverTime: .seconds(9000)), interval: .seconds(86_400), reason: .load),
            Row(look: PassLook(services: 3, serverTime: .seconds(90)), interval: .seconds(300), reason: .standard),
            Row(isGiven: true, look: PassLook(serverTime: .seconds(90)), interval: .seconds(300), reason: .given),
        ]
        for row in rows {
            var interval = AdaptiveInterval(.seconds(300), isGiven: row.isGiven)
            if row.look.isFull { interval.adapt(toWork: row.look.serverTime) }
            #expect(interval.duration == row.interval, "\(row)")
            #expect(interval.status.reason == row.reason, "\(row)")
        }
        // What is found to be cheaper later shortens it again.
        var interval = AdaptiveInterval(.seconds(300), isGiven: false)
        interval.adapt(toWork: .seconds(90))
        interval.adapt(toWork: .seconds(2))
        #expect(interval.duration == .seconds(300))
    }

    @Test func `a request does not put off what is due`() {
        let life = Life(interval: .seconds(4), requestDistance: .seconds(10))
        life.ask(.request)
        #expect(life.begins() == [.start, .request])
        life.end()
        life.ask(.request)
        #expect(life.next() == .wait(until: life.now + .seconds(4)))
        life.pass(.seconds(4))
        #expect(life.begins() == [.interval, .request])
    }

    @Test func `failures double the wait up to the interval, and a success ends that`() {
        let life = Life()
        for seconds in [5, 10, 20, 40, 80, 160, 300, 300] {
            #expect(life.begins() != nil)
            #expect(life.end(.failed) == .seconds(seconds))
            life.pass(.seconds(seconds))
        }
        #expect(life.begins() == [.retry])
        #expect(life.end() == .seconds(300))
        life.pass(.seconds(300))
        #expect(life.begins() == [.interval])
        #expect(life.end(.failed) == .seconds(5))
    }

    @Test func `a pass that was cut short is no failure`() {
        let life = Life.begun()
        life.ask(.file)
        _ = life.next()
        #expect(life.end(.cancelled(reason: "cut short")) == .seconds(300))
    }

    @Test func `the end of the conflicting changes' pause brings the next pass forward`() {
        let life = Life()
        _ = life.next()
        #expect(life.end(pauseEnd: .seconds(60)) == .seconds(60))
        life.pass(.seconds(60))
        #expect(life.begins() == [.contest])
    }

    // MARK: - Who waits

    @Test func `the pass that runs is awaited, and those to come`() {
        let life = Life()
        _ = life.next()
        #expect(life.state.isAwaited(1))
        #expect(life.state.isAwaited(2))
        life.end()
        #expect(!life.state.isAwaited(1))
    }

    @Test func `at the end only the pass that runs is awaited`() {
        let life = Life()
        _ = life.next()
        #expect(life.ask(.request) == 2)
        #expect(life.stops() == [.dismiss(from: 2)])
        #expect(life.state.isAwaited(1))
        #expect(!life.state.isAwaited(2))
        #expect(life.end() == nil)
        #expect(life.next() == .end)
    }

    // MARK: - Leadership

    @Test func `without an election it leads from the start, for ever`() {
        let life = Life()
        #expect(life.whyNoWrites == nil)
        #expect(life.state.phase.permission == .unlimited)
        life.pass(.seconds(1_000_000))
        #expect(life.whyNoWrites == nil)
    }

    @Test func `a replica stands by until it leads, and then all that was asked for comes at once`() {
        let life = Life(isElected: true)
        #expect(life.whyNoWrites == "this replica does not lead yet")
        #expect(life.next() == .wait(until: nil))
        #expect(life.ask(.file) == 1)
        #expect(!life.state.isAwaited(1))
        let term = life.term
        #expect(life.hears(.leads(term)) == [.tell(Standing(isLeader: true, holder: "me"))])
        #expect(life.state.phase == .leading(term))
        #expect(life.state.phase.permission == .during(term))
        #expect(life.next() == .begin(number: 1, [.start, .leader, .file]))
    }

    @Test func `a renewal gives a longer term, and is no reason for a pass`() {
        let life = Life(isElected: true)
        _ = life.hears(.leads(life.term))
        _ = life.next()
        life.end()
        life.pass(.seconds(9))
        #expect(life.hears(.leads(life.term)) == [])
        #expect(life.begins() == nil)
        life.pass(.seconds(9))
        #expect(life.whyNoWrites == nil)
        life.pass(.seconds(1))
        #expect(life.whyNoWrites == "its lease was not renewed in time")
    }

    @Test(arguments: [
        (
            LeaseElection.Report.standsBy(holder: "other"), "another replica leads",
            Standing(isLeader: false, holder: "other")
        ),
        (.waits(.seconds(15)), "no replica holds the Lease yet", Standing(isLeader: false, waitSeconds: 15)),
        (.expired, "its Lease was not renewed in time", Standing(isLeader: false)),
        (.lost, "another process changed its Lease", Standing(isLeader: false)),
    ])
    func `who loses the Lease steps down in mid pass`(
        _ report: LeaseElection.Report,
        _ why: String,
        _ standing: Standing
    ) {
        let life = Life(isElected: true)
        _ = life.hears(.leads(life.term))
        _ = life.next()
        #expect(life.ask(.request) == 2)
        #expect(life.hears(report) == [.dismiss(from: 2), .cutShort, .tell(standing)])
        #expect(life.state.phase == .standby(why: why))
        #expect(life.whyNoWrites == why)
        #expect(life.state.isAwaited(1))
        #expect(life.end(.cancelled(reason: why)) == nil)
        #expect(life.next() == .wait(until: nil))
        // What was due or asked for meanwhile comes when it leads again.
        life.pass(.seconds(1000))
        #expect(life.next() == .wait(until: nil))
        _ = life.hears(.leads(life.term))
        #expect(life.next() == .begin(number: 2, [.leader, .interval, .request]))
    }

    @Test func `a Lease that cannot be reached is told, and changes nothing else`() {
        let life = Life(isElected: true)
        let term = life.term
        _ = life.hears(.leads(term))
        let error = KubernetesError(kind: .unreachable, message: "refused", request: "GET /")
        let failed = Standing(isLeader: true, holder: "me", error: "\(error)")
        #expect(life.hears(.failed(error)) == [.tell(failed)])
        #expect(life.hears(.failed(error)) == [])
        #expect(life.state.phase == .leading(term))
        #expect(
            life.hears(.expired) == [.dismiss(from: 1), .tell(Standing(isLeader: false, error: "\(error)"))]
        )
    }

    // MARK: - The end

    @Test func `it ends once, and nothing begins after that`() {
        let life = Life()
        #expect(life.stops() == [.dismiss(from: 1)])
        #expect(life.stops() == [])
        #expect(life.next() == .end)
        #expect(life.whyNoWrites == "the program is ending")
    }

    @Test func `the end is for good: no term opens what it closed`() {
        let life = Life(isElected: true)
        _ = life.hears(.leads(life.term))
        _ = life.next()
        _ = life.stops()
        #expect(life.hears(.leads(life.term)) == [])
        #expect(life.state.phase == .ending)
        #expect(life.hears(.expired).contains(.cutShort))
        #expect(life.state.phase == .ending)
        #expect(life.state.phase.permission == .none(why: "the program is ending"))
    }

    // MARK: - The audit log

    @Test func `it is looked at between passes that found Authentik`() {
        let life = Life()
        #expect(!life.mayLook)
        _ = life.next()
        #expect(!life.mayLook, "the pass does")
        life.end()
        #expect(life.mayLook)
        life.ask(.file)
        _ = life.next()
        life.end(.failed)
        #expect(!life.mayLook, "a pass tries whether it is back")
        life.ask(.file)
        _ = life.next()
        life.end()
        life.state.lostAuthentik()
        #expect(!life.mayLook)
        #expect(life.begins() == [.authentik])
    }

    @Test func `it is not looked at by who may not see it, or may not write`() {
        let life = Life(isElected: true)
        _ = life.hears(.leads(life.term))
        _ = life.next()
        life.end()
        #expect(life.mayLook)
        #expect(life.watches(false))
        #expect(!life.watches(false))
        #expect(!life.mayLook)
        #expect(life.watches(true))
        #expect(life.mayLook)
        _ = life.hears(.lost)
        #expect(!life.mayLook)
    }
}

@Suite struct ScheduleTests {
    private static let schedule = Schedule(interval: AdaptiveInterval(.seconds(300), isGiven: true))

    @Test(arguments: [
        (0, 300, Trigger.interval), (1, 5, .retry), (2, 10, .retry), (3, 20, .retry), (6, 160, .retry),
        (7, 300, .retry),
        (500, 300, .retry),
    ])
    func `failures double the wait up to the interval`(_ failures: Int, _ seconds: Int, _ reason: Trigger) {
        let next = Self.schedule.next(failures: failures, pauseEnd: nil, jitter: 1)
        #expect(next.delay == .seconds(seconds))
        #expect(next.reason == reason)
    }

    @Test func `jitter spreads a retry over the upper half of its wait`() {
        #expect(Self.schedule.next(failures: 3, pauseEnd: nil, jitter: 0).delay == .seconds(10))
        #expect(Self.schedule.next(failures: 3, pauseEnd: nil, jitter: 0.5).delay == .seconds(15))
        #expect(Self.schedule.next(failures: 0, pauseEnd: nil, jitter: 0).delay == .seconds(300))
    }

    @Test func `a pause that ends sooner brings the pass forward`() {
        let next = Self.schedule.next(failures: 0, pauseEnd: .seconds(60), jitter: 1)
        #expect(next.delay == .seconds(60))
        #expect(next.reason == .contest)
        #expect(Self.schedule.next(failures: 0, pauseEnd: .seconds(900), jitter: 1).reason == .interval)
        #expect(Self.schedule.next(failures: 0, pauseEnd: .seconds(-1), jitter: 1).delay == .zero)
    }
}

@Suite struct SignalRulesTests {
    private func reactions(to signals: [SignalRules.Signal]) -> [SignalRules.Reaction] {
        var rules = SignalRules()
        return signals.map { rules.reaction(to: $0) }
    }

    @Test func `SIGHUP asks for a pass, also while it ends`() {
        #expect(reactions(to: [.hangUp, .terminate, .hangUp]) == [.pass, .end, .pass])
    }

    @Test(arguments: [SignalRules.Signal.terminate, .interrupt], [SignalRules.Signal.terminate, .interrupt])
    func `the first one ends it in order, the second one at once`(
        _ first: SignalRules.Signal,
        _ second: SignalRules.Signal
    ) {
        #expect(reactions(to: [first, second]) == [.end, .endAtOnce])
    }
}
