package import Base
package import Planning
package import Reconciling

/// How it stands with one service.
package enum SyncState: String, Sendable, Codable, CaseIterable {
    /// As declared.
    case inSync = "in-sync"
    /// Declared, and no pass has looked at it yet.
    case pending
    /// Somebody keeps changing it, so it is mended more slowly; see ``FightStatus``.
    case drifted
    /// Its writes were not all done.
    case failed
    /// It is not this owner's to change, or not without a decision of a person.
    case conflict
    /// Something that it needs is missing: a secret, a flow, a key, a scope.
    case blocked
    /// Its secret is not there yet, and somebody is about to make it.
    case waiting
    /// It is to be deleted, and the brake holds that back.
    case held
    /// Marked as this owner's and declared no more; reported and left alone.
    case orphan
}

package struct ServiceStatus: Sendable, Equatable, Codable {
    package var slug: String
    /// As the file has it; absent without one.
    package var name: String?
    /// Where it is declared, as `services.yaml:14:5`; absent for an orphan.
    package var location: String?
    package var state: SyncState
    /// A clause that explains ``state``.
    package var reason: String
    /// Ordered by type.
    package var conditions: [ConditionStatus]
    /// What is not as declared now, whatever the reason is.
    package var differences: [ChangeRecord]
    /// What is to be deleted of it and is not; absent if nothing is.
    package var deletion: DeletionRecord?
    /// Absent if nothing failed.
    package var error: ErrorDocument?
    /// What else a person should know.
    package var notes: [String]
    /// The last time that this daemon changed it; absent if it has not since it started.
    package var lastChange: LastChange?
    /// The last time that this daemon found it changed by somebody else; absent if it has not since it started.
    package var lastDrift: LastDrift?
    /// Absent unless somebody keeps changing it.
    package var fight: FightStatus?
}

/// As Kubernetes has conditions.
package struct ConditionStatus: Sendable, Equatable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable, Comparable {
        /// Whether its client secret is at hand; only of services that have one.
        case secretResolved = "SecretResolved"
        /// Whether it is as declared.
        case synced = "Synced"
        /// Whether its workload runs with the secret that its provider has; only of services with `restart`.
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
    /// A clause, for people.
    package var message: String
    /// When ``status`` became what it is.
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
    /// The workload that was restarted for it, as `deployment monitoring/grafana`; absent if none was.
    package var restarted: String?
}

package struct LastDrift: Sendable, Equatable, Codable {
    package var at: Timestamp
    /// The number of the pass that found it.
    package var pass: Int
    /// A clause: `group differs`.
    package var reason: String
    /// `before` is what somebody made of it, `after` what is declared.
    package var changes: [ChangeRecord]
    /// Who did it, by Authentik's audit log; absent if that does not say.
    package var by: DriftAuthor?
}

/// Who changed something.
package struct DriftAuthor: Sendable, Equatable, Codable {
    package var username: String
    package var at: Timestamp

    package init(username: String, at: Timestamp) {
        self.username = username
        self.at = at
    }
}

/// Somebody keeps changing the same fields of a service back.
package struct FightStatus: Sendable, Equatable, Codable {
    /// The fields, as `provider.redirect_uris`.
    package var fields: [String]
    /// How often they were mended, in the hour before it began and since.
    package var mends: Int
    package var since: Timestamp
    /// When they are mended again at the earliest.
    package var nextMendAt: Timestamp
}
