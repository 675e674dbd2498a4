import AuthentikAPI
import JSON
import Planning
import SecretSources
import Synchronization

/// Carries out a plan: services side by side, the writes of each in order.
///
/// A service that fails holds up no other. New OIDC services are made in one transaction each, which returns no pks, so
/// their marks follow after one list of all applications.
struct Applier: Sendable {
    let client: AuthentikClient
    /// How many services are written to at the same time.
    let concurrency: Int
    /// Told how many of the services are done; nil for nobody.
    let onProgress: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    /// Where workloads are restarted; nil for nowhere.
    var kubernetes: KubernetesSecrets?
    var clock = RestartClock()

    /// What a service's writes have made so far.
    private struct Progress: Sendable {
        var plan: ServicePlan
        var made = MadeObjects()
        /// The time of the restart that is due; nil without one.
        var restartedAt: String?
        /// A mark that waits for the pk of its application.
        var pendingMark: OwnershipMark?
        /// What is published once that is written.
        var pendingContent: PublishedContent?
        var failure: ServiceFailure?
        /// The writes that are done.
        var written: [WriteRecord.Action] = []
    }

    func apply(_ plan: Plan) async -> [ServiceOutcome] {
        let stop = StopSignal()
        let total = plan.changing.count
        var done: [Progress] = []
        var waiting = plan.changing
        // Most wait for nobody; the few that do, for a name that another one gives up.
        while !waiting.isEmpty {
            let undone = Set(waiting.map(\.slug))
            let succeeded = Set(done.filter { $0.failure == nil }.map(\.plan.slug))
            let ready = waiting.filter { undone.isDisjoint(with: $0.waitsFor) }
            waiting.removeAll { undone.isDisjoint(with: $0.waitsFor) }
            let before = done.count
            done += await concurrently(ready, limit: concurrency) { service, slots in
                await write(service, stop, slots, succeeded)
            } each: {
                onProgress?(before + $0, total)
            }
        }
        done = await publishPending(await writePendingMarks(done))
        let outcomes = done.map {
            ServiceOutcome(plan: $0.plan, failure: $0.failure, written: $0.written, made: $0.made)
        }
        let untouched = plan.services.filter(\.writes.isEmpty).map { ServiceOutcome(plan: $0, failure: nil) }
        return (outcomes + untouched).map(hindered).sorted { $0.plan.slug < $1.plan.slug }
    }

    /// An outcome with what could not be done from the start.
    private func hindered(_ outcome: ServiceOutcome) -> ServiceOutcome {
        var outcome = outcome
        if !outcome.plan.decision.isStuck {
            outcome.failure = outcome.failure ?? outcome.plan.hindrance.map { .init($0) }
        }
        return outcome
    }

    private func write(
        _ service: ServicePlan,
        _ stop: StopSignal,
        _ slots: Slots,
        _ succeeded: Set<String>
    ) async -> Progress {
        var progress = Progress(plan: service)
        if let other = service.waitsFor.first(where: { !succeeded.contains($0) }) {
            progress.failure = ServiceFailure(
                "not attempted: '\(other)' has to give something up for it first, and did not in this pass"
            )
            return progress
        }
        if let reason = stop.reason ?? deadlineFailure {
            progress.failure = reason
            return progress
        }
        progress.restartedAt = service.restartTime.map(clock.time)
        do {
            for write in service.writes {
                try await send(write, &progress, slots)
                // A mark that waits for its application is not written yet.
                if progress.pendingMark == nil { progress.written.append(WriteRecord(write).action) }
            }
        } catch {
            progress.failure = failure(error)
            if (error as? AuthentikError)?.kind == .invalidToken {
                stop.reason = ServiceFailure("not attempted: Authentik refused the token meanwhile")
            }
        }
        return progress
    }

    private func failure(_ error: any Error) -> ServiceFailure {
        switch error {
        case let failure as ServiceFailure: failure
        case let stopped as WritesStopped: ServiceFailure("not finished: \(stopped)")
        case let error as AuthentikError: ServiceFailure(error)
        default: ServiceFailure("not finished: \(client.gate.closed?.reason ?? "the pass was cancelled")")
        }
    }

    private func send(_ write: Write, _ progress: inout Progress, _ slots: Slots) async throws {
        switch write {
        case .createApplicationAndProvider(let application, let provider):
            try await client.createApplicationAndProvider(
                application: body(application),
                provider: body(provider),
                slug: progress.plan.slug
            )
        case .createProvider(let assignments):
            progress.made.provider = try await client.createProvider(body(assignments), name: name(in: assignments)).pk
        case .updateProvider(let pk, let assignments):
            try await client.updateProvider(pk: pk, body(assignments))
        case .createApplication(let assignments, let link):
            let body = body(assignments, link: link, progress)
            progress.made.application = try await client.createApplication(body, slug: progress.plan.slug).pk
        case .updateApplication(let slug, let assignments, let link):
            try await client.updateApplication(slug: slug, body(assignments, link: link, progress))
        case .createMark(let application, var mark):
            mark.provider = mark.provider ?? progress.made.provider
            guard let pk = application ?? progress.made.application else {
                progress.pendingMark = mark
                return
            }
            progress.made.mark = try await createMark(mark, on: pk)
        case .updateMark(let entitlement, var mark):
            mark.provider = mark.provider ?? progress.made.provider
            if let time = progress.restartedAt { mark.rotation?.at = time }
            try await client.updateEntitlement(pk: entitlement, attributes: mark.attributes)
        case .restartWorkload(let workload, let time):
            let time = progress.restartedAt ?? clock.time(time)
            try await slots.outside { try await kubernetesWrites.restart(workload, at: time) }
        case .publish(let content):
            guard progress.pendingMark == nil else {
                progress.pendingContent = content
                return
            }
            try await slots.outside { try await kubernetesWrites.publish(content) }
        case .deleteProvider(let pk):
            try await client.deleteProvider(pk: pk)
        case .deleteApplication(let slug):
            try await client.deleteApplication(slug: slug)
        case .deleteMark(let entitlement):
            try await client.deleteEntitlement(pk: entitlement)
        }
    }

    private var kubernetesWrites: KubernetesWrites { KubernetesWrites(kubernetes: kubernetes, gate: client.gate) }

    // MARK: - Marks of what a transaction made

    private func writePendingMarks(_ services: [Progress]) async -> [Progress] {
        guard services.contains(where: { $0.pendingMark != nil && $0.failure == nil }) else { return services }
        if let stopped = client.gate.closed {
            return services.map { service in
                var service = service
                if service.pendingMark != nil { service.failure = service.failure ?? unmarked("\(stopped)") }
                return service
            }
        }
        // What the list does not show, because it failed or the account may not open it, is read by slug.
        let rows = (try? await client.listedApplications().rows) ?? []
        let listed = Dictionary(rows.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        return await concurrently(services, limit: concurrency) { service, _ in
            await writePendingMark(service, listed)
        }
    }

    private func writePendingMark(_ service: Progress, _ listed: [String: Application]) async -> Progress {
        var service = service
        guard var mark = service.pendingMark, service.failure == nil else { return service }
        do {
            let slug = service.plan.slug
            guard let application = try await found(slug, listed) else {
                service.failure = unmarked("it was gone again before it could be marked")
                return service
            }
            mark.provider = application.provider
            service.made = MadeObjects(application: application.pk, provider: application.provider)
            service.made.mark = try await createMark(mark, on: application.pk)
            service.written.append(.createMark)
        } catch {
            service.failure = unmarked("\(error)")
        }
        return service
    }

    /// Publishes what waited for a mark.
    private func publishPending(_ services: [Progress]) async -> [Progress] {
        guard services.contains(where: { $0.pendingContent != nil && $0.failure == nil }) else { return services }
        return await concurrently(services, limit: concurrency) { service, slots in
            guard let content = service.pendingContent, service.failure == nil else { return service }
            var service = service
            do {
                try await slots.outside { try await kubernetesWrites.publish(content) }
                service.written.append(.publish)
            } catch {
                service.failure = failure(error)
            }
            return service
        }
    }

    private func found(_ slug: String, _ listed: [String: Application]) async throws -> Application? {
        if let application = listed[slug] { return application }
        return try await client.application(slug: slug)
    }

    /// - Returns: its pk.
    private func createMark(_ mark: OwnershipMark, on application: String) async throws -> String {
        try await client.createEntitlement(
            named: OwnershipMark.entitlementName,
            application: application,
            attributes: mark.attributes
        ).pk
    }

    private func unmarked(_ reason: String) -> ServiceFailure {
        ServiceFailure("created, but without its ownership mark, which the next pass writes: \(reason)")
    }

    // MARK: - Bodies

    private func body(_ assignments: [FieldAssignment]) -> WriteBody {
        WriteBody(
            Dictionary(assignments.map { ($0.field, $0.value.json) }, uniquingKeysWith: { $1 }),
            secrets: assignments.compactMap(\.value.secret)
        )
    }

    private func body(_ assignments: [FieldAssignment], link: ProviderLink?, _ progress: Progress) -> WriteBody {
        var body = body(assignments)
        switch link {
        case .existing(let pk): body.fields["provider"] = .integer(pk)
        case .created: body.fields["provider"] = progress.made.provider.map { .integer($0) } ?? .null
        case nil: break
        }
        return body
    }

    private func name(in assignments: [FieldAssignment]) -> String {
        assignments.first { $0.field == "name" }?.value.json.string ?? ""
    }

    private var deadlineFailure: ServiceFailure? {
        guard let deadline = client.deadline, ContinuousClock.now >= deadline else { return nil }
        return ServiceFailure("not attempted: the time for this pass was up")
    }
}

/// Why no further service is to be begun; nil to go on.
private final class StopSignal: Sendable {
    private let state = Mutex<ServiceFailure?>(nil)

    var reason: ServiceFailure? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Works on all elements, some at a time, and returns the results in the order of the elements.
private func concurrently<Element: Sendable, Result: Sendable>(
    _ elements: [Element],
    limit: Int,
    _ work: @escaping @Sendable (Element, Slots) async -> Result,
    each: (_ done: Int) -> Void = { _ in }
) async -> [Result] {
    await withTaskGroup(of: (Int, Result).self) { group in
        let slots = Slots(limit)
        var results: [Int: Result] = [:]
        for (index, element) in elements.enumerated() {
            group.addTask { (index, await slots.inside(index) { await work(element, slots) }) }
        }
        for await (index, result) in group {
            results[index] = result
            each(results.count)
        }
        return results.sorted { $0.key < $1.key }.map(\.value)
    }
}
