import Kinds
package import Planning
package import Setup
package import Status

/// The presentation of states: all words, colours and symbols of states are in this file, one row for each.
///
/// A terminal uses a sign and a colour; the page a tone, which is a colour, and a symbol, so that nothing depends on
/// colour alone.
package struct Look: Sendable {
    /// `in sync`.
    package var word: String
    /// The sign at the beginning of its line on a terminal.
    package var sign: String
    package var color: Style.Color
    package var tone: Tone
    package var symbol: Symbol
}

/// How urgent something is.
package enum Tone: Sendable {
    case good
    case idle
    case warning
    case bad
}

/// A shape for a state, so that it can be recognised without its colour.
package enum Symbol: Sendable, CaseIterable {
    case check
    case dashes
    case wave
    case cross
    case exclamation
    case bar
    case pause
    case question
}

// MARK: - Services

extension SyncState {
    /// The presentation of a service in this state.
    package var look: Look {
        switch self {
        case .inSync: Look(word: "in sync", sign: "=", color: .dim, tone: .good, symbol: .check)
        case .pending: Look(word: "pending", sign: "…", color: .dim, tone: .idle, symbol: .dashes)
        case .drifted: Look(word: "drifted", sign: "~", color: .yellow, tone: .warning, symbol: .wave)
        case .failed: Look(word: "failed", sign: "x", color: .red, tone: .bad, symbol: .cross)
        case .unverified: Look(word: "unverified", sign: "!", color: .red, tone: .bad, symbol: .exclamation)
        case .conflict: Look(word: "conflict", sign: "!", color: .red, tone: .bad, symbol: .exclamation)
        case .blocked: Look(word: "blocked", sign: "!", color: .red, tone: .warning, symbol: .bar)
        case .waiting: Look(word: "waiting", sign: "…", color: .yellow, tone: .idle, symbol: .dashes)
        case .held: Look(word: "held back", sign: "-", color: .red, tone: .warning, symbol: .pause)
        case .orphan: Look(word: "orphaned", sign: "?", color: .yellow, tone: .idle, symbol: .question)
        }
    }

    /// Most urgent first.
    package static let byUrgency: [SyncState] = [
        .failed, .unverified, .conflict, .blocked, .drifted, .held, .waiting, .pending, .orphan, .inSync,
    ]

    /// The position in ``byUrgency``.
    package var urgency: Int { Self.byUrgency.firstIndex(of: self) ?? 0 }
}

extension ServiceStatus {
    /// The presentation of its state, or as closed if nobody may open it.
    package var look: Look {
        guard state == .failed, access?.isClosed == true else { return state.look }
        return Look(word: "closed", sign: "x", color: .red, tone: .bad, symbol: .bar)
    }
}

/// How a decision is shown.
package struct DecisionLook: Sendable {
    /// In a plan.
    package var planned: String
    /// In a report, or for the last event.
    package var done: String
    /// In a plan's last line, after a number.
    package var summary: String
    /// The sign at the beginning of its line on a terminal.
    package var sign: String
    package var color: Style.Color
}

extension Decision {
    /// The presentation of a service with this decision.
    package var look: DecisionLook {
        switch self {
        case .inSync:
            DecisionLook(planned: "in sync", done: "in sync", summary: "in sync", sign: "=", color: .dim)
        case .create:
            DecisionLook(planned: "create", done: "created", summary: "to create", sign: "+", color: .green)
        case .update:
            DecisionLook(planned: "update", done: "updated", summary: "to update", sign: "~", color: .yellow)
        case .adopt:
            DecisionLook(planned: "adopt", done: "adopted", summary: "to adopt", sign: "~", color: .yellow)
        case .link:
            DecisionLook(planned: "link", done: "linked", summary: "to link", sign: "~", color: .yellow)
        case .recreate:
            DecisionLook(planned: "recreate", done: "recreated", summary: "to recreate", sign: "+", color: .green)
        case .release:
            DecisionLook(planned: "release", done: "released", summary: "to release", sign: "-", color: .yellow)
        case .delete:
            DecisionLook(planned: "delete", done: "deleted", summary: "to delete", sign: "-", color: .red)
        case .orphan:
            DecisionLook(planned: "orphaned", done: "orphaned", summary: "orphaned", sign: "?", color: .yellow)
        case .conflict:
            DecisionLook(planned: "conflict", done: "conflict", summary: "in conflict", sign: "!", color: .red)
        case .blocked:
            DecisionLook(planned: "blocked", done: "blocked", summary: "blocked", sign: "!", color: .red)
        case .waiting:
            DecisionLook(planned: "waiting", done: "waiting", summary: "waiting", sign: "…", color: .yellow)
        }
    }
}

extension LastChange {
    /// What was done, as a participle.
    package var done: String { Decision(rawValue: decision)?.look.done ?? decision }
}

extension RecentChange {
    /// The kind of object, in a word or two: `service`, `scope mapping`.
    package var noun: String { Kind.all.first { $0.id == kind }?.noun ?? kind }

    /// What was done, as a participle.
    package var done: String { Decision(rawValue: decision)?.look.done ?? decision }
}

// MARK: - The whole

/// The presentation of the overall state, which has a line of its own and therefore no sign.
package struct OverallLook: Sendable {
    package var headline: String
    package var color: Style.Color
    package var tone: Tone
    package var symbol: Symbol
}

extension OverallState {
    /// The presentation of this state.
    package var look: OverallLook {
        switch self {
        case .standby: OverallLook(headline: "Standing by", color: .yellow, tone: .idle, symbol: .pause)
        case .starting: OverallLook(headline: "Starting", color: .yellow, tone: .idle, symbol: .dashes)
        case .refused: OverallLook(headline: "Refused by Authentik", color: .red, tone: .bad, symbol: .bar)
        case .unreachable: OverallLook(headline: "Authentik is unreachable", color: .red, tone: .bad, symbol: .cross)
        case .invalidFile:
            OverallLook(headline: "The file is invalid", color: .red, tone: .warning, symbol: .exclamation)
        case .outOfSync: OverallLook(headline: "Out of sync", color: .red, tone: .warning, symbol: .wave)
        case .inSync: OverallLook(headline: "In sync", color: .green, tone: .good, symbol: .check)
        }
    }
}

// MARK: - Passes

extension PassResult {
    /// The result of a pass, as shown to the user.
    package var look: (words: String, tone: Tone) {
        switch self {
        case .converged: ("everything in sync", .good)
        case .incomplete: ("some services out of sync", .warning)
        case .failed: ("failed", .bad)
        }
    }
}

extension Trigger {
    /// A clause that explains why a pass runs.
    package var words: String {
        switch self {
        case .start: "the daemon started"
        case .leader: "this replica became the leader"
        case .interval: "periodic pass"
        case .retry: "retry after a failure"
        case .file: "the file changed"
        case .secret: "a secret changed"
        case .token: "the token changed"
        case .signal: "requested by SIGHUP"
        case .request: "requested by HTTP or the page"
        case .authentik: "a change in Authentik"
        case .contest: "the pause for conflicting changes ends"
        }
    }
}

// MARK: - Conditions and findings

extension ConditionStatus {
    package var tone: Tone {
        // It is informational, whatever its value.
        if type == .exposed { return .idle }
        return switch status {
        case .yes: .good
        case .no: .bad
        case .unknown: .idle
        }
    }
}

extension Finding.Verdict {
    /// The sign and the colour of a finding on a terminal.
    package var look: (sign: String, color: Style.Color) {
        switch self {
        case .ok: ("=", .green)
        case .warning: ("!", .yellow)
        case .problem: ("x", .red)
        case .skipped: ("-", .dim)
        }
    }
}
