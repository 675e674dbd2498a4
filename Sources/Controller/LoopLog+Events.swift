import Applying
import AuthentikAPI
import Base
import Kinds
import Logging
import Planning
import Status
import Verification

/// Log lines for events of services and of the daemon as a whole.
///
/// | what happened | message |
/// |---|---|
/// | drift was found and corrected in the same pass | `drift corrected`, one line |
/// | drift was found, and is not corrected yet | `drift detected` |
/// | anything else was written | `service changed`, one line for each service |
///
/// `field` has the file's names of fields, `change` their values before and after, but never a secret.
extension LoopLog {
    func happened(_ events: [LedgerEvent]) {
        let corrected = Corrected(events)
        for event in events where !corrected.covers(event) { happened(event) }
    }

    /// What a line about corrected drift already contains.
    private struct Corrected {
        private var slugs: Set<String> = []
        private var shared: Set<SharedName> = []

        init(_ events: [LedgerEvent]) {
            for event in events {
                switch event {
                case .corrected(let service, _): slugs.insert(service.slug)
                case .sharedCorrected(let object, _): shared.insert(object.identity)
                default: break
                }
            }
        }

        func covers(_ event: LedgerEvent) -> Bool {
            switch event {
            case .changed(let service), .drifted(let service, _): slugs.contains(service.slug)
            case .sharedChanged(let object), .sharedDrifted(let object, _): shared.contains(object.identity)
            default: false
            }
        }
    }

    private func happened(_ event: LedgerEvent) {
        switch event {
        case .changed(let service):
            logger.notice("service changed", metadata: changed(service))
        case .drifted(let service, let drift):
            logger.notice("drift detected", metadata: changed(service).merging(author(of: drift)) { $1 })
        case .corrected(let service, let drift):
            logger.notice("drift corrected", metadata: changed(service).merging(author(of: drift)) { $1 })
        case .sharedChanged(let object):
            logger.notice("object changed", metadata: changed(object))
        case .sharedDrifted(let object, let drift):
            logger.notice("drift detected", metadata: changed(object).merging(author(of: drift)) { $1 })
        case .sharedCorrected(let object, let drift):
            logger.notice("drift corrected", metadata: changed(object).merging(author(of: drift)) { $1 })
        case .sharedFailed(let object, let failure, let isNew):
            failed("object failed", [object.kind.id: "\(object.name)"], failure, isNew)
        case .sharedStuck(let object, let state):
            let metadata: Logger.Metadata = [
                object.kind.id: "\(object.name)", "reason": "\(object.reason)", "state": "\(state.rawValue)",
            ]
            logger.warning("object not in sync", metadata: metadata)
        case .restarted(let slug, let workload):
            logger.notice("workload restarted", metadata: ["service": "\(slug)", "workload": "\(workload)"])
        case .failed(let slug, let failure, let isNew): failed("service failed", ["service": "\(slug)"], failure, isNew)
        case .stuck(let slug, let state, let reason):
            logger.warning(
                "service not in sync",
                metadata: ["service": "\(slug)", "reason": "\(reason)", "state": "\(state.rawValue)"]
            )
        case .recovered(let slug): logger.notice("service in sync again", metadata: ["service": "\(slug)"])
        case .contestBegan(let slug, let contest):
            var metadata: Logger.Metadata = [
                "service": "\(slug)", "field": "\(contest.fields.map(ChangeLine.label).joined(separator: ", "))",
                "corrections": "\(contest.corrections)", "at": "\(contest.nextCorrectionAt)",
            ]
            metadata["drift.by"] = contest.blueprints?.culprit.map { "\($0)" }
            logger.warning(
                "conflicting changes: others keep changing the service, correcting it less often",
                metadata: metadata
            )
        case .contestEnded(let slug): logger.notice("conflicting changes stopped", metadata: ["service": "\(slug)"])
        case .unverified, .verified, .accessClosed, .accessOpened, .notServed, .servedAgain: reach(event)
        case .leads, .standsBy, .waits, .leaseLost, .leaseBack: leadership(event)
        case .deletionsHeld(let heldDeletions):
            logger.warning(
                "deletions held back",
                metadata: [
                    "deletions": "\(heldDeletions.deletions)",
                    "reason": "\(invocation.completing(heldDeletions.message))",
                ]
            )
        case .deletionsReleased: logger.notice("deletions no longer held back")
        case .authentikLost(let error, let isReachable):
            let message: Logger.Message = isReachable ? "refused by Authentik" : "Authentik unreachable"
            logger.warning(message, metadata: ["error": "\(invocation.completing(error))"])
        case .authentikBack(let since, let wasReachable):
            let message: Logger.Message = wasReachable ? "no longer refused by Authentik" : "Authentik reachable again"
            logger.notice(message, metadata: since.map { ["lost.at": "\($0)"] } ?? [:])
        }
    }

    /// Changes in logins, access and reachability of a service.
    private func reach(_ event: LedgerEvent) {
        switch event {
        case .unverified(let slug, let failure):
            logger.error(
                "login check failed",
                metadata: [
                    "service": "\(slug)", "reason": "\(failure.reason.rawValue)", "error": "\(failure.message)",
                    "remedy": "\(failure.remedy)",
                ]
            )
        case .verified(let slug): logger.notice("login check passed again", metadata: ["service": "\(slug)"])
        case .accessClosed(let slug, let reason):
            logger.error("service closed to everybody", metadata: ["service": "\(slug)", "reason": "\(reason)"])
        case .accessOpened(let slug): logger.info("service open again", metadata: ["service": "\(slug)"])
        case .notServed(let slug, let outpost, let reason):
            logger.warning(
                "service not served by its outpost: users cannot reach it",
                metadata: ["service": "\(slug)", "outpost": "\(outpost)", "reason": "\(reason)"]
            )
        case .servedAgain(let slug, let outpost):
            logger.notice("service served again", metadata: ["service": "\(slug)", "outpost": "\(outpost)"])
        default: break
        }
    }

    private func leadership(_ event: LedgerEvent) {
        switch event {
        case .leads: logger.notice("became the leader")
        case .standsBy(let holder):
            logger.notice("standing by; only the leader writes", metadata: ["leader": "\(holder ?? "unknown")"])
        case .waits(let seconds):
            logger.notice("no leader; waiting for the Lease to expire", metadata: ["wait.seconds": "\(seconds)"])
        case .leaseLost(let error): logger.warning("cannot reach the Lease", metadata: ["error": "\(error)"])
        case .leaseBack: logger.notice("Lease reachable again")
        default: break
        }
    }

    // MARK: - Metadata

    private func changed(_ service: ServicePlan) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "service": "\(service.slug)", "reason": "\(service.reason)", "action": "\(service.decision.rawValue)",
        ]
        guard service.decision != .delete else { return metadata }
        metadata["field"] = "\(ChangeLine.fields(service.driftedFields))"
        metadata["change"] = values(service.changes, of: service.decision)
        return metadata
    }

    private func changed(_ object: SharedObjectPlan) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            object.kind.id: "\(object.name)", "reason": "\(object.pastReason)",
            "action": "\(object.decision.rawValue)",
        ]
        guard !object.changes.isEmpty else { return metadata }
        metadata["field"] = "\(ChangeLine.fields(object.driftedFields))"
        metadata["change"] = values(object.changes, of: object.decision)
        return metadata
    }

    /// For a new object, the values are in the file.
    private func values(_ changes: [FieldChange], of decision: Decision) -> Logger.MetadataValue? {
        guard decision != .create, !changes.isEmpty else { return nil }
        return "\(ChangeLine.changes(changes.map(ChangeRecord.init)))"
    }

    private func author(of drift: LastDrift?) -> Logger.Metadata {
        guard let drift else { return [:] }
        guard let author = drift.by else { return drift.culprit.map { ["drift.by": "\($0)"] } ?? [:] }
        var metadata: Logger.Metadata = ["drift.by": "\(author.username)", "drift.at": "\(author.at)"]
        metadata["drift.address"] = author.address.map { "\($0)" }
        metadata["drift.event"] = author.link.map { "\($0)" }
        return metadata
    }

    private func failed(
        _ message: Logger.Message,
        _ subject: Logger.Metadata,
        _ failure: ServiceFailure,
        _ isNew: Bool
    ) {
        var metadata = subject
        metadata["error"] = "\(failure.message)"
        if let id = failure.requestID { metadata["authentik.request"] = "\(id)" }
        for field in failure.fields {
            metadata["error.\(field.field.isEmpty ? "object" : field.field)"] = "\(field.message)"
        }
        logger.log(level: isNew ? .error : .debug, message, metadata: metadata)
    }
}
