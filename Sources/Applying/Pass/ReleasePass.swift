package import AuthentikAPI
import Kinds
package import Planning

/// Removes an owner's marks and changes nothing else: what was managed stays as it is, without an owner.
package struct ReleasePass: Sendable {
    package var client: AuthentikClient
    /// The owner whose marks are removed.
    package var owner: String
    /// The number of marks removed at the same time.
    package var concurrency = 4

    package init(client: AuthentikClient, owner: String) {
        self.client = client
        self.owner = owner
    }

    /// Reads the owner's marks; writes nothing.
    ///
    /// - Throws: ``PassFailure``, or `CancellationError`.
    package func plan() async throws -> (plan: Plan, release: Release) {
        let observed = try await Observer(client: client).observeMarks()
        let plan = Planner.release(
            owner: owner,
            applications: observed.applications,
            marks: observed.marks,
            scopeMappings: observed.scopeMappings
        )
        return (plan, observed.release)
    }

    /// Removes the marks.
    ///
    /// - Throws: ``PassFailure``, or `CancellationError`; then nothing was written.
    package func run() async throws -> PassReport {
        let start = ContinuousClock.now
        let (plan, release) = try await plan()
        let (outcomes, shared) = await Executor(client: client, release: release, concurrency: concurrency).run(plan)
        return PassReport(
            release: release,
            outcomes: outcomes,
            shared: shared,
            requests: client.requestCounts,
            duration: .now - start
        )
    }
}
