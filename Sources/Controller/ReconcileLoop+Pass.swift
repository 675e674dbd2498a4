import Applying
import AuthentikAPI
import DesiredState
import Planning
import Status

/// A pass that is to be carried out.
struct PassOrder: Sendable {
    let number: Int
    let triggers: [Trigger]
    /// What it has to look at.
    var scope: PassScope

    /// Whether a file that the pass reads is complete: between two checks of the watch it may be partly written, while a
    /// manual request means that writing is finished.
    var readsFiles: Bool { triggers.contains { [.start, .file, .signal, .request].contains($0) } }

    /// Whether the audit log was read just before, and it is enough to read it again at the end.
    var followsAuditLog: Bool { scope != .everything && triggers == [.authentik] }
}

/// A pass that was carried out.
struct DonePass: Sendable {
    let end: PassEnd
    let culprits: Culprits
    /// What somebody else changed while it ran, if that was looked for.
    var changedMeanwhile: PassScope?
}

/// Who made the changes that a pass found.
struct Culprits: Sendable {
    /// According to the audit log.
    var authors: DriftAuthors
    /// The last applied blueprints; only read if a service keeps being changed and the audit log has no author.
    var blueprints: [AppliedBlueprint] = []
}

/// One pass, beside the actor.
extension ReconcileLoop {
    nonisolated func carryOut(_ order: PassOrder) async -> DonePass {
        let startedAt = clock.timestamp
        let start = clock.now
        var order = order
        let change = order.readsFiles ? files.reload(at: startedAt) : .same
        let desired = files.loaded.files.desired
        let drift = await began(order, change, at: startedAt)
        let reconciler = surroundings.reconciler
        let visit = reconciler.visit(through: gate, within: settings.passLimit, attempts: settings.attempts)
        let outcome: PassEnd.Outcome
        do {
            // Find the authors of changes that this pass will find; later changes are attributed later.
            if settings.auditPeriod != nil, !order.followsAuditLog, let changed = try? await look(visit) {
                order.scope.formUnion(changed)
            }
            outcome = .report(
                try await visit.pass(desired, order.scope) { drift.paused(desired, $0, at: startedAt) }
            )
        } catch let failure as PassFailure {
            outcome = .failure(failure)
        } catch {
            outcome = .cancelled(reason: await whyNoWrites ?? "the pass was cut short: \(error)")
        }
        var end = PassEnd(
            number: order.number,
            triggers: order.triggers,
            startedAt: startedAt,
            finishedAt: clock.timestamp,
            duration: clock.now - start,
            requests: visit.requests,
            outcome: outcome
        )
        let culprits = await culprits(of: end, desired, drift, visit)
        let changed = await changesMeanwhile(end, order.scope, visit)
        end.requests = visit.requests
        return DonePass(end: end, culprits: culprits, changedMeanwhile: changed)
    }

    private nonisolated func culprits(
        of end: PassEnd,
        _ desired: DesiredState,
        _ drift: DriftMemory,
        _ visit: any Visit
    ) async -> Culprits {
        var culprits = Culprits(authors: await surroundings.reconciler.takeAuthors())
        guard case .report(let report) = end.outcome, await state.isAuditLogWatched == true else { return culprits }
        var drift = drift
        let contested = drift.judge(report, of: desired, at: end.finishedAt).contested
        guard contested.contains(where: { culprits.authors.services[$0] == nil }) else { return culprits }
        // If the account may not read them, only the audit log is used.
        culprits.blueprints = (try? await visit.blueprints()) ?? []
        return culprits
    }

    /// Looks for changes while a pass read single services.
    ///
    /// | somebody else changed | the next pass looks at |
    /// |---|---|
    /// | nothing | – |
    /// | other services only | these |
    /// | one that the pass was about, or what cannot be mapped to services | everything |
    private nonisolated func changesMeanwhile(
        _ end: PassEnd,
        _ scope: PassScope,
        _ visit: any Visit
    ) async -> PassScope? {
        guard case .report(let report) = end.outcome, !report.look.isFull, await state.isAuditLogWatched == true,
            let changed = try? await look(visit)
        else { return nil }
        guard case (.services(let own), .services(let others)) = (scope, changed),
            own.slugs.isDisjoint(with: others.slugs)
        else { return .everything }
        return changed
    }
}
