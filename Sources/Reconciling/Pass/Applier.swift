import AuthentikAPI
import Base
import KubernetesAPI
import Planning
import Synchronization

/// Carries out a plan: services side by side, the writes of each in order.
///
/// A service that fails holds up no other. New OIDC services are made in one transaction each, which returns no pks, so
/// their marks follow after one list of all applications. Each answer is compared with what was sent: what Authentik did
/// not keep is not marked as applied, and fails the service.
struct Applier: Sendable {
    let client: AuthentikClient
    /// The release that answers.
    let release: Release
    /// How many services are written to at the same time.
    let concurrency: Int
    /// Told how many of the services are done; nil for nobody.
    let onProgress: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    /// Where workloads are restarted; nil for nowhere.
    var kubernetes: KubernetesAccess?
    var clock = RestartClock()

    func apply(_ plan: Plan) async -> [ServiceOutcome] {
        let stop = StopSignal()
        let total = plan.changing.count
        var done: [ServiceProgress] = []
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
    ) async -> ServiceProgress {
        var progress = ServiceProgress(plan: service, release: release)
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
            if let (application, mark) = service.claim { try await createMark(mark, on: application, &progress) }
            for write in service.writes {
                try await send(write, &progress, slots)
                // A mark that waits for its application is not written yet.
                if progress.pendingMark == nil { progress.written.append(WriteRecord(write).action) }
            }
            if let corrected = progress.correctedMark {
                try await updateMark(corrected.mark, corrected.entitlement, &progress)
                progress.written.append(.updateMark)
            }
            if !progress.unkept.isEmpty, progress.pendingMark == nil { progress.failure = progress.complaint }
        } catch {
            progress.failure = failure(error)
            if (error as? AuthentikError)?.kind == .invalidToken {
                stop.reason = ServiceFailure("not attempted: Authentik refused the token meanwhile")
            }
        }
        return progress
    }

    func failure(_ error: any Error) -> ServiceFailure {
        switch error {
        case let failure as ServiceFailure: failure
        case let stopped as WritesStopped: ServiceFailure("not finished: \(stopped)")
        case let error as AuthentikError: ServiceFailure(error)
        default: ServiceFailure("not finished: \(client.gate.closed?.reason ?? "the pass was cancelled")")
        }
    }

    private var deadlineFailure: ServiceFailure? {
        guard let deadline = client.deadline, ContinuousClock.now >= deadline else { return nil }
        return ServiceFailure("not attempted: the time for this pass was up")
    }
}

extension ServicePlan {
    /// The mark of an application that is there, and gets a provider made before it is marked.
    ///
    /// It is written before all else, without that provider: of two owners who find the same application at once, one is
    /// refused before it has made or overwritten anything.
    fileprivate var claim: (application: String, mark: OwnershipMark)? {
        for case .createMark(let application?, let mark) in writes.dropFirst() { return (application, mark) }
        return nil
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
