import Synchronization

/// Decides what goes wrong in a sandbox; the plan can be changed while it is served.
package final class FaultInjector: Sendable {
    private struct Current {
        var state: FaultState
        var start: ContinuousClock.Instant
    }

    private let current: Mutex<Current>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter now: the clock that ``Fault/starting(_:retryAfter:)`` goes by.
    init(_ plan: FaultPlan, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        current = Mutex(Current(state: FaultState(plan), start: now()))
        self.now = now
    }

    package var plan: FaultPlan { current.withLock { $0.state.plan } }

    /// Starts a plan from its beginning, whatever the present one has done.
    package func set(_ plan: FaultPlan) {
        let start = now()
        current.withLock { $0 = Current(state: FaultState(plan), start: start) }
    }

    func decide(_ request: FaultRequest) -> FaultState.Decision {
        let now = now()
        return current.withLock { $0.state.decide(request, elapsed: now - $0.start) }
    }
}
