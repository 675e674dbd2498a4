package import Base

/// The content of a notification: what happened since the last one, in one document.
///
/// `manifests/schemas/notification.schema.json` describes its JSON, which the format ``NotificationFormat/generic``
/// posts unchanged. It contains no secret and no token.
package struct Notification: Sendable, Equatable, Codable {
    /// How severe an event is, in ascending order.
    package enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
        /// Something is in order again.
        case info
        /// Needs attention.
        case warning
        /// Needs action.
        case error

        package static func < (left: Severity, right: Severity) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    /// The maximum number of events listed; the others are counted.
    package static let eventLimit = 50

    package var kind = "notification"
    package var version = 1
    package var at: Timestamp
    /// The owner of these services.
    package var owner: String
    /// The address of Authentik.
    package var authentik: String
    /// The severity of the most severe event.
    package var severity: Severity
    /// One line: `homelab: 2 services failed`.
    package var title: String
    /// The overall state afterwards, as in `GET /status`.
    package var state: String
    /// A sentence that explains ``state``.
    package var message: String
    /// The events, most severe first.
    package var events: [Event]
    /// The number of events that are not listed; absent if all are.
    package var omitted: Int?

    /// One event.
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
        /// `service`, or the kind of another object, such as `group`; absent for an event without an object.
        package var kind: String?
        /// The slug of a service, or the name of another object; absent for an event without an object.
        package var name: String?
        /// A clause for the user.
        package var message: String
        /// The file's names of the changed fields; absent if no field changed.
        package var fields: [String]?
        /// The author according to Authentik's audit log; absent if unknown.
        package var by: String?
        /// The URL of a page about it: the entry of the audit log; absent without one.
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
        // Events of equal severity keep their order.
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
    /// The event in a few words.
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
