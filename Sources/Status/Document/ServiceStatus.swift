package import Applying
import AuthentikAPI
package import Base
import DesiredState
import Kinds
package import Planning
import Secrets

/// The state of a service.
package enum SyncState: String, Sendable, Codable, CaseIterable {
    /// As declared.
    case inSync = "in-sync"
    /// Declared, but not yet included in a pass.
    case pending
    /// Somebody keeps changing it, so it is corrected less often; see ``ContestStatus``.
    case drifted
    /// Its writes were not all done.
    case failed
    /// As declared, but its login does not work, as far as can be seen from outside.
    case unverified
    /// This owner may not change it, or not without a decision by the user.
    case conflict
    /// Something that it needs is missing: a secret, a flow, a key, a scope.
    case blocked
    /// Its secret does not exist yet, but is expected to be created.
    case waiting
    /// It should be deleted, but the deletion limit blocks that.
    case held
    /// Marked as this owner's but no longer declared; reported and left alone.
    case orphan
}

package struct ServiceStatus: Sendable, Equatable, Codable {
    package var slug: String
    /// The name in the file; absent if it has none.
    package var name: String?
    /// Where it is declared, such as `services.yaml:14:5`; absent for an orphan.
    package var location: String?
    package var state: SyncState
    /// A clause that explains ``state``.
    package var reason: String
    /// Ordered by type.
    package var conditions: [ConditionStatus]
    /// Who may open it; absent if unknown, or if no service of the files declares access, so that it was not read.
    package var access: AccessRecord?
    /// Whether people can reach it, and through which outpost; absent without forward-auth, or if it is not decided.
    package var serving: ServingRecord?
    /// What is not as declared now, for any reason.
    package var differences: [ChangeRecord]
    /// What should be deleted but is not; absent if nothing is.
    package var deletion: DeletionRecord?
    /// Absent if nothing failed.
    package var error: ErrorDocument?
    /// Other remarks for the user.
    package var notes: [String]
    /// The last time that this daemon changed it; absent if it has not since it started.
    package var lastChange: LastChange?
    /// The last time that this daemon found it changed by somebody else; absent if it has not since it started.
    package var lastDrift: LastDrift?
    /// Absent unless somebody keeps changing it.
    package var contest: ContestStatus?
    /// Its addresses for browsers; absent if neither is known.
    package var links: LinksStatus?
}

/// The addresses of a service for browsers.
package struct LinksStatus: Sendable, Equatable, Codable {
    /// The application's page in Authentik's admin interface; absent while there is no application.
    package var authentik: String?
    /// The service itself: its launch URL, if the file has one that a browser can follow.
    package var service: String?

    package init(authentik: String? = nil, service: String? = nil) {
        self.authentik = authentik
        self.service = service
    }

    /// Nil for anything but a web address, and for one with a placeholder that Authentik replaces for each user.
    static func browsable(_ url: String) -> String? {
        (url.hasPrefix("https://") || url.hasPrefix("http://")) && !url.contains("%(") ? url : nil
    }
}

/// A condition like those of Kubernetes objects.
package struct ConditionStatus: Sendable, Equatable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable, Comparable {
        /// Whether the subjects in the file may open it; only for services with declared access.
        case access = "Access"
        /// Whether everybody may open it without this being declared: informational.
        case exposed = "Exposed"
        /// Whether its client secret is available; only for services that have one.
        case secretResolved = "SecretResolved"
        /// Whether its outpost serves it and was seen recently; only for services with forward-auth.
        case served = "Served"
        /// Whether it is as declared.
        case synced = "Synced"
        /// Whether its login works, as far as possible to check without logging in; only for services that were probed.
        case verified = "Verified"
        /// Whether its workload runs with its provider's secret; only for services with `restart`.
        case workloadRestarted = "WorkloadRestarted"

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package enum Status: String, Sendable, Codable, CaseIterable {
        case yes = "True"
        case no = "False"
        case unknown = "Unknown"
    }

    package var type: Kind
    package var status: Status
    /// One word, for machines: `InSync`, `Conflict`, `SecretMissing`.
    package var reason: String
    /// A clause for the user.
    package var message: String
    /// What to do about it, as a clause; absent if nothing is wrong, or if the message says it.
    package var remedy: String?
    /// When ``status`` last changed.
    package var lastTransitionTime: Timestamp
}

package struct LastChange: Sendable, Equatable, Codable {
    package var at: Timestamp
    /// The number of the pass.
    package var pass: Int
    /// What was done: the raw value of `Decision`.
    package var decision: String
    package var reason: String
    /// The changed fields, as `provider.redirect_uris`.
    package var fields: [String]
    /// The workload that was restarted for it, such as `deployment monitoring/grafana`; absent if none was.
    package var restarted: String?
}

extension SyncState {
    init(_ outcome: ServiceOutcome) {
        if outcome.failure != nil {
            self = .failed
        } else if outcome.isPaused {
            self = .drifted
        } else if outcome.plan.deletion?.isHeld == true {
            self = .held
        } else {
            self.init(done: outcome.plan.decision)
        }
    }

    init(_ outcome: SharedOutcome) {
        if outcome.failure != nil {
            self = .failed
        } else if outcome.plan.isHeld {
            self = .held
        } else {
            self.init(done: outcome.plan.decision)
        }
    }

    /// The state after a decision was carried out.
    private init(done decision: Decision) {
        self =
            switch decision {
            case .conflict: .conflict
            case .blocked: .blocked
            case .waiting: .waiting
            case .orphan: .orphan
            case .inSync, .create, .update, .adopt, .link, .recreate, .delete, .release: .inSync
            }
    }

    /// The condition that represents it.
    var condition: (status: ConditionStatus.Status, reason: String) {
        switch self {
        case .inSync: (.yes, "InSync")
        case .pending: (.unknown, "Pending")
        case .orphan: (.unknown, "Orphan")
        case .drifted: (.no, "Drifted")
        case .failed: (.no, "Failed")
        case .unverified: (.no, "Unverified")
        case .conflict: (.no, "Conflict")
        case .blocked: (.no, "Blocked")
        case .waiting: (.no, "Waiting")
        case .held: (.no, "DeletionHeld")
        }
    }
}

extension ServiceStatus {
    /// A service that no pass has included yet.
    init(pending service: Service, at time: Timestamp) {
        self.init(
            slug: service.slug,
            name: service.name,
            location: service.location.description,
            state: .pending,
            reason: "not included in any pass yet",
            conditions: [],
            differences: [],
            notes: []
        )
        conditions = [condition(.synced, state.condition, reason, before: nil, at: time)]
    }

    /// The result of a pass.
    ///
    /// - Parameters:
    ///   - service: its declaration; nil for an orphan.
    ///   - secret: the result of resolving its secret; nil if it has none.
    ///   - before: the previous status.
    init(
        _ outcome: ServiceOutcome,
        _ service: Service?,
        _ secret: SecretLook?,
        before: ServiceStatus?,
        at time: Timestamp
    ) {
        var state = SyncState(outcome)
        let isInSync = state == .inSync
        // The result of probes stays until the next ones.
        let verified = service?.isProbed == true ? before?.verification : nil
        if isInSync, verified?.status == .no { state = .unverified }
        self.init(
            slug: outcome.plan.slug,
            name: service?.name,
            location: service?.location.description,
            state: state,
            reason: state == .unverified ? verified?.message ?? "" : Self.reason(outcome, state),
            conditions: [],
            differences: isInSync ? [] : outcome.plan.changes.map(ChangeRecord.init),
            deletion: isInSync ? nil : outcome.plan.deletion.map(DeletionRecord.init),
            error: outcome.failure.map(ErrorDocument.init),
            notes: outcome.plan.notes,
            lastChange: before?.lastChange,
            lastDrift: before?.lastDrift
        )
        conditions = [condition(.synced, state.condition, reason, before: before, at: time)]
        if let (value, message) = Self.resolution(secret) {
            conditions.append(condition(.secretResolved, value, message, before: before, at: time))
        }
        if let workload = service?.provider?.restart { addRestart(of: workload, outcome, before: before, at: time) }
        addAccess(outcome, declared: service?.access, before: before, at: time)
        if let verified { conditions.append(verified) }
        addServing(outcome, before: before, at: time)
        conditions.sort { $0.type < $1.type }
    }

    /// - Returns: nil for a service without a secret, or if it was not resolved.
    private static func resolution(
        _ secret: SecretLook?
    ) -> (value: (status: ConditionStatus.Status, reason: String), message: String)? {
        switch secret {
        case .present: ((.yes, "Resolved"), "its secret is resolved")
        case .missing(let reason), .unusable(let reason), .unreadable(let reason): ((.no, "Unresolved"), reason)
        case .waiting(let reason): ((.no, "Waiting"), reason)
        case .leftOut, nil: nil
        }
    }

    private mutating func addRestart(
        of workload: Workload,
        _ outcome: ServiceOutcome,
        before: ServiceStatus?,
        at time: Timestamp
    ) {
        let value: (ConditionStatus.Status, String)
        let message: String
        if outcome.restarted != nil {
            (value, message) = ((.yes, "Restarted"), "\(workload) was restarted for its new secret")
        } else if outcome.plan.isRestartDue {
            (value, message) = ((.no, "Pending"), "\(workload) has yet to be restarted for its new secret")
        } else if outcome.isConverged {
            (value, message) = ((.yes, "NotNeeded"), "\(workload) needs no restart")
        } else {
            // Nothing is known about it.
            let last = before?.conditions.first { $0.type == .workloadRestarted }
            if let last { conditions.append(last) }
            return
        }
        conditions.append(condition(.workloadRestarted, value, message, before: before, at: time))
    }

    private static func reason(_ outcome: ServiceOutcome, _ state: SyncState) -> String {
        switch state {
        case .failed: outcome.failure?.message ?? outcome.plan.reason
        case .inSync where outcome.plan.decision == .delete: "absent, as declared"
        case .inSync where outcome.plan.decision != .inSync: "as declared"
        case .drifted: "\(outcome.plan.reason); others keep changing it, so it is corrected less often"
        default: outcome.plan.reason
        }
    }

    func condition(
        _ type: ConditionStatus.Kind,
        _ value: (status: ConditionStatus.Status, reason: String),
        _ message: String,
        before: ServiceStatus?,
        at time: Timestamp
    ) -> ConditionStatus {
        let last = before?.conditions.first { $0.type == type }
        return ConditionStatus(
            type: type,
            status: value.status,
            reason: value.reason,
            message: message,
            lastTransitionTime: last.flatMap { $0.status == value.status ? $0.lastTransitionTime : nil } ?? time
        )
    }
}

extension LastChange {
    init(_ outcome: ServiceOutcome, _ pass: FinishedPass) {
        let plan = outcome.plan
        self.init(
            at: pass.finishedAt,
            pass: pass.number,
            decision: plan.decision.rawValue,
            reason: plan.reason,
            fields: plan.changes.map { "\($0.object.rawValue).\($0.field)" },
            restarted: outcome.restarted?.description
        )
    }
}

extension FileStatus.Problem {
    /// Without the line from the file, which may contain anything.
    init(_ diagnostic: Diagnostic) {
        self.init(
            severity: diagnostic.severity.rawValue,
            file: diagnostic.file,
            line: diagnostic.line,
            column: diagnostic.column,
            message: diagnostic.message,
            hint: diagnostic.hint
        )
    }
}
