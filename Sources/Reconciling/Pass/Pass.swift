package import AuthentikAPI
package import DesiredState
package import KubernetesAPI
package import Planning
package import SecretSources
package import Secrets

/// One pass: observe, plan, apply.
package struct Pass: Sendable {
    package var client: AuthentikClient
    package var desired: DesiredState
    /// Resolves the secrets that `desired` refers to; begun beside the reading of Authentik.
    package var secrets: @Sendable () async -> ResolvedSecrets
    /// Where workloads are restarted and services told of their providers; nil for nowhere.
    package var kubernetes: KubernetesAccess?
    /// What it is about, if not about everything.
    package var narrowing = Narrowing()
    /// How many services are written to at the same time.
    package var concurrency = 4
    /// How many services this pass may delete from, whatever the file says; nil for what the file says.
    package var allowedDeletions: Int?
    /// Tells by the secrets which services are looked at and not mended: somebody keeps changing them back.
    package var paused: @Sendable ([SecretReference: SecretLook]) -> Set<String> = { _ in [] }
    /// Told how many of the changing services are done.
    package var onProgress: (@Sendable (_ done: Int, _ total: Int) -> Void)?

    package init(
        client: AuthentikClient,
        desired: DesiredState,
        secrets: @escaping @Sendable () async -> ResolvedSecrets
    ) {
        self.client = client
        self.desired = desired
        self.secrets = secrets
    }

    /// Observes and plans; writes nothing.
    ///
    /// - Throws: ``PassFailure``, `UnknownServices`, or `CancellationError`.
    package func plan() async throws -> (plan: Plan, release: Release, standIns: [SecretReference]) {
        let (plan, observed, secrets) = try await observeAndPlan(for: nil)
        return (plan, observed.release, secrets.standIns)
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
        let (plan, observed, secrets) = try await observeAndPlan(for: reviewed)
        if let differences = reviewed?.differences(from: record(plan, observed.release)), !differences.isEmpty {
            throw PlanMoved(differences)
        }
        let paused = paused(secrets.looks)
        var outcomes = await apply(plan, observed.release, paused: paused)
        var seen = (plan: plan, observed: observed)
        if reviewed != nil {
            // Only the plan that was reviewed may be applied, so there is no other to go on with.
            outcomes = outcomes.map(\.askingForAnotherPlan)
        } else if let again = await lookAgain(after: outcomes, observed, secrets) {
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
            objects: objects,
            secrets: secrets
        )
    }

    /// What Kubernetes has is looked at beside Authentik, each part of it within a limit of its own.
    ///
    /// - Parameters:
    ///   - reviewed: of which a service that is gone is a difference, and not a wrong name.
    ///   - known: what Kubernetes has, if that was looked at before.
    func observeAndPlan(
        for reviewed: PlanRecord?,
        known: (secrets: ResolvedSecrets, published: [PublishedObjectName: PublishedObservation])? = nil
    ) async throws -> (Plan, ObservedState, ResolvedSecrets) {
        async let resolved = resolvedSecrets(known?.secrets)
        async let published = published(known?.published)
        var observed = try await client.observe(for: desired)
        observed.published = await published
        let secrets = await resolved
        let plan = Planner.plan(
            desired,
            secrets: secrets.looks,
            observed: observed,
            address: client.address.description,
            allowedDeletions: allowedDeletions
        )
        do throws(UnknownServices) {
            return (try plan.narrowed(to: narrowing, of: desired), observed, secrets)
        } catch {
            guard reviewed != nil else { throw error }
            throw PlanMoved(error.names.map { .init(slug: $0.slug, message: "now it is neither declared nor ours") })
        }
    }

    private func resolvedSecrets(_ known: ResolvedSecrets?) async -> ResolvedSecrets {
        if let known { return known }
        return await secrets()
    }

    private func published(
        _ known: [PublishedObjectName: PublishedObservation]?
    ) async -> [PublishedObjectName: PublishedObservation] {
        if let known { return known }
        return await PublishedObjects(kubernetes: kubernetes).observe(for: desired, narrowing)
    }

    /// Applies a plan but for the services that need a secret which was left out: none is ever given a random one.
    func apply(_ plan: Plan, _ release: Release, paused: Set<String>) async -> [ServiceOutcome] {
        var plan = plan
        for index in plan.services.indices
        where plan.services[index].needsSecret || plan.services[index].isPaused(paused) {
            plan.services[index].writes = []
        }
        var applier = Applier(client: client, release: release, concurrency: concurrency, onProgress: onProgress)
        applier.kubernetes = kubernetes
        let outcomes = await applier.apply(plan)
        return outcomes.map { outcome in
            var outcome = outcome
            outcome.isPaused = outcome.plan.isPaused(paused)
            if outcome.plan.needsSecret {
                outcome.failure = ServiceFailure(
                    "not attempted: it needs its secret, which was left out of the plan"
                )
            }
            return outcome
        }
    }
}

extension SecretResolver {
    /// Resolves what the services that a pass is about refer to: one about others must not look at what came of theirs.
    package func resolve(_ desired: DesiredState, _ narrowing: Narrowing) async -> ResolvedSecrets {
        let services = desired.services.filter { narrowing.includes($0.slug) }
        let references = Set(services.compactMap { $0.provider?.secret })
        guard narrowing.withoutSecrets else { return await resolve(references) }
        return ResolvedSecrets(Dictionary(uniqueKeysWithValues: references.map { ($0, .leftOut) }))
    }
}

extension ServicePlan {
    /// Only mending what is there is put off.
    fileprivate func isPaused(_ slugs: Set<String>) -> Bool {
        decision == .update && deletion == nil && slugs.contains(slug)
    }
}
