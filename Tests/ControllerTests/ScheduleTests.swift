import Testing

@testable import Controller
@testable import Status

@Suite(.timeLimit(.minutes(60))) struct ScheduleTests {
    private static let schedule = Schedule(interval: .seconds(300))

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
        #expect(next.reason == .fight)
        #expect(Self.schedule.next(failures: 0, pauseEnd: .seconds(900), jitter: 1).reason == .interval)
        #expect(Self.schedule.next(failures: 0, pauseEnd: .seconds(-1), jitter: 1).delay == .zero)
    }
}
