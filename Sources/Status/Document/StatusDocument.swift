import Applying
package import Base
package import Kinds
package import Planning

/// The answer to `GET /status`: the complete state of a daemon for users and monitoring, in one document.
///
/// `manifests/schemas/status.schema.json` describes it. Additions keep ``version``; any other change raises it. It
/// contains no secret, no token, and no paths other than those in the daemon's configuration. Times are RFC 3339 in
/// UTC.
package struct StatusDocument: Sendable, Equatable {
    package static let kind = "status"
    /// The version that this program writes, and the only one that it reads.
    package static let currentVersion = 1

    package var kind = Self.kind
    package var version = Self.currentVersion
    package var program: ProgramStatus
    /// The owner of these services.
    package var owner: String
    package var state: OverallState
    /// Since when ``state`` has this value.
    package var since: Timestamp
    /// Whether ``state`` is in sync.
    package var isInSync: Bool
    /// A sentence that explains ``state``.
    package var message: String
    package var authentik: AuthentikStatus
    package var file: FileStatus
    package var passes: PassesStatus
    /// Absent if no deletions are blocked.
    package var heldDeletions: HeldDeletionsRecord?
    package var totals: TotalsStatus
    /// The shared objects, which belong to no service, in the order of the files.
    ///
    /// In JSON, a member for each kind, such as `groups`; absent if none are declared.
    package var shared: [SharedStatus] = []
    /// The last changes that this daemon made since it started, newest first; at most ``RecentChange/limit``.
    package var recentChanges: [RecentChange] = []
    /// All declared services and all others with the owner's mark, ordered by slug.
    package var services: [ServiceStatus]
}

/// The overall state: the first one that applies.
package enum OverallState: String, Sendable, Codable, CaseIterable {
    /// Another replica leads, or none is known to; the state of services is from when this one last led.
    case standby
    /// No pass has ended yet.
    case starting
    /// Authentik rejects the token, or its account lacks a permission.
    case refused
    /// Authentik cannot be reached or read; the state of services is from when it last could.
    case unreachable
    /// The file has errors; the last valid version is in force.
    case invalidFile = "invalid-file"
    /// A service or another object is out of sync, or the deletion limit blocks deletions.
    case outOfSync = "out-of-sync"
    case inSync = "in-sync"
}

/// The daemon itself.
package struct ProgramStatus: Sendable, Equatable, Codable {
    package var version: String
    package var startedAt: Timestamp
    /// Whether this process is the leader, which writes.
    package var isLeader: Bool
    /// Absent without leader election.
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
    /// Absent until it has answered once.
    package var release: String?
    /// Absent until it was tried.
    package var isReachable: Bool?
    /// Since when ``isReachable`` has this value.
    package var since: Timestamp?
    /// Why it is unreachable or rejects the token; absent if neither is the case.
    package var error: String?
    /// Whether its audit log is watched for changes; absent until that was tried.
    package var isAuditLogWatched: Bool?
}

/// The desired-state files.
package struct FileStatus: Sendable, Equatable, Codable {
    /// As configured.
    package var paths: [String]
    /// SHA-256 of the version in force, as `sha256:` and hexadecimal digits.
    package var hash: String
    /// When the version in force was read.
    package var loadedAt: Timestamp
    /// Whether the current version is in force.
    package var isValid: Bool
    /// Errors of the current version, and warnings.
    package var problems: [Problem]

    /// A diagnostic about a file, in the manner of compilers.
    package struct Problem: Sendable, Equatable, Codable {
        /// `error` or `warning`.
        package var severity: String
        package var file: String
        /// Counted from 1; absent if it concerns the file as a whole.
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

    /// States of any kind.
    private static let allStates: [SyncState] = [.inSync, .pending, .failed, .conflict, .blocked, .waiting]
    /// States of objects with marks, which can exist after they were removed from the file.
    private static let markedStates: [SyncState] = [.held, .orphan]

    /// The possible states of objects of a kind.
    package static func states(of kind: Kind) -> [SyncState] {
        if case .marked = kind.ownership { return states }
        return allStates
    }

    package let kind: Kind
    package let name: String
    /// One of ``states``.
    package var state: SyncState
    /// Why it is not as declared; absent if it is, or if no pass has included it.
    package var message: String?
    /// The last time that this daemon found it changed by somebody else; absent if it has not since it started.
    package var lastDrift: LastDrift?

    /// The kind is given by the member that contains the object.
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
    /// The number of services in each state, including zeros, by the raw value of ``SyncState``.
    package var states: [String: Int]
    /// The number of services with conflicting changes.
    package var contested: Int
}

/// The leader among several replicas, as far as this one knows.
package struct LeadershipStatus: Sendable, Equatable, Codable {
    /// The Lease used for the election: `authentik/reconcile`.
    package var lease: String
    /// The identity of this process.
    package var identity: String
    /// The leader's identity; absent if none is known.
    package var holder: String?
    /// Since when ``holder`` has this value.
    package var since: Timestamp
    /// If there is no leader: how long the Lease must stay unchanged before this process takes it; absent otherwise.
    package var waitSeconds: Int?
    /// Why the Lease is unreachable; absent if it is reachable.
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
        // Older daemons have no history.
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
        let left = orphans == 0 ? "" : "; \(orphans.grouped) orphaned"
        switch all {
        case 0: return "no services declared\(left)"
        case 1: return "the service is in sync\(left)"
        default: return "all \(all.grouped) services are in sync\(left)"
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
        default: "in sync, but the login check failed: \(count(slugs.count, "service"))"
        }
    }

    private func openMessage(_ open: Int) -> String? {
        guard open > 0 else { return nil }
        let counts = SyncState.allCases.filter { ![.inSync, .orphan, .unverified].contains($0) }.compactMap(counted)
        return "\(open.grouped) of \(count(totals.services, "service")) out of sync: \(counts.joined(separator: ", "))"
    }

    /// `2 failed`; nil for none.
    private func counted(_ state: SyncState) -> String? {
        let number = totals.states[state.rawValue] ?? 0
        return number == 0 ? nil : "\(number.grouped) \(state.phrase)"
    }
}

extension SyncState {
    /// The state as it follows a number.
    fileprivate var phrase: String {
        switch self {
        case .conflict: "in conflict"
        case .held: "held back"
        case .inSync, .pending, .drifted, .failed, .unverified, .blocked, .waiting, .orphan: rawValue
        }
    }
}

/// The answer to `GET /readyz` and `GET /healthz`: whether everything is in order, with a sentence that explains it.
package struct Readiness: Sendable, Equatable {
    package var isWell: Bool
    package var reason: String

    /// Whether the daemon does its job: as a leader, a pass has succeeded recently; as a standby, it can reach its
    /// Lease.
    ///
    /// Services that failed, conflict or are blocked do not matter: restarting or replacing the daemon would not help.
    ///
    /// - Parameter limit: the maximum age of the last success.
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
        let interval = status.passes.interval
        // The limit is made for the configured interval, so it grows with one that is longer because of the load.
        let grown = interval?.reason == .load ? interval.map { Duration.seconds($0.seconds * 4) } : nil
        let isRecent = success.finishedAt.advanced(by: max(limit, grown ?? limit)) > time
        let error = status.authentik.error.map { ": \($0)" } ?? ""
        let last = "the last successful pass ended at \(success.finishedAt)"
        return Readiness(isWell: isRecent, reason: isRecent ? last : "\(last), too long ago\(error)")
    }

    /// Whether the process is alive: its loop is not stuck in a pass.
    ///
    /// - Parameter limit: the maximum duration of a pass.
    package static func liveness(_ status: StatusDocument, at time: Timestamp, limit: Duration) -> Readiness {
        guard let running = status.passes.running else { return Readiness(isWell: true, reason: "waiting") }
        let isStuck = running.startedAt.advanced(by: limit) < time
        let since = "pass \(running.number) has been running since \(running.startedAt)"
        return Readiness(isWell: !isStuck, reason: isStuck ? "\(since), too long" : since)
    }
}

extension StatusDocument {
    /// Commands for what the daemon works on, to be pasted where it runs.
    package var invocation: Invocation {
        Invocation(files: file.paths, connection: ["--url", authentik.url])
    }
}
