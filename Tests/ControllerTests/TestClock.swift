import Base
import FoundationEssentials
import Synchronization

@testable import Controller

/// A clock that stands still until a test moves it.
final class TestClock: LoopClock {
    typealias Instant = ContinuousClock.Instant

    private struct Sleeper {
        var deadline: Instant
        /// From when it fell asleep.
        var duration: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var elapsed: Duration = .zero
        var sleepers: [Int: Sleeper] = [:]
        /// Those who wait until somebody falls asleep for so long.
        var watchers: [(duration: Duration, continuation: CheckedContinuation<Void, Never>)] = []
        var next = 0
    }

    private let state = Mutex(State())
    private let start: Instant
    private let startedAt = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))

    init() {
        start = ContinuousClock.now
    }

    var now: Instant { start + state.withLock { $0.elapsed } }
    var timestamp: Timestamp { startedAt.advanced(by: state.withLock { $0.elapsed }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isOver, watchers) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
                    if Task.isCancelled || start + state.elapsed >= deadline { return (true, []) }
                    let duration = deadline - (start + state.elapsed)
                    state.sleepers[id] = Sleeper(deadline: deadline, duration: duration, continuation: continuation)
                    let met = state.watchers.filter { $0.duration == duration }.map(\.continuation)
                    state.watchers.removeAll { $0.duration == duration }
                    return (false, met)
                }
                for watcher in watchers { watcher.resume() }
                if isOver {
                    continuation.resume(with: Task.isCancelled ? .failure(CancellationError()) : .success(()))
                }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Goes on, and wakes whose time has come, the earliest first.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.elapsed += duration
            let woken = state.sleepers.filter { $0.value.deadline <= start + state.elapsed }
            for id in woken.keys { state.sleepers[id] = nil }
            return woken.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Returns once somebody who fell asleep now sleeps for so long.
    func sleeper(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let deadline = start + state.elapsed + duration
                if state.sleepers.values.contains(where: { $0.duration == duration && $0.deadline == deadline }) {
                    return true
                }
                state.watchers.append((duration, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
