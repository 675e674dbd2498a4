package import AuthentikAPI
package import DesiredState
package import Planning
package import SecretSources

/// One pass: observe → plan → narrow → execute → look again at what changed meanwhile → report.
package struct Pass: Sendable {
    package var client: AuthentikClient
    package var desired: DesiredState
    /// Resolves the secrets that `desired` refers to; begun beside the reading of Authentik.
    package var secrets: @Sendable () async -> ResolvedSecrets
    /// Where workloads are restarted and services told of their providers; nil for nowhere.
    package var kubernetes: KubernetesSecrets?
    /// What it is about, if not about everything.
    package var narrowing = Narrowing()
    /// How many writes are sent to Authentik at the same time.
    package var concurrency = 4
    /// How many services this pass may delete from, whatever the file says; nil for what the file says.
    package var allowedDeletions: Int?
    /// Tells by the secrets which services are looked at and not mended: somebody keeps changing them back, see
    /// ``FightDetector``.
    package var paused: @Sendable ([SecretReference: SecretAvailability]) -> Set<String> = { _ in [] }
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
        let seen = try await observe()
        return (try narrowedPlan(of: seen), seen.authentik.release, seen.secrets.standIns)
    }

    /// Observes, plans and applies.
    ///
    /// - Parameter reviewed: the one plan that may be applied; nil for whichever is made.
    /// - Throws: ``PassFailure``, ``PlanMoved``, `UnknownServices`, or `CancellationError`; then nothing was written.
    package func run(applying reviewed: PlanRecord? = nil) async throws -> PassReport {
        let start = ContinuousClock.now
        let seen = try await observe()
        let plan = try reviewed.map { try self.plan(of: seen, reviewedAs: $0) } ?? narrowedPlan(of: seen)
        let outcomes = await execute(plan, seen)
        guard reviewed == nil else {
            // Only the plan that was reviewed may be applied, so there is no other to go on with.
            return report(outcomes.map(\.askingForAnotherPlan), of: plan, seen, since: start)
        }
        guard let again = await lookAgain(after: outcomes, seen) else {
            return report(outcomes, of: plan, seen, since: start)
        }
        var report = report(again.outcomes, of: again.plan, again.seen, since: start)
        (report.brake, report.release) = (plan.brake, seen.authentik.release)
        return report
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

    // MARK: - Observe

    /// What a pass looks at before it plans.
    struct Seen: Sendable {
        /// Authentik, and what services publish.
        var authentik: ObservedState
        var secrets: ResolvedSecrets
    }

    /// Looks at Authentik and, at the same time, at what Kubernetes has, each part of that within a limit of its own.
    ///
    /// - Parameter first: what was seen before: what Kubernetes has is not looked at again.
    func observe(after first: Seen? = nil) async throws -> Seen {
        async let secrets = secrets(after: first)
        async let published = published(after: first)
        var authentik = try await client.observe(for: desired)
        authentik.published = await published
        return Seen(authentik: authentik, secrets: await secrets)
    }

    private func secrets(after first: Seen?) async -> ResolvedSecrets {
        if let first { return first.secrets }
        return await secrets()
    }

    private func published(after first: Seen?) async -> [PublishedObjectName: PublishedObservation] {
        if let first { return first.authentik.published }
        return await PublishedObjects(kubernetes: kubernetes).observe(for: desired, narrowing)
    }

    // MARK: - Plan

    /// - Throws: `UnknownServices`
    func narrowedPlan(of seen: Seen) throws(UnknownServices) -> Plan {
        let plan = Planner.plan(
            desired,
            secrets: seen.secrets.availability,
            observed: seen.authentik,
            address: client.address.description,
            allowedDeletions: allowedDeletions
        )
        return try plan.narrowed(to: narrowing, of: desired)
    }

    /// The plan that was reviewed, made anew of what is there now.
    ///
    /// - Throws: ``PlanMoved`` if it is another one; a service that is gone is a difference, too, and not a wrong name.
    private func plan(of seen: Seen, reviewedAs reviewed: PlanRecord) throws(PlanMoved) -> Plan {
        let plan: Plan
        do {
            plan = try narrowedPlan(of: seen)
        } catch {
            throw PlanMoved(error.names.map { .init(slug: $0.slug, message: "now it is neither declared nor ours") })
        }
        let differences = reviewed.differences(from: record(plan, seen.authentik.release))
        guard differences.isEmpty else { throw PlanMoved(differences) }
        return plan
    }

    // MARK: - Execute

    /// Carries out a plan but for the services that need a secret which was left out, since none is ever given a random
    /// one, and for those that are only looked at.
    func execute(_ plan: Plan, _ seen: Seen) async -> [ServiceOutcome] {
        let paused = paused(seen.secrets.availability)
        var plan = plan
        plan.services = plan.services.map { $0.needsSecret || $0.isPaused(paused) ? $0.withheld : $0 }
        var executor = Executor(
            client: client,
            release: seen.authentik.release,
            concurrency: concurrency,
            onProgress: onProgress
        )
        executor.kubernetes = kubernetes
        return await executor.run(plan).map { outcome in
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

    // MARK: - Report

    private func report(
        _ outcomes: [ServiceOutcome],
        of plan: Plan,
        _ seen: Seen,
        since start: ContinuousClock.Instant
    ) -> PassReport {
        var objects = ManagedObjects(plan, seen.authentik, owner: desired.owner)
        for outcome in outcomes { objects.add(outcome.made, for: outcome.plan.slug) }
        return PassReport(
            release: seen.authentik.release,
            outcomes: outcomes,
            brake: plan.brake,
            requests: client.requestCounts,
            duration: .now - start,
            objects: objects,
            secrets: seen.secrets
        )
    }
}

extension ServicePlan {
    /// Only mending what is there is put off.
    fileprivate func isPaused(_ slugs: Set<String>) -> Bool {
        decision == .update && deletion == nil && slugs.contains(slug)
    }
}
