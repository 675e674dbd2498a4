package import AuthentikAPI
import Base
package import DesiredState
package import Kinds
package import Planning
package import SecretSources

/// What a pass did.
package struct PassReport: Sendable {
    package var release: Release
    /// One for each service, ordered by slug.
    package var outcomes: [ServiceOutcome]
    /// One for each shared object, in the order of the plan; empty if the pass does not include them.
    package var shared: [SharedOutcome] = []
    /// Set if deletions were blocked.
    package var heldDeletions: HeldDeletions?
    package var requests: RequestCounts
    package var duration: Duration
    /// The objects that the pass concerned, by Authentik's identifiers.
    package var objects = ManagedObjects()
    /// The results of resolving the secrets.
    package var secrets = ResolvedSecrets()
    /// What it looked at.
    package var look = PassLook()

    /// The progress with the services that it writes to: `2 of 5 services done, 1 partly`.
    package var extent: String {
        let all = outcomes.filter { !$0.plan.steps.isEmpty }
        let done = all.count { $0.failure == nil }
        let begun = all.count { $0.failure?.isNotBegun == false && !$0.written.isEmpty }
        let rest = begun == 0 ? "" : ", \(begun.grouped) partly"
        return "\(done.grouped) of \(count(all.count, "service")) done\(rest)"
    }

    /// Whether every service and shared object is as declared now, and no deletions are blocked.
    package var isConverged: Bool {
        heldDeletions == nil && outcomes.allSatisfy(\.isConverged) && shared.allSatisfy(\.isConverged)
    }
}

extension PassReport {
    /// Whether the account has no write access: something failed because of a missing permission, and nothing was
    /// written.
    package var isForbidden: Bool {
        let failures = outcomes.compactMap(\.failure) + shared.compactMap(\.failure)
        let isWritten = outcomes.contains { !$0.written.isEmpty } || shared.contains(where: \.isWritten)
        return !isWritten && failures.contains(where: \.isForbidden)
    }
}

/// The outcome of one service.
package struct ServiceOutcome: Sendable {
    package var plan: ServicePlan
    /// Why it is not as declared now; nil if every write was done.
    package var failure: ServiceFailure?
    /// The writes that were done, in their order.
    package var written: [WriteRecord.Action] = []
    package var made = MadeObjects()
    /// Whether it is left as it is for now; see ``Pass/paused``.
    package var isPaused = false

    /// The workload that was restarted; nil if none was.
    package var restarted: Workload? { written.contains(.restartWorkload) ? plan.restart : nil }

    /// Whether people can reach it now; nil without forward-auth, or if it is not decided.
    package var serving: ServingStanding? {
        let isDue = plan.changes.contains { $0.object == .outpost }
        // The unfinished part may be something else.
        let isUndone = (failure != nil || isPaused) && !written.contains(.updateOutpost)
        return isDue && isUndone ? plan.serving?.withoutMembership : plan.serving
    }

    /// Whether a step failed, or was not reached; what could not be done from the start is part of the plan.
    package var isCutShort: Bool { failure.map { $0.message != plan.hindrance } ?? false }

    /// Whether it is as declared now; an orphan counts as such, since nothing had to be done, but a deletion blocked by
    /// ``HeldDeletions`` does not.
    package var isConverged: Bool {
        failure == nil && !isPaused && !plan.decision.isStuck
            && plan.deletion?.isHeld != true
    }
}

/// The outcome of a shared object, which belongs to no service.
package struct SharedOutcome: SharedObject {
    package var plan: SharedObjectPlan
    /// Why it is not as declared now; nil if every write was done.
    package var failure: ServiceFailure?
    /// The pk of the created object; nil if none was created.
    package var made: String?

    package var kind: Kind { plan.kind }
    package var name: String { plan.name }
    /// Whether it was written to.
    package var isWritten: Bool { plan.step != nil && failure == nil }
    package var isConverged: Bool { failure == nil && !plan.decision.isStuck && !plan.isHeld }

    package init(plan: SharedObjectPlan, failure: ServiceFailure? = nil, made: String? = nil) {
        self.plan = plan
        self.failure = failure
        self.made = made
    }
}

/// Why the writes to a service or a shared object were not all done.
package struct ServiceFailure: Error, Equatable {
    /// A clause, in Authentik's own words if there are any.
    package var message: String
    /// Authentik's errors about single fields.
    package var fields: [AuthentikError.FieldError] = []
    package var requestID: String?
    /// Whether the cause may be a change since the observation, so that the pass observes again.
    package var mayBeOutdated = false
    /// Whether none of its writes was begun, because the pass ended before its turn.
    package var isNotBegun = false
    /// Whether the account lacks a permission.
    package var isForbidden = false
    /// Whether Authentik rejected what was sent, and would do so again.
    var isRefused = false

    package init(_ message: String) {
        self.message = message
    }

    /// A failure caused by a concurrent change.
    static func outdated(_ message: String) -> ServiceFailure {
        var failure = ServiceFailure(message)
        failure.mayBeOutdated = true
        return failure
    }

    /// A failure of objects that were created together but are not marked as this owner's.
    static func unmarked(_ reason: String, isOutdated: Bool = false) -> ServiceFailure {
        var failure = ServiceFailure("created, but without its ownership mark, which the next pass writes: \(reason)")
        failure.mayBeOutdated = isOutdated
        return failure
    }

    static func unmarked(_ error: any Error) -> ServiceFailure {
        guard let error = error as? AuthentikError else { return unmarked("\(error)") }
        let reason = ServiceFailure(error)
        var failure = unmarked(reason.message, isOutdated: reason.mayBeOutdated)
        failure.fields = reason.fields
        failure.requestID = reason.requestID
        return failure
    }

    static func complaint(about unkept: [UnkeptField]) -> ServiceFailure {
        ServiceFailure(UnkeptField.complaint(about: unkept.map(\.name)))
    }

    static let madeByOthers = outdated("somebody else created it at the same time with other values")
    static let markNotKept = ServiceFailure("Authentik does not keep the ownership mark as it was sent")

    package init(_ error: AuthentikError) {
        requestID = error.requestID
        isForbidden = error.kind == .permissionDenied
        mayBeOutdated = error.mayBeOutdated
        isRefused = error.kind == .rejected && !mayBeOutdated
        guard error.permission == nil, !error.fields.isEmpty else {
            // The error's sentence is complete; it names the permission, which Authentik's own words do not.
            message = "\(error)"
            return
        }
        message = "Authentik rejects it"
        if let status = error.status { message += " (\(status) to \(error.request))" }
        if error.saysProviderNameIsTaken {
            message +=
                "; if no OAuth2 provider has that name, a provider of another type does; rename it, or set providerName"
        }
        if let explanation = error.explanation { message += "; \(explanation)" }
        fields = error.fields
    }
}
