package import AuthentikAPI
package import DesiredState
package import Planning
package import SecretSources

/// One pass: observe, plan, apply.
package struct Pass: Sendable {
    package var client: AuthentikClient
    package var desired: DesiredState
    /// What came of the secrets that `desired` refers to.
    package var secrets: [SecretReference: SecretAvailability]
    /// Where workloads are restarted and services told of their providers; nil for nowhere.
    package var kubernetes: KubernetesSecrets?
    /// What it is about, if not about everything.
    package var narrowing = Narrowing()
    /// How many services are written to at the same time.
    package var concurrency = 4
    /// How many services this pass may delete from, whatever the file says; nil for what the file says.
    package var allowedDeletions: Int?
    /// Services that are looked at and not mended: somebody keeps changing them back, see ``FightDetector``.
    package var paused: Set<String> = []
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
    /// - Throws: ``PassFailure``, `UnknownServices`, or `CancellationError`.
    package func plan() async throws -> (plan: Plan, release: Release) {
        let (plan, observed) = try await observeAndPlan(for: nil)
        return (plan, observed.release)
    }

    /// A plan of this pass as it is written down.
    package func record(_ plan: Plan, _ release: Release) -> PlanRecord {
        PlanRecord(
            plan,
            release: release,
            address: client.address,
            owner: desired.owner,
            narrowing: narrowing,
            allowedDeletions: allowedDeletions
        )
    }

    /// Observes, plans and applies.
    ///
    /// - Parameter reviewed: the one plan that may be applied; nil for whichever is made.
    /// - Throws: ``PassFailure``, ``PlanMoved``, `UnknownServices`, or `CancellationError`; then nothing was written.
    package func run(applying reviewed: PlanRecord? = nil) async throws -> PassReport {
        let start = ContinuousClock.now
        let (plan, observed) = try await observeAndPlan(for: reviewed)
        if let differences = reviewed?.differences(from: record(plan, observed.release)), !differences.isEmpty {
            throw PlanMoved(differences)
        }
        var outcomes = await apply(plan, observed.release)
        var seen = (plan: plan, observed: observed)
        if reviewed != nil {
            // Only the plan that was reviewed may be applied, so there is no other to go on with.
            outcomes = outcomes.map(\.askingForAnotherPlan)
        } else if let again = await lookAgain(after: outcomes, observed) {
            outcomes = again.outcomes
            seen = (again.plan, again.observed)
        }
        var objects = ManagedObjects(seen.plan, seen.observed, owner: desired.owner)
        for outcome in outcomes { objects.add(outcome.made, for: outcome.plan.slug) }
        return PassReport(
            release: observed.release,
            outcomes: outcomes,
            brake: plan.brake,
            requests: client.requestCounts,
            duration: .now - start,
            objects: objects
        )
    }

    /// - Parameters:
    ///   - reviewed: of which a service that is gone is a difference, and not a wrong name.
    ///   - known: what is published, if that was looked at before.
    func observeAndPlan(
        for reviewed: PlanRecord?,
        published known: [PublishedObjectName: PublishedObservation]? = nil
    ) async throws -> (Plan, ObservedState) {
        async let published = published(known)
        var observed = try await client.observe(for: desired)
        observed.published = await published
        let plan = Planner.plan(
            desired,
            secrets: secrets,
            observed: observed,
            address: client.address.description,
            allowedDeletions: allowedDeletions
        )
        do throws(UnknownServices) {
            return (try plan.narrowed(to: narrowing, of: desired), observed)
        } catch {
            guard reviewed != nil else { throw error }
            throw PlanMoved(error.names.map { .init(slug: $0.slug, message: "now it is neither declared nor ours") })
        }
    }

    private func published(
        _ known: [PublishedObjectName: PublishedObservation]?
    ) async -> [PublishedObjectName: PublishedObservation] {
        if let known { return known }
        return await PublishedObjects(kubernetes: kubernetes).observe(for: desired, narrowing)
    }

    /// Applies a plan but for the services that need a secret which was left out: none is ever given a random one.
    func apply(_ plan: Plan, _ release: Release) async -> [ServiceOutcome] {
        var plan = plan
        for index in plan.services.indices where plan.services[index].needsSecret || isPaused(plan.services[index]) {
            plan.services[index].writes = []
        }
        var applier = Applier(client: client, release: release, concurrency: concurrency, onProgress: onProgress)
        applier.kubernetes = kubernetes
        let outcomes = await applier.apply(plan)
        return outcomes.map { outcome in
            var outcome = outcome
            outcome.isPaused = isPaused(outcome.plan)
            if outcome.plan.needsSecret {
                outcome.failure = ServiceFailure(
                    "not attempted: it needs its secret, which was left out of the plan"
                )
            }
            return outcome
        }
    }

    /// Only mending what is there is put off.
    private func isPaused(_ service: ServicePlan) -> Bool {
        service.decision == .update && service.deletion == nil && paused.contains(service.slug)
    }
}
