import DesiredState
import Synchronization

/// For how long a secret that is not there yet is waited for, before somebody has to look.
///
/// External Secrets needs a moment to make a Secret that was just declared; one that is still not there much later will
/// not come by itself.
package final class SecretPatience: Sendable {
    private let limit: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    /// Since when each has been missed.
    private let missing = Mutex<[SecretReference: ContinuousClock.Instant]>([:])

    package init(limit: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.limit = limit
        self.now = now
    }

    /// Notes that a secret is not there.
    ///
    /// - Returns: whether it is still waited for.
    func waits(for reference: SecretReference) -> Bool {
        let now = now()
        return missing.withLock { missing in
            let since = missing[reference] ?? now
            missing[reference] = since
            return now - since < limit
        }
    }

    /// Notes that a secret is there.
    func found(_ reference: SecretReference) { missing.withLock { $0[reference] = nil } }
}
