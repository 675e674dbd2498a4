import Base
import Kinds
import Notifications
import Planning
import Status

/// Derives notifications from the status and from events: each problem is notified once, and once more when it is over.
///
/// | status | notified as | when it is over |
/// |---|---|---|
/// | Authentik rejects the token, or ``passesUntilLost`` passes in a row could not reach it | `authentik-refused`, `authentik-unreachable` | `authentik-reachable` |
/// | the file is invalid | `file-invalid` | `file-valid` |
/// | deletions are blocked | `deletions-held` | `deletions-released` |
/// | a service or another object failed, is a conflict or is blocked | `failed`, `conflict`, `blocked` | `recovered` |
/// | the login of a service fails according to probes | `login-failed` | `recovered` |
/// | the outpost of a service does not serve it, or was not seen | `not-served` | `recovered` |
/// | somebody keeps changing a service | `conflicting-changes` | `conflicting-changes-stopped` |
///
/// In addition, each drift that was corrected, or could not be, is notified, unless its service has conflicting
/// changes. A problem whose text changes in more than numbers is notified again. A standby sends nothing and keeps no
/// state: the next leader notifies what is still wrong.
struct NotificationDigest: Sendable {
    /// A single pass may fail because Authentik is being restarted.
    static let passesUntilLost = 2

    private struct Key: Hashable {
        enum Matter: Hashable {
            case authentik, file, deletions, state, serving, contest
        }

        var matter: Matter
        var kind: String?
        var name: String?
    }

    private struct Problem {
        var key: Key
        var event: Notification.Event

        init(_ matter: Key.Matter, _ event: Notification.Event) {
            key = Key(matter: matter, kind: event.kind, name: event.name)
            self.event = event
        }

        /// Identifies a problem: its type, and its text without numbers.
        var signature: String { "\(event.type.rawValue) \(event.message.filter { !$0.isNumber })" }
    }

    /// The notified problems that are not over, with their signatures.
    private var open: [Key: String] = [:]
    /// The services with conflicting changes at the last call.
    private var contested: Set<String> = []

    /// - Returns: nil if there is nothing to notify.
    mutating func notification(_ events: [LedgerEvent], _ status: StatusDocument, at time: Timestamp) -> Notification? {
        guard status.program.isLeader else {
            self = NotificationDigest()
            return nil
        }
        let found = drifts(events, status) + changes(in: status)
        guard !found.isEmpty else { return nil }
        return Notification(
            found,
            owner: status.owner,
            authentik: status.authentik.url,
            state: status.state.rawValue,
            message: status.invocation.completing(status.message.withoutRequestIDs),
            at: time
        )
    }

    // MARK: - Problems

    private mutating func changes(in status: StatusDocument) -> [Notification.Event] {
        let problems = Self.problems(of: status)
        var events: [Notification.Event] = []
        for problem in problems where open[problem.key] != problem.signature { events.append(problem.event) }
        let present = Set(problems.map(\.key))
        for key in open.keys where !present.contains(key) { events.append(Self.end(of: key)) }
        open = Dictionary(problems.map { ($0.key, $0.signature) }, uniquingKeysWith: { first, _ in first })
        return events.sorted { ($0.name ?? "", $0.type.rawValue) < ($1.name ?? "", $1.type.rawValue) }
    }

    private static func end(of key: Key) -> Notification.Event {
        switch key.matter {
        case .authentik: Notification.Event(.authentikReachable, message: "Authentik answers again")
        case .file: Notification.Event(.fileValid, message: "the file is in force")
        case .deletions: Notification.Event(.deletionsReleased, message: "no deletion is held back")
        case .contest:
            Notification.Event(
                .conflictingChangesStopped,
                kind: key.kind,
                name: key.name,
                message: "others have not changed it for an hour"
            )
        case .serving: Notification.Event(.recovered, kind: key.kind, name: key.name, message: "served again")
        case .state:
            Notification.Event(.recovered, kind: key.kind, name: key.name, message: "no longer out of sync")
        }
    }

    private static func problems(of status: StatusDocument) -> [Problem] {
        var problems = [authentik(status), file(status)].compactMap(\.self)
        if let held = status.heldDeletions {
            problems.append(
                Problem(
                    .deletions,
                    Notification.Event(.deletionsHeld, message: status.invocation.completing(held.message))
                )
            )
        }
        for object in status.shared {
            guard let type = object.state.problem else { continue }
            let message = (object.message ?? object.state.rawValue).withoutRequestIDs
            let event = Notification.Event(type, kind: object.kind.id, name: object.name, message: message)
            problems.append(Problem(.state, event))
        }
        return problems + status.services.flatMap(problems(of:))
    }

    private static func authentik(_ status: StatusDocument) -> Problem? {
        guard let error = status.authentik.error.map({ status.invocation.completing($0.withoutRequestIDs) }) else {
            return nil
        }
        guard status.authentik.isReachable != true else {
            return Problem(.authentik, Notification.Event(.authentikRefused, message: error))
        }
        guard status.passes.failuresInARow >= passesUntilLost else { return nil }
        // The reason why it is unreachable may change repeatedly.
        return Problem(.authentik, Notification.Event(.authentikUnreachable, message: error))
    }

    private static func file(_ status: StatusDocument) -> Problem? {
        guard !status.file.isValid else { return nil }
        let errors = status.file.problems.filter { $0.severity == "error" }
        let first = errors.first.map { "\($0.file):\($0.line ?? 1): \($0.message)" } ?? "it cannot be read"
        let rest = errors.count > 1 ? ", and \(count(errors.count - 1, "more error", "more errors"))" : ""
        return Problem(.file, Notification.Event(.fileInvalid, message: first + rest))
    }

    private static func problems(of service: ServiceStatus) -> [Problem] {
        func event(_ type: Notification.Event.Kind, _ message: String, fields: [String]? = nil) -> Notification.Event {
            Notification.Event(
                type,
                kind: RecentChange.service,
                name: service.slug,
                message: message.withoutRequestIDs,
                fields: fields
            )
        }
        var problems: [Problem] = []
        if let type = service.state.problem { problems.append(Problem(.state, event(type, service.reason))) }
        if let serving = service.serving, serving.isServed == false {
            problems.append(Problem(.serving, event(.notServed, serving.complaint ?? serving.state)))
        }
        if let contest = service.contest {
            let fields = contest.fields.map(ChangeLine.label)
            let message =
                "others keep changing \(fields.joined(separator: ", ")); it is corrected less often from now on"
            problems.append(Problem(.contest, event(.conflictingChanges, message, fields: fields)))
        }
        return problems
    }

    // MARK: - Drift

    private mutating func drifts(_ events: [LedgerEvent], _ status: StatusDocument) -> [Notification.Event] {
        let now = Set(status.services.filter { $0.contest != nil }.map(\.slug))
        // The drift that starts conflicting changes is part of them.
        let quiet = contested.union(now)
        contested = now
        var corrected: Set<SharedName> = []
        var slugs: Set<String> = []
        for event in events {
            if case .corrected(let service, _) = event { slugs.insert(service.slug) }
            if case .sharedCorrected(let object, _) = event { corrected.insert(object.identity) }
        }
        return events.compactMap { event in
            switch event {
            case .corrected(let service, let drift) where !quiet.contains(service.slug):
                Self.drift(.driftCorrected, service, drift)
            case .drifted(let service, let drift) where !quiet.contains(service.slug) && !slugs.contains(service.slug):
                Self.drift(.driftDetected, service, drift)
            case .sharedCorrected(let object, let drift): Self.drift(.driftCorrected, object, drift)
            case .sharedDrifted(let object, let drift) where !corrected.contains(object.identity):
                Self.drift(.driftDetected, object, drift)
            default: nil
            }
        }
    }

    private static func drift(
        _ type: Notification.Event.Kind,
        _ service: ServicePlan,
        _ drift: LastDrift?
    ) -> Notification.Event {
        let changes = service.changes.map(ChangeRecord.init)
        return Notification.Event(
            type,
            kind: RecentChange.service,
            name: service.slug,
            message: message(changes, service.decision, service.reason),
            fields: service.driftedFields.map(\.label),
            by: drift?.culprit,
            link: drift?.by?.link
        )
    }

    private static func drift(
        _ type: Notification.Event.Kind,
        _ object: SharedObjectPlan,
        _ drift: LastDrift?
    ) -> Notification.Event {
        let changes = object.changes.map(ChangeRecord.init)
        return Notification.Event(
            type,
            kind: object.kind.id,
            name: object.name,
            message: message(changes, object.decision, object.pastReason),
            fields: changes.isEmpty ? nil : object.driftedFields.map(\.label),
            by: drift?.culprit,
            link: drift?.by?.link
        )
    }

    /// An object that was deleted completely has no previous values.
    private static func message(_ changes: [ChangeRecord], _ decision: Decision, _ reason: String) -> String {
        decision == .create || changes.isEmpty ? reason : ChangeLine.changes(changes)
    }
}

extension SyncState {
    /// The type of notification; nil if there is no problem, or if it is notified otherwise.
    fileprivate var problem: Notification.Event.Kind? {
        switch self {
        case .failed: .failed
        case .conflict: .conflict
        case .blocked: .blocked
        case .unverified: .loginFailed
        case .inSync, .pending, .drifted, .waiting, .held, .orphan: nil
        }
    }
}

extension String {
    /// Authentik gives each request a new ID.
    fileprivate var withoutRequestIDs: String { replacing(#/ \[request [0-9a-f]+\]/#, with: "") }
}
