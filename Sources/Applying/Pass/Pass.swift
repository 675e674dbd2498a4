package import AuthentikAPI
import Base
package import DesiredState
import Kinds
package import KubernetesAPI
package import Planning
package import SecretSources
package import Secrets

/// One pass: observe → plan → narrow → execute → observe and plan again what changed meanwhile → report.
package struct Pass: Sendable {
    package var client: AuthentikClient
    package var desired: DesiredState
    /// Resolves the secrets that `desired` refers to, while Authentik is being read.
    package var secrets: @Sendable () async -> ResolvedSecrets
    /// Generates missing secrets if Authentik is a sandbox; nil to leave them missing.
    package var placeholders: PlaceholderSecrets?
    /// Where workloads are restarted and values published; nil for nowhere.
    package var kubernetes: KubernetesAccess?
    /// The part of the file that it is limited to.
    package var narrowing = Narrowing()
    /// The number of writes sent to Authentik at the same time.
    package var concurrency = 4
    /// How many services this pass may delete from, overriding the file; nil for the file's value.
    package var allowedDeletions: Int?
    /// Given the secrets, the services that are checked but not corrected because of conflicting changes by somebody
    /// else.
    package var paused: @Sendable ([SecretReference: SecretLook]) -> Set<String> = { _ in [] }
    /// What it has to look at.
    package var scope = PassScope.everything
    /// Where it finds what the last pass saw, and leaves what it sees; nil to look at everything and leave nothing.
    package var snapshots: SnapshotStore?
    /// Resolves only the secrets of some services, by slug; nil to resolve them all.
    package var secretsOf: (@Sendable (Set<String>) async -> ResolvedSecrets)?
    /// Called during the pass, from any thread.
    package var onEvent: (@Sendable (PassEvent) -> Void)?

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
    package func plan() async throws -> (plan: Plan, release: Release, placeholders: [SecretReference]) {
        let seen = try await observe()
        return (try narrowedPlan(of: seen), seen.authentik.release, seen.secrets.placeholders)
    }

    /// Observes, plans and applies.
    ///
    /// - Parameter reviewed: the only plan that may be applied; nil for any plan.
    /// - Throws: ``PassFailure``, ``PlanMoved``, `UnknownServices`, or `CancellationError`; then nothing was written.
    package func run(applying reviewed: PlanRecord? = nil) async throws -> PassReport {
        let start = ContinuousClock.now
        if let reviewed {
            let seen = try await observe()
            let plan = try plan(of: seen, reviewedAs: reviewed)
            onEvent?(.planned(plan, seen.authentik.release))
            let (outcomes, shared) = await execute(plan, seen)
            // Only the reviewed plan may be applied, so another plan must not be carried out.
            return report(outcomes.map(\.askingForAnotherPlan), shared, of: plan, seen, since: start)
        }
        var fallback: String?
        do {
            let (seen, plan) = try await lookAtTargets()
            return await run(plan, of: seen, since: start)
        } catch let needed as FullLookNeeded {
            if scope != .everything { fallback = needed.reason }
        }
        var seen = try await observe()
        seen.look.fallback = fallback
        return await run(try narrowedPlan(of: seen), of: seen, since: start)
    }

    /// Applies a plan, and what is planned anew for what changed meanwhile.
    private func run(_ plan: Plan, of seen: Seen, since start: ContinuousClock.Instant) async -> PassReport {
        onEvent?(.planned(plan, seen.authentik.release))
        let (outcomes, shared) = await execute(plan, seen)
        guard let again = await lookAgain(after: outcomes, seen) else {
            let report = report(outcomes, shared, of: plan, seen, since: start)
            if let snapshots, !Task.isCancelled {
                snapshots.keep(Snapshot(report, seen.authentik, desired, full: seen.full))
            }
            return report
        }
        var report = report(again.outcomes, shared, of: again.plan, again.seen, since: start)
        (report.heldDeletions, report.release) = (plan.heldDeletions, seen.authentik.release)
        return report
    }

    /// A plan of this pass in its saved format.
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

    /// What a pass observes before it plans.
    struct Seen: Sendable {
        /// Authentik, and the objects to which services publish.
        var authentik: ObservedState
        var secrets: ResolvedSecrets
        /// What this observation took.
        var look = PassLook()
        /// What the last full one took.
        var full = PassLook()
    }

    /// Reads Authentik and, concurrently, the parts of Kubernetes, each with a time limit of its own.
    ///
    /// - Parameter first: an earlier observation: Kubernetes objects and the health of outposts are not read again.
    private func observe(after first: Seen? = nil) async throws -> Seen {
        let meter = LookMeter(client)
        async let secrets = secrets(after: first)
        var client = client
        if let onEvent { client.onRead = { onEvent(.reading($0, done: $1, total: $2)) } }
        let observer = Observer(client: client, kubernetes: kubernetes)
        let authentik = try await observer.observe(for: desired, narrowing, after: first?.authentik)
        var resolved = await secrets
        if let placeholders, client.isSandbox { resolved.fill(placeholders) }
        var seen = try await withProofs(Seen(authentik: authentik, secrets: resolved), by: observer)
        seen.look = meter.look(at: nil)
        seen.full = seen.look
        return seen
    }

    /// Extends an observation by probes of the secrets that Authentik does not show.
    ///
    /// A plan determines which secrets those are. With an answer, another provider may turn out to be a service's own,
    /// which is then probed as well.
    func withProofs(_ seen: Seen, by observer: Observer) async throws -> Seen {
        var seen = seen
        while seen.authentik.providers.contains(where: { $0.clientSecret == nil }),
            let plan = try? narrowedPlan(of: seen)
        {
            let hidden = plan.services.compactMap(\.hiddenSecret)
                .filter { $0.obstacle == nil && seen.authentik.secretProofs[$0] == nil }
            if hidden.isEmpty { break }
            seen.authentik.secretProofs.merge(try await observer.proofs(of: Set(hidden))) { _, new in new }
        }
        return seen
    }

    private func secrets(after first: Seen?) async -> ResolvedSecrets {
        if let first { return first.secrets }
        return await secrets()
    }

    // MARK: - Plan

    /// - Throws: `UnknownServices`
    func narrowedPlan(of seen: Seen) throws(UnknownServices) -> Plan {
        let plan = Planner.plan(
            desired,
            secrets: seen.secrets.looks,
            observed: seen.authentik,
            address: client.address.description,
            allowedDeletions: allowedDeletions
        )
        return try plan.narrowed(to: narrowing, of: desired)
    }

    /// A new plan from the current state, compared with the reviewed one.
    ///
    /// - Throws: ``PlanMoved`` if it differs; a service that no longer exists is also a difference, not an unknown
    ///   name.
    private func plan(of seen: Seen, reviewedAs reviewed: PlanRecord) throws(PlanMoved) -> Plan {
        let plan: Plan
        do {
            plan = try narrowedPlan(of: seen)
        } catch {
            throw PlanMoved(error.names.map { .init(slug: $0.slug, message: "now: neither declared nor owned") })
        }
        let differences = reviewed.differences(from: record(plan, seen.authentik.release))
        guard differences.isEmpty else { throw PlanMoved(differences) }
        return plan
    }

    // MARK: - Execute

    /// Carries out a plan, except for services that need a secret that was left out, since none ever gets a random one,
    /// and for those that are only checked.
    ///
    /// - Returns: the outcomes of the services, and of ``Plan/shared``.
    private func execute(
        _ plan: Plan,
        _ seen: Seen
    ) async -> (services: [ServiceOutcome], shared: [SharedOutcome]) {
        let paused = paused(seen.secrets.looks)
        var plan = plan
        plan.services = plan.services.map { $0.needsSecret || $0.isPaused(paused) ? $0.withheld : $0 }
        var executor = Executor(
            client: client,
            release: seen.authentik.release,
            concurrency: concurrency
        )
        if let onEvent {
            executor.onEnd = { onEvent(.ended($0.completed(paused))) }
            executor.onStep = { onEvent(.writing(done: $0, total: $1)) }
        }
        executor.kubernetes = kubernetes
        let (outcomes, shared) = await executor.run(plan)
        return (outcomes.map { $0.completed(paused) }, shared)
    }

    // MARK: - Report

    private func report(
        _ outcomes: [ServiceOutcome],
        _ shared: [SharedOutcome],
        of plan: Plan,
        _ seen: Seen,
        since start: ContinuousClock.Instant
    ) -> PassReport {
        var objects = ManagedObjects(
            plan,
            seen.authentik,
            owner: desired.owner,
            access: desired.accessSubjects
        )
        for outcome in outcomes { objects.add(outcome.made, for: outcome.plan.slug) }
        shared.forEach { objects.add($0) }
        return PassReport(
            release: seen.authentik.release,
            outcomes: outcomes,
            shared: shared,
            heldDeletions: plan.heldDeletions,
            requests: client.requestCounts,
            duration: .now - start,
            objects: objects,
            secrets: seen.secrets,
            look: seen.look
        )
    }
}

extension PlaceholderSecrets {
    /// Generates what is missing if Authentik is a sandbox, which is only checked if something is missing.
    package func filling(_ resolved: ResolvedSecrets, for client: AuthentikClient) async -> ResolvedSecrets {
        var filled = resolved
        filled.fill(self)
        guard !filled.placeholders.isEmpty, client.address.isLoopback else { return resolved }
        if !client.isSandbox { _ = try? await client.release() }
        return client.isSandbox ? filled : resolved
    }
}

extension SecretResolver {
    /// Resolves the references of the services in the pass; secrets of other services must not be read.
    package func resolve(_ desired: DesiredState, _ narrowing: Narrowing) async -> ResolvedSecrets {
        let services = desired.services.filter { narrowing.includes($0.slug) }
        let references = Set(services.compactMap { $0.provider?.secret })
        guard narrowing.withoutSecrets else { return await resolve(references) }
        return ResolvedSecrets(Dictionary(uniqueKeysWithValues: references.map { ($0, .leftOut) }))
    }
}

extension ServicePlan {
    /// Only corrections of existing objects are paused.
    func isPaused(_ slugs: Set<String>) -> Bool {
        decision == .update && deletion == nil && slugs.contains(slug)
    }
}

extension ServiceOutcome {
    /// This outcome, with what was decided before anything was carried out.
    ///
    /// - Parameter paused: the services that are checked but not corrected.
    fileprivate func completed(_ paused: Set<String>) -> ServiceOutcome {
        var outcome = self
        outcome.isPaused = plan.isPaused(paused)
        if plan.needsSecret {
            outcome.failure = ServiceFailure("not attempted: it needs its secret, which was left out of the plan")
        }
        return outcome
    }
}

/// Progress of a pass.
package enum PassEvent: Sendable {
    /// The number of rows read of a list; each list counts separately.
    case reading(Endpoint, done: Int, total: Int)
    /// From now on the pass writes.
    case planned(Plan, Release)
    /// The number of writes that are done or turned out to be unnecessary.
    case writing(done: Int, total: Int)
    /// A service that the pass writes to is finished; one that changed meanwhile may be reported again.
    case ended(ServiceOutcome)
}

/// How a pass goes on if something interfered: a create that a killed process had left in flight, another process with
/// the same file, or a person.
///
/// All such services are observed again together and planned again by the same rules:
///
/// | the new plan | |
/// |---|---|
/// | is the one that failed | the failure remains |
/// | deletes something | the failure remains: deletions take a pass of their own, with its deletion limit |
/// | cannot be carried out, or has nothing to do | it is the service's outcome |
/// | is another one | it is carried out, once |
extension Pass {
    /// - Parameters:
    ///   - outcomes: of the first plan.
    ///   - first: the observation that it was made from.
    /// - Returns: the outcomes and the new observation; nil if nothing has to be observed again, or cannot be.
    private func lookAgain(
        after outcomes: [ServiceOutcome],
        _ first: Seen
    ) async -> (outcomes: [ServiceOutcome], plan: Plan, seen: Seen)? {
        let failed = Self.outdated(outcomes)
        let isTimeLeft = client.deadline.map { ContinuousClock.now < $0 } ?? true
        guard !failed.isEmpty, isTimeLeft, !Task.isCancelled, client.gate.closed == nil,
            let seen = try? await observe(after: first), let whole = try? narrowedPlan(of: seen)
        else { return nil }
        var plan = whole
        plan.removeServices { service in failed[service.slug].map(service.repeats) ?? true }
        let again = await execute(plan, seen).services
        let replaced = Dictionary(again.map { ($0.plan.slug, $0) }, uniquingKeysWith: { first, _ in first })
        return (outcomes.map { replaced[$0.plan.slug]?.following($0) ?? $0 }, whole, seen)
    }

    /// By slug: the services whose plans may be outdated, and those that waited for them.
    private static func outdated(_ outcomes: [ServiceOutcome]) -> [String: ServiceOutcome] {
        let failed = outcomes.filter { $0.failure != nil }
        var outdated = Set(failed.filter { $0.failure?.mayBeOutdated == true }.map(\.plan.slug))
        while true {
            let waiting = failed.filter {
                !outdated.contains($0.plan.slug) && !outdated.isDisjoint(with: $0.plan.comesAfter)
            }
            if waiting.isEmpty { break }
            outdated.formUnion(waiting.map(\.plan.slug))
        }
        return Dictionary(
            failed.filter { outdated.contains($0.plan.slug) }.map { ($0.plan.slug, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension ServicePlan {
    /// Whether carrying it out is useless or not allowed after another plan failed, or waited for one that did.
    fileprivate func repeats(_ failed: ServiceOutcome) -> Bool {
        if steps.contains(where: \.effect.isDeletion) { return true }
        guard failed.failure?.mayBeOutdated == true else { return false }
        return !steps.isEmpty && decision == failed.plan.decision
            && steps.map(\.after) == failed.plan.steps.map(\.after)
            && writeRecords == failed.plan.writeRecords
    }
}

extension ServiceOutcome {
    /// This outcome, for a plan that was reviewed.
    fileprivate var askingForAnotherPlan: ServiceOutcome {
        var outcome = self
        if failure?.mayBeOutdated == true {
            outcome.failure?.message += "; if it changed after it was planned, plan again"
        }
        return outcome
    }

    /// This outcome, following an earlier one of the same service.
    fileprivate func following(_ first: ServiceOutcome) -> ServiceOutcome {
        var outcome = self
        outcome.written = first.written + written
        outcome.made.application = made.application ?? first.made.application
        outcome.made.provider = made.provider ?? first.made.provider
        outcome.made.mark = made.mark ?? first.made.mark
        outcome.made.bindings = first.made.bindings + made.bindings
        outcome.plan.notes.append("it changed during this pass and was checked again")
        return outcome
    }
}
