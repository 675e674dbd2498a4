package import Base
package import Planning

/// What `GET /status` says: everything that a person or a monitor wants to know of a daemon, in one document.
///
/// `manifests/schemas/status.schema.json` describes it. Additions keep ``version``; anything else raises it. It holds no
/// secret, no token, and no path but those that the daemon was configured with. Times are RFC 3339 in UTC.
package struct StatusDocument: Sendable, Equatable, Codable {
    package static let kind = "status"
    /// The version that this program writes, and the only one that it understands.
    package static let currentVersion = 1

    package var kind = Self.kind
    package var version = Self.currentVersion
    package var program: ProgramStatus
    /// Whose services these are.
    package var owner: String
    package var state: OverallState
    /// Since when ``state`` is what it is.
    package var since: Timestamp
    /// Whether ``state`` is in sync.
    package var isInSync: Bool
    /// A sentence that explains ``state``.
    package var message: String
    package var authentik: AuthentikStatus
    package var file: FileStatus
    package var passes: PassesStatus
    /// Absent if no deletion is held back.
    package var brake: BrakeRecord?
    package var totals: TotalsStatus
    /// Ordered by slug: all that are declared, and all others that are marked as the owner's.
    package var services: [ServiceStatus]
}

/// How it stands with everything; the first that applies.
package enum OverallState: String, Sendable, Codable, CaseIterable {
    /// Another replica leads, or none is known to; what this one knows of services is from when it last led.
    case standby
    /// No pass has ended yet.
    case starting
    /// Authentik refuses the token, or its account lacks a permission.
    case refused
    /// Authentik cannot be reached or observed; services are as they were when it last could.
    case unreachable
    /// The file has mistakes; the last good one is in force.
    case invalidFile = "invalid-file"
    /// Some service is not as declared, or the brake holds deletions back.
    case outOfSync = "out-of-sync"
    case inSync = "in-sync"
}

/// The daemon itself.
package struct ProgramStatus: Sendable, Equatable, Codable {
    package var version: String
    package var startedAt: Timestamp
    /// Whether this process is the one that writes.
    package var isLeader: Bool
    /// Absent where no leader is elected.
    package var leadership: LeadershipStatus?

    package init(
        version: String,
        startedAt: Timestamp,
        isLeader: Bool = true,
        leadership: LeadershipStatus? = nil
    ) {
        self.version = version
        self.startedAt = startedAt
        self.isLeader = isLeader
        self.leadership = leadership
    }
}

/// The Authentik that is looked after.
package struct AuthentikStatus: Sendable, Equatable, Codable {
    package var url: String
    /// Absent until it answered once.
    package var release: String?
    /// Absent until it was tried.
    package var isReachable: Bool?
    /// Since when ``isReachable`` is what it is.
    package var since: Timestamp?
    /// Why it cannot be reached, or refuses the token; absent if all is well.
    package var error: String?
    /// Whether its audit log is watched for changes; absent until that was tried.
    package var isAuditLogWatched: Bool?
}

/// The desired-state files.
package struct FileStatus: Sendable, Equatable, Codable {
    /// As they were configured.
    package var paths: [String]
    /// SHA-256 over what is in force, as `sha256:` and hexadecimal digits.
    package var hash: String
    /// When what is in force was read.
    package var loadedAt: Timestamp
    /// Whether what is there now is in force.
    package var isValid: Bool
    /// Errors of what is there now, and warnings.
    package var problems: [Problem]

    /// One thing to say about a file, as a compiler would.
    package struct Problem: Sendable, Equatable, Codable {
        /// `error` or `warning`.
        package var severity: String
        package var file: String
        /// Counted from 1; absent if it is about the file as a whole.
        package var line: Int?
        package var column: Int?
        package var message: String
        package var hint: String?
    }
}

/// How many services there are.
package struct TotalsStatus: Sendable, Equatable, Codable {
    package var services: Int
    /// How many are in each state, zeroes included, by the raw value of ``SyncState``.
    package var states: [String: Int]
    /// How many services somebody keeps changing back.
    package var fights: Int
}
