import Applying
package import Base
package import Kinds
package import Planning

/// What `GET /status` answers: all that people and monitors want to know about a daemon, in one document.
///
/// `manifests/schemas/status.schema.json` describes it. Additions keep ``version``; anything else raises it. It holds no
/// secret, no token, and no path but those that the daemon was configured with. Times are RFC 3339 in UTC.
package struct StatusDocument: Sendable, Equatable {
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
    package var heldDeletions: HeldDeletionsRecord?
    package var totals: TotalsStatus
    /// What belongs to no service, in the order of the files.
    ///
    /// In JSON a member for each kind, as `groups`; absent if none are declared.
    package var shared: [SharedStatus] = []
    /// The last changes that this daemon made since it started, the newest first; at most ``RecentChange/limit``.
    package var recentChanges: [RecentChange] = []
    /// Ordered by slug: all that are declared, and all others that are marked as the owner's.
    package var services: [ServiceStatus]
}

/// The overall state; the first that applies.
package enum OverallState: String, Sendable, Codable, CaseIterable {
    /// Another replica leads, or none is known to; what this one knows of services is from when it last led.
    case standby
    /// No pass has ended yet.
    case starting
    /// Authentik refuses the token, or its account lacks a permission.
    case refused
    /// Authentik cannot be reached or observed; services are as they were when it last could.
    case unreachable
    /// The file has errors; the last valid version is in force.
    case invalidFile = "invalid-file"
    /// A service or another object is out of sync, or the deletion limit holds deletions back.
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

/// The Authentik that is managed.
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

/// The state of a declared object that belongs to no service.
package struct SharedStatus: SharedObject, Equatable, Encodable {
    /// All states, the good one first.
    package static let states = allStates + markedStates

    /// Those of any kind.
    private static let allStates: [SyncState] = [.inSync, .pending, .failed, .conflict, .blocked, .waiting]
    /// Those of objects that carry a mark, and so may be there after the file lost them.
    private static let markedStates: [SyncState] = [.held, .orphan]

    /// Those that objects of a kind can be in.
    package static func states(of kind: Kind) -> [SyncState] {
        if case .marked = kind.ownership { return states }
        return allStates
    }

    package let kind: Kind
    package let name: String
    /// One of ``states``.
    package var state: SyncState
    /// Why it is not as declared; absent if it is, or no pass has looked.
    package var message: String?
    /// The last time that this daemon found it changed by somebody else; absent if it has not since it started.
    package var lastDrift: LastDrift?

    /// The kind is said by the member that it stands in.
    private enum CodingKeys: CodingKey {
        case name, state, message, lastDrift
    }

    init(pending declared: SharedName) {
        kind = declared.kind
        name = declared.name
        state = .pending
    }

    init(_ outcome: SharedOutcome) {
        kind = outcome.kind
        name = outcome.name
        state = SyncState(outcome)
        message = outcome.isConverged ? nil : outcome.failure?.message ?? outcome.plan.reason
    }

    init(_ kind: Kind, from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.kind = kind
        name = try members.decode(String.self, forKey: .name)
        state = try members.decode(SyncState.self, forKey: .state)
        message = try members.decodeIfPresent(String.self, forKey: .message)
        lastDrift = try members.decodeIfPresent(LastDrift.self, forKey: .lastDrift)
    }
}

/// How many services there are.
package struct TotalsStatus: Sendable, Equatable, Codable {
    package var services: Int
    /// How many are in each state, zeroes included, by the raw value of ``SyncState``.
    package var states: [String: Int]
    /// How many services have conflicting changes.
    package var contested: Int
}

/// Who leads of several replicas, as far as this one knows.
package struct LeadershipStatus: Sendable, Equatable, Codable {
    /// The Lease that decides: `authentik/reconcile`.
    package var lease: String
    /// Who this process is.
    package var identity: String
    /// Who leads; absent if nobody is known to.
    package var holder: String?
    /// Since when ``holder`` is who it is.
    package var since: Timestamp
    /// Where nobody leads: how long the Lease has to stay as it is before this process takes it; absent otherwise.
    package var waitSeconds: Int?
    /// Why the Lease cannot be reached; absent if it can.
    package var error: String?

    package init(lease: String, identity: String, since: Timestamp) {
        self.lease = lease
        self.identity = identity
        self.since = since
    }
}

extension StatusDocument: Codable {
    private enum CodingKeys: CodingKey {
        case kind, version, program, owner, state, since, isInSync, message, authentik, file, passes, heldDeletions,
            totals, recentChanges
        case services
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        kind = try members.decode(String.self, forKey: .kind)
        version = try members.decode(Int.self, forKey: .version)
        program = try members.decode(ProgramStatus.self, forKey: .program)
        owner = try members.decode(String.self, forKey: .owner)
        state = try members.decode(OverallState.self, forKey: .state)
        since = try members.decode(Timestamp.self, forKey: .since)
        isInSync = try members.decode(Bool.self, forKey: .isInSync)
        message = try members.decode(String.self, forKey: .message)
        authentik = try members.decode(AuthentikStatus.self, forKey: .authentik)
        file = try members.decode(FileStatus.self, forKey: .file)
        passes = try members.decode(PassesStatus.self, forKey: .passes)
        heldDeletions = try members.decodeIfPresent(HeldDeletionsRecord.self, forKey: .heldDeletions)
        totals = try members.decode(TotalsStatus.self, forKey: .totals)
        shared = try decoder.decodeByKind(SharedStatus.init)
        // An older daemon keeps none.
        recentChanges = try members.decodeIfPresent([RecentChange].self, forKey: .recentChanges) ?? []
        services = try members.decode([ServiceStatus].self, forKey: .services)
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(kind, forKey: .kind)
        try members.encode(version, forKey: .version)
        try members.encode(program, forKey: .program)
        try members.encode(owner, forKey: .owner)
        try members.encode(state, forKey: .state)
        try members.encode(since, forKey: .since)
        try members.encode(isInSync, forKey: .isInSync)
        try members.encode(message, forKey: .message)
        try members.encode(authentik, forKey: .authentik)
        try members.encode(file, forKey: .file)
        try members.encode(passes, forKey: .passes)
        try members.encodeIfPresent(heldDeletions, forKey: .heldDeletions)
        try members.encode(totals, forKey: .totals)
        try encoder.encode(byKind: shared)
        try members.encode(recentChanges, forKey: .recentChanges)
        try members.encode(services, forKey: .services)
    }
}

extension StatusDocument {
    /// The overall state, and a sentence that explains it.
    var overall: (state: OverallState, message: String) {
        if !program.isLeader { return (.standby, standbyMessage) }
        let since = passes.lastSuccess.map { "; services are as they were at \($0.finishedAt)" } ?? ""
        if let error = authentik.error {
            return (authentik.isReachable == true ? .refused : .unreachable, error + since)
        }
        if passes.lastSuccess == nil { return (.starting, "no pass has ended yet") }
        guard file.isValid else {
            let errors = file.problems.count { $0.severity == "error" }
            return (
                .invalidFile, "the file has \(count(errors, "error")); the version of \(file.loadedAt) stays in force"
            )
        }
        let unverified = services.filter { $0.state == .unverified }.map(\.slug)
        let open = services.count { $0.state != .inSync && $0.state != .orphan } - unverified.count
        let openShared = shared.filter { $0.state != .inSync && $0.state != .orphan }.byKind
        if open == 0, unverified.isEmpty, openShared.isEmpty, heldDeletions == nil { return (.inSync, inSyncMessage) }
        let messages =
            [openMessage(open), unverifiedMessage(unverified)] + openShared.map(message) + [heldDeletions?.message]
        return (.outOfSync, messages.compactMap { $0 }.joined(separator: "; "))
    }

    private var standbyMessage: String {
        guard let leadership = program.leadership else { return "another replica leads" }
        if let error = leadership.error { return "cannot reach the Lease \(leadership.lease): \(error)" }
        if let seconds = leadership.waitSeconds {
            return "no replica leads; this one takes the Lease \(leadership.lease) once it has not changed for "
                + "\(count(seconds, "second")), in case its last holder still writes"
        }
        guard let holder = leadership.holder else {
            return "the holder of the Lease \(leadership.lease) is not known yet"
        }
        return "\(holder) leads; this replica stands by"
    }

    private var inSyncMessage: String {
        let orphans = totals.states[SyncState.orphan.rawValue] ?? 0
        let all = totals.services - orphans
        let left = orphans == 0 ? "" : "; \(orphans) orphaned"
        switch all {
        case 0: return "no services declared\(left)"
        case 1: return "the service is in sync\(left)"
        default: return "all \(all) services are in sync\(left)"
        }
    }

    private func message(_ kind: Kind, _ open: [SharedStatus]) -> String {
        guard open.count == 1, let only = open.first else { return "\(open.count) \(kind.plural) are out of sync" }
        // An object that is never changed can only fail to be created.
        let failed = kind.ownership == .nobodys ? "could not be created" : "is out of sync"
        return "the \(only.title) \(only.message.map { "\(failed): \($0)" } ?? "is pending")"
    }

    private func unverifiedMessage(_ slugs: [String]) -> String? {
        switch slugs.count {
        case 0: nil
        case 1...3: "in sync, but the login check failed: \(slugs.joined(separator: ", "))"
        default: "in sync, but the login check failed: \(slugs.count) services"
        }
    }

    private func openMessage(_ open: Int) -> String? {
        guard open > 0 else { return nil }
        let counts = SyncState.allCases.filter { ![.inSync, .orphan, .unverified].contains($0) }.compactMap(counted)
        return "\(open) of \(count(totals.services, "service")) out of sync: \(counts.joined(separator: ", "))"
    }

    /// `2 failed`; nil for none.
    private func counted(_ state: SyncState) -> String? {
        let number = totals.states[state.rawValue] ?? 0
        return number == 0 ? nil : "\(number) \(state.phrase)"
    }
}

extension SyncState {
    /// As it follows a number.
    fileprivate var phrase: String {
        switch self {
        case .conflict: "in conflict"
        case .held: "held back"
        case .inSync, .pending, .drifted, .failed, .unverified, .blocked, .waiting, .orphan: rawValue
        }
    }
}

/// What `GET /readyz` and `GET /healthz` answer: whether all is well, and a sentence that explains it.
package struct Readiness: Sendable, Equatable {
    package var isWell: Bool
    package var reason: String

    /// Whether the daemon does its job: as a leader, a pass has succeeded, and not too long ago; as a standby, it can
    /// reach its Lease.
    ///
    /// A service that failed, conflicts or is blocked does not count: restarting or replacing the daemon corrects none.
    ///
    /// - Parameter limit: how long ago the last success may be.
    package static func readiness(_ status: StatusDocument, at time: Timestamp, limit: Duration) -> Readiness {
        guard status.program.isLeader else {
            let leadership = status.program.leadership
            let isSeen = leadership?.holder != nil || leadership?.waitSeconds != nil
            return Readiness(isWell: leadership?.error == nil && isSeen, reason: status.message)
        }
        guard let success = status.passes.lastSuccess else {
            let error = status.passes.lastAttempt?.error.map { ": \($0)" } ?? ""
            return Readiness(isWell: false, reason: "no pass has succeeded yet\(error)")
        }
        let isRecent = success.finishedAt.advanced(by: limit) > time
        let error = status.authentik.error.map { ": \($0)" } ?? ""
        let last = "the last successful pass ended at \(success.finishedAt)"
        return Readiness(isWell: isRecent, reason: isRecent ? last : "\(last), too long ago\(error)")
    }

    /// Whether the process lives: its loop is not stuck in a pass.
    ///
    /// - Parameter limit: how long a pass may take.
    package static func liveness(_ status: StatusDocument, at time: Timestamp, limit: Duration) -> Readiness {
        guard let running = status.passes.running else { return Readiness(isWell: true, reason: "waiting") }
        let isStuck = running.startedAt.advanced(by: limit) < time
        let since = "pass \(running.number) has been running since \(running.startedAt)"
        return Readiness(isWell: !isStuck, reason: isStuck ? "\(since), too long" : since)
    }
}
