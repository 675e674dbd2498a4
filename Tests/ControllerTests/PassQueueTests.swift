import Base
import FoundationEssentials
import Synchronization
import Testing

@testable import Controller
@testable import Reconciling
@testable import Status

@Suite(.timeLimit(.minutes(60))) struct PassQueueTests {
    private let queue = PassQueue()
    private static let never = ContinuousClock.now + .seconds(3600)

    private static func answer(_ number: Int) -> PassAnswer {
        PassAnswer(
            pass: FinishedPass(
                number: number,
                startedAt: .now,
                finishedAt: .now,
                durationSeconds: 0,
                triggers: [],
                result: .converged,
                requests: RequestsDocument(reads: 0, writes: 0),
                changed: 0
            )
        )
    }

    @Test func `what is asked for meanwhile becomes one pass`() async {
        #expect(queue.request(.start) == 1)
        #expect(await queue.next(by: Self.never, .interval)?.triggers == [.start])
        #expect(queue.request(.request) == 2)
        #expect(queue.request(.file) == 2)
        #expect(queue.request(.request) == 2)
        let next = await queue.next(by: Self.never, .interval)
        #expect(next?.number == 2)
        #expect(next?.triggers == [.file, .request])
    }

    @Test func `a pass that is due comes without being asked for`() async {
        let next = await queue.next(by: .now, .retry)
        #expect(next?.number == 1)
        #expect(next?.triggers == [.retry])
    }

    @Test func `passes that only requests ask for keep their distance`() async {
        let time = Mutex(ContinuousClock.now)
        let queue = PassQueue(requestDistance: .seconds(10)) { time.withLock { $0 } }
        func begins() async -> [Trigger]? {
            let next = Task { await queue.next(by: Self.never, .interval) }
            // Long enough for what does not wait.
            let limit = Task {
                try await Task.sleep(for: .milliseconds(200))
                next.cancel()
            }
            defer { limit.cancel() }
            return await next.value?.triggers
        }
        queue.request(.request)
        #expect(await begins() == [.request])
        queue.request(.request)
        #expect(await begins() == nil)
        // Whatever else asks for a pass gets it at once, and the request with it.
        queue.request(.file)
        #expect(await begins() == [.file, .request])
        queue.request(.request)
        time.withLock { $0 += .seconds(9) }
        #expect(await begins() == nil)
        time.withLock { $0 += .seconds(1) }
        #expect(await begins() == [.request])
        time.withLock { $0 += .seconds(60) }
        queue.request(.request)
        #expect(await begins() == [.request])
    }

    @Test func `a request that waits for its distance begins by itself`() async {
        let queue = PassQueue(requestDistance: .milliseconds(50))
        for _ in 1...3 {
            queue.request(.request)
            #expect(await queue.next(by: Self.never, .interval)?.triggers == [.request])
        }
    }

    @Test func `a request wakes the loop`() async {
        async let next = queue.next(by: Self.never, .interval)
        await Task.yield()
        queue.request(.signal)
        #expect(await next?.triggers == [.signal])
    }

    @Test func `everybody who waits for a pass gets its end`() async {
        queue.request(.request)
        _ = await queue.next(by: Self.never, .interval)
        let number = queue.request(.request)
        async let first = queue.answer(to: number)
        async let second = queue.answer(to: number)
        queue.end(Self.answer(1))
        _ = await queue.next(by: Self.never, .interval)
        queue.end(Self.answer(2))
        #expect(await first?.pass.number == 2)
        #expect(await second?.pass.number == 2)
        // Who comes late gets it, too.
        #expect(await queue.answer(to: 1)?.pass.number == 2)
    }

    @Test func `closing lets nobody wait in vain`() async {
        queue.request(.start)
        _ = await queue.next(by: Self.never, .interval)
        async let running = queue.answer(to: 1)
        async let next = queue.answer(to: queue.request(.request))
        while queue.waiting < 2 { await Task.yield() }
        queue.close()
        #expect(await next == nil)
        #expect(await queue.next(by: .now, .interval) == nil)
        queue.end(Self.answer(1))
        #expect(await running?.pass.number == 1)
        #expect(await queue.answer(to: 2)?.pass == nil)
    }

    @Test func `a loop that is cancelled ends`() async {
        let queue = queue
        let loop = Task { await queue.next(by: Self.never, .interval) }
        loop.cancel()
        #expect(await loop.value == nil)
    }

    @Test func `while it is held nothing begins and nobody waits, and then all comes at once`() async {
        queue.hold()
        #expect(queue.request(.start) == 1)
        #expect(await queue.answer(to: 1)?.pass == nil)
        async let next = queue.next(by: .now, .interval)
        #expect(queue.release())
        #expect(!queue.release())
        #expect(await next?.triggers.contains(.start) == true)
    }

    @Test func `the pass that runs when it is held still has an end`() async {
        queue.request(.start)
        _ = await queue.next(by: Self.never, .interval)
        queue.hold()
        queue.end(Self.answer(1))
        #expect(await queue.answer(to: 1)?.pass.number == 1)
        #expect(await queue.answer(to: 2)?.pass == nil)
    }
}
