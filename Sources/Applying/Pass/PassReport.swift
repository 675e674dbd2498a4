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
    /// One for each object that is no service's, as they are planned; none if the pass is not about them.
    package var shared: [SharedOutcome] = []
    /// Set if deletions were held back.
    package var heldDeletions: HeldDeletions?
    package var requests: RequestCounts
    package var duration: Duration
    /// What the pass was about, by Authentik's own names.
    package var objects = ManagedObjects()
    /// What came of the secrets.
    package var secrets = ResolvedSecrets()

    /// How far the pass came with the services that it writes to: `2 of 5 services done, 1 partly`.
    package var extent: String {
        let all = outcomes.filter { !$0.plan.steps.isEmpty }
        let done = all.count { $0.failure == nil }
        let begun = all.count { $0.failure?.isNotBegun == false && !$0.written.isEmpty }
        let rest = begun == 0 ? "" : ", \(begun.grouped) partly"
        return "\(done.grouped) of \(count(all.count, "service")) done\(rest)"
    }

    /// Whether every service, and what is none's, is as declared now, and no deletion is held back.
    package var isConverged: Bool {
        heldDeletions == nil && outcomes.allSatisfy(\.isConverged) && shared.allSatisfy(\.isConverged)
    }
}

extension PassReport {
    /// Whether the account may not write: something failed for want of a permission, and nothing was written.
    package var isForbidden: Bool {
        let failures = outcomes.compactMap(\.failure) + shared.compactMap(\.failure)
        let isWritten = outcomes.contains { !$0.written.isEmpty } || shared.contains(where: \.isWritten)
        return !isWritten && failures.contains(where: \.isForbidden)
    }
}

/// What became of one service.
package struct ServiceOutcome: Sendable {
    package var plan: ServicePlan
    /// Why it is not as declared now; nil if every write was done.
    package var failure: ServiceFailure?
    /// The writes that were done, in their order.
    package var written: [WriteRecord.Action] = []
    package var made = MadeObjects()
    /// Whether it is left as it is for now, see ``Pass/paused``.
    package var isPaused = false

    /// The workload that was restarted; nil if none was.
    package var restarted: Workload? { written.contains(.restartWorkload) ? plan.restart : nil }

    /// Whether people get through to it now; nil without forward-auth, or if it is not decided.
    package var serving: ServingStanding? {
        let isDue = plan.changes.contains { $0.object == .outpost }
        // What is undone of it may be anything else.
        let isUndone = (failure != nil || isPaused) && !written.contains(.updateOutpost)
        return isDue && isUndone ? plan.serving?.withoutMembership : plan.serving
    }

    /// Whether it is as declared now; an orphan counts as such, since nothing was to be done, and a deletion that the
    /// heldDeletions holds back does not.
    package var isConverged: Bool {
        failure == nil && !isPaused && !plan.decision.isStuck
            && plan.deletion?.isHeld != true
    }
}

/// What became of an object that is no service's.
package struct SharedOutcome: SharedObject {
    package var plan: SharedObjectPlan
    /// Why it is not as declared now; nil if what was to be written was.
    package var failure: ServiceFailure?
    /// The pk of what was made; nil if nothing was.
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

/// Why the writes to a service, or to what is none's, were not all done.
package struct ServiceFailure: Error, Equatable {
    /// A clause, in Authentik's own words where it had any.
    package var message: String
    /// What Authentik says of single fields.
    package var fields: [AuthentikError.FieldError] = []
    package var requestID: String?
    /// Whether it may be because something changed since the pass looked, so that it looks again.
    package var mayBeOutdated = false
    /// Whether nothing of it was begun, because the pass was over before its turn.
    package var isNotBegun = false
    /// Whether the account lacks a permission.
    package var isForbidden = false

    package init(_ message: String) {
        self.message = message
    }

    /// What somebody else did meanwhile.
    static func outdated(_ message: String) -> ServiceFailure {
        var failure = ServiceFailure(message)
        failure.mayBeOutdated = true
        return failure
    }

    /// What was made together, and is not marked as this owner's.
    static func unmarked(_ reason: String, isOutdated: Bool = false) -> ServiceFailure {
        var failure = ServiceFailure("created, but without its ownership mark, which the next pass writes: \(reason)")
        failure.mayBeOutdated = isOutdated
        return failure
    }

    static func unmarked(_ error: any Error) -> ServiceFailure {
        unmarked("\(error)", isOutdated: (error as? AuthentikError)?.mayBeOutdated ?? false)
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
        guard error.permission == nil, !error.fields.isEmpty else {
            // One sentence tells it all; it names the permission, which Authentik's own words do not.
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
