package import Base

/// What a webhook is sent: what happened since the last notification, in one document.
///
/// `manifests/schemas/notification.schema.json` describes its JSON, which the format ``NotificationFormat/generic``
/// posts as it is. It holds no secret and no token.
package struct Notification: Sendable, Equatable, Codable {
    /// How much somebody should care, in ascending order.
    package enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
        /// Something is in order again.
        case info
        /// Somebody should know.
        case warning
        /// Somebody has to act.
        case error

        package static func < (left: Severity, right: Severity) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    /// How many events are listed; the others are counted.
    package static let eventLimit = 50

    package var kind = "notification"
    package var version = 1
    package var at: Timestamp
    /// Whose services these are.
    package var owner: String
    /// The address of Authentik.
    package var authentik: String
    /// That of the most severe event.
    package var severity: Severity
    /// One line: `homelab: 2 services failed`.
    package var title: String
    /// The overall state after what happened, as `GET /status` has it.
    package var state: String
    /// A sentence that explains ``state``.
    package var message: String
    /// What happened, the most severe first.
    package var events: [Event]
    /// How many events are not listed; absent if all are.
    package var omitted: Int?

    /// One thing that happened.
    package struct Event: Sendable, Equatable, Codable {
        package enum Kind: String, Sendable, Codable, CaseIterable {
            case driftDetected = "drift-detected"
            case driftCorrected = "drift-corrected"
            case failed
            case conflict
            case blocked
            case loginFailed = "login-failed"
            case notServed = "not-served"
            case recovered
            case conflictingChanges = "conflicting-changes"
            case conflictingChangesStopped = "conflicting-changes-stopped"
            case deletionsHeld = "deletions-held"
            case deletionsReleased = "deletions-released"
            case fileInvalid = "file-invalid"
            case fileValid = "file-valid"
            case authentikUnreachable = "authentik-unreachable"
            case authentikRefused = "authentik-refused"
            case authentikReachable = "authentik-reachable"
        }

        package var type: Kind
        package var severity: Severity
        /// `service`, or the kind of another object, as `group`; absent for what concerns the whole.
        package var kind: String?
        /// The slug of a service, or the name of another object; absent for what concerns the whole.
        package var name: String?
        /// A clause for people.
        package var message: String
        /// What the file calls the changed fields; absent if no field changed.
        package var fields: [String]?
        /// Who changed it, by Authentik's audit log; absent if that is not known.
        package var by: String?
        /// A page about it: the entry of the audit log; absent without one.
        package var link: String?

        package init(
            _ type: Kind,
            kind: String? = nil,
            name: String? = nil,
            message: String,
            fields: [String]? = nil,
            by author: String? = nil,
            link: String? = nil
        ) {
            self.type = type
            severity = type.severity
            self.kind = kind
            self.name = name
            self.message = message
            self.fields = fields
            by = author
            self.link = link
        }
    }

    /// - Parameter events: at least one.
    package init(
        _ events: [Event],
        owner: String,
        authentik: String,
        state: String,
        message: String,
        at time: Timestamp
    ) {
        // What is equally severe keeps its order.
        let sorted = Severity.allCases.reversed().flatMap { severity in events.filter { $0.severity == severity } }
        at = time
        self.owner = owner
        self.authentik = authentik
        severity = sorted.first?.severity ?? .info
        title = "\(owner): \(Self.summary(of: sorted))"
        self.state = state
        self.message = message
        self.events = Array(sorted.prefix(Self.eventLimit))
        omitted = sorted.count > Self.eventLimit ? sorted.count - Self.eventLimit : nil
    }

    /// `2 services failed, drift corrected: grafana`.
    private static func summary(of events: [Event]) -> String {
        var types: [Event.Kind] = []
        for event in events where !types.contains(event.type) { types.append(event.type) }
        let parts = types.map { type in
            let same = events.filter { $0.type == type }
            guard same.count == 1, let only = same.first else { return "\(type.title) (\(same.count))" }
            return only.name.map { "\(type.title): \($0)" } ?? type.title
        }
        return parts.joined(separator: ", ")
    }
}

extension Notification.Event.Kind {
    /// What happened, in a few words.
    package var title: String {
        switch self {
        case .driftDetected: "drift detected"
        case .driftCorrected: "drift corrected"
        case .failed: "failed"
        case .conflict: "conflict"
        case .blocked: "blocked"
        case .loginFailed: "login check failed"
        case .notServed: "not served"
        case .recovered: "recovered"
        case .conflictingChanges: "conflicting changes"
        case .conflictingChangesStopped: "conflicting changes stopped"
        case .deletionsHeld: "deletions held back"
        case .deletionsReleased: "deletions no longer held back"
        case .fileInvalid: "file invalid"
        case .fileValid: "file valid again"
        case .authentikUnreachable: "Authentik unreachable"
        case .authentikRefused: "refused by Authentik"
        case .authentikReachable: "Authentik reachable again"
        }
    }

    package var severity: Notification.Severity {
        switch self {
        case .recovered, .conflictingChangesStopped, .deletionsReleased, .fileValid, .authentikReachable: .info
        case .driftDetected, .driftCorrected, .conflictingChanges, .deletionsHeld: .warning
        case .failed, .conflict, .blocked, .loginFailed, .notServed, .fileInvalid, .authentikUnreachable,
            .authentikRefused:
            .error
        }
    }
}
