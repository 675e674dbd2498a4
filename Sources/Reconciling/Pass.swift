package import AuthentikAPI
package import DesiredState
package import Planning
import SecretSources

/// One pass: observe, plan, apply.
package struct Pass: Sendable {
    package var client: AuthentikClient
    package var desired: DesiredState
    /// What came of the secrets that `desired` refers to.
    package var secrets: [SecretReference: SecretAvailability]
    /// How many services are written to at the same time.
    package var concurrency = 4
    /// How many services this pass may delete from, whatever the file says; nil for what the file says.
    package var allowedDeletions: Int?
    /// Told how many of the changing services are done.
    package var onProgress: (@Sendable (_ done: Int, _ total: Int) -> Void)?

    package init(
        client: AuthentikClient,
        desired: DesiredState,
        secrets: [SecretReference: SecretAvailability]
    ) {
        self.client = client
        self.desired = desired
        self.secrets = secrets
    }

    /// Observes and plans; writes nothing.
    ///
    /// - Throws: ``PassFailure``, or `CancellationError`.
    package func plan() async throws -> (plan: Plan, release: Release) {
        let (plan, observed) = try await observeAndPlan()
        return (plan, observed.release)
    }

    /// Observes, plans and applies.
    ///
    /// - Throws: ``PassFailure``, or `CancellationError`; then nothing was written.
    package func run() async throws -> PassReport {
        let start = ContinuousClock.now
        let (plan, observed) = try await observeAndPlan()
        let outcomes = await Applier(client: client, concurrency: concurrency, onProgress: onProgress).apply(plan)
        return PassReport(
            release: observed.release,
            outcomes: outcomes,
            brake: plan.brake,
            requests: client.requestCounts,
            duration: .now - start
        )
    }

    private func observeAndPlan() async throws -> (Plan, ObservedState) {
        let observed = try await client.observe(for: desired)
        let plan = Planner.plan(
            desired,
            secrets: secrets,
            observed: observed,
            allowedDeletions: allowedDeletions
        )
        return (plan, observed)
    }
}
