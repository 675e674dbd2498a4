package import Reconciling
package import Status
import Synchronization

/// What asks for passes, and who waits for their ends.
///
/// Passes never overlap. What is asked for while one runs becomes one pass after it, however often it is asked for; what
/// is asked for while the queue is held, one pass when it is released. Passes that nothing but requests ask for begin at
/// least ``requestDistance`` apart: whoever may ask could otherwise keep Authentik busy.
package final class PassQueue: Sendable {
    private struct State {
        /// Of the next pass to begin, from 1.
        var number = 1
        var triggers: Set<Trigger> = []
        var last: PassAnswer?
        /// By the number of the pass.
        var waiting: [Int: [CheckedContinuation<PassAnswer?, Never>]] = [:]
        var isClosed = false
        var isHeld = false
        /// When the next pass may begin that only requests ask for.
        var nextRequested: ContinuousClock.Instant?
    }

    private enum Step {
        case begin(_ number: Int, [Trigger])
        case wait(until: ContinuousClock.Instant)
        case end
    }

    private let state = Mutex(State())
    private let bell = Bell()
    private let requestDistance: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - requestDistance: from the start of a pass that was requested to that of the next that only requests ask for.
    ///   - now: tells the time.
    package init(
        requestDistance: Duration = .seconds(1),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.requestDistance = requestDistance
        self.now = now
    }

    /// Asks for a pass.
    ///
    /// - Returns: the number of the pass that will have begun after this moment.
    @discardableResult
    package func request(_ trigger: Trigger) -> Int {
        let number = state.withLock { state in
            state.triggers.insert(trigger)
            return state.number
        }
        bell.ring()
        return number
    }

    /// Waits for the end of a pass.
    ///
    /// - Returns: what came of it; nil if it does not come any more, or not for now.
    package func answer(to number: Int) async -> PassAnswer? {
        await withCheckedContinuation { continuation in
            let (isOver, answer) = state.withLock { state -> (Bool, PassAnswer?) in
                if let last = state.last, last.pass.number >= number { return (true, last) }
                if state.isClosed || state.isHeld { return (true, nil) }
                state.waiting[number, default: []].append(continuation)
                return (false, nil)
            }
            if isOver { continuation.resume(returning: answer) }
        }
    }

    /// No further pass begins, and nobody waits for one any more; one that runs can still ``end(_:)``.
    package func close() {
        letGo { $0.isClosed = true }
        bell.ring()
    }

    /// No further pass begins until ``release()``, and nobody waits for one; one that runs can still ``end(_:)``.
    package func hold() { letGo { $0.isHeld = true } }

    /// Passes may begin.
    ///
    /// - Returns: whether they could not before.
    @discardableResult
    package func release() -> Bool {
        let wasHeld = state.withLock { state in
            defer { state.isHeld = false }
            return state.isHeld
        }
        if wasHeld { bell.ring() }
        return wasHeld
    }

    private func letGo(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            // The pass that runs still has an end.
            let waiting = state.waiting.filter { $0.key >= state.number }
            for number in waiting.keys { state.waiting[number] = nil }
            return waiting
        }
        for continuation in waiting.values.joined() { continuation.resume(returning: nil) }
    }

    /// Waits until a pass is asked for, or due.
    ///
    /// - Returns: the pass that is to begin now; nil if none is any more.
    func next(by due: ContinuousClock.Instant, _ reason: Trigger) async -> (number: Int, triggers: [Trigger])? {
        while !Task.isCancelled {
            let time = now()
            let isDue = time >= due
            let step = state.withLock { state -> Step in
                guard !state.isClosed else { return .end }
                // What is due while passes are held is not waited for.
                guard !state.isHeld else { return .wait(until: isDue ? time + .seconds(3600) : due) }
                if isDue { state.triggers.insert(reason) }
                guard !state.triggers.isEmpty else { return .wait(until: due) }
                if state.triggers == [.request], let next = state.nextRequested, time < next {
                    return .wait(until: min(next, due))
                }
                if state.triggers.contains(.request) { state.nextRequested = time + requestDistance }
                defer {
                    state.triggers = []
                    state.number += 1
                }
                return .begin(state.number, state.triggers.sorted())
            }
            switch step {
            case .begin(let number, let triggers): return (number, triggers)
            case .wait(let until): await bell.wait(until: until)
            case .end: return nil
            }
        }
        return nil
    }

    /// How many wait for the end of a pass.
    package var waiting: Int { state.withLock { $0.waiting.values.map(\.count).reduce(0, +) } }

    /// Answers everybody who waits for a pass.
    func end(_ answer: PassAnswer) {
        let waiting = state.withLock { state in
            state.last = answer
            let waiting = state.waiting.filter { $0.key <= answer.pass.number }
            for number in waiting.keys { state.waiting[number] = nil }
            return waiting
        }
        for continuation in waiting.values.joined() { continuation.resume(returning: answer) }
    }
}

/// What came of a pass, for who asked for it.
package struct PassAnswer: Sendable, Encodable {
    package var pass: FinishedPass
    /// Absent if it failed.
    package var report: ReportDocument?
}
