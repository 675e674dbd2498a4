import Status

/// How a state of everything looks.
extension OverallState {
    var tone: Tone {
        switch self {
        case .standby, .starting: .idle
        case .refused, .unreachable: .bad
        case .invalidFile, .outOfSync: .warning
        case .inSync: .good
        }
    }

    var symbol: Symbol {
        switch self {
        case .standby: .pause
        case .starting: .dashes
        case .refused: .bar
        case .unreachable: .cross
        case .invalidFile: .exclamation
        case .outOfSync: .wave
        case .inSync: .check
        }
    }
}

/// How a state of one service looks.
extension SyncState {
    var word: String {
        switch self {
        case .inSync: "in sync"
        case .pending: "pending"
        case .drifted: "drifted"
        case .failed: "failed"
        case .conflict: "conflict"
        case .blocked: "blocked"
        case .waiting: "waiting"
        case .held: "held back"
        case .orphan: "orphan"
        }
    }

    var tone: Tone {
        switch self {
        case .inSync: .good
        case .pending, .waiting, .orphan: .idle
        case .drifted, .blocked, .held: .warning
        case .failed, .conflict: .bad
        }
    }

    var symbol: Symbol {
        switch self {
        case .inSync: .check
        case .pending, .waiting: .dashes
        case .drifted: .wave
        case .failed: .cross
        case .conflict: .exclamation
        case .blocked: .bar
        case .held: .pause
        case .orphan: .question
        }
    }

    /// What wants a person's eye first.
    static let byUrgency: [SyncState] = [
        .failed, .conflict, .blocked, .drifted, .held, .waiting, .pending, .orphan, .inSync,
    ]
}

extension Trigger {
    /// As it stands in brackets, or after a dash.
    var words: String {
        switch self {
        case .start: "the start"
        case .leader: "this replica began to lead"
        case .interval: "the regular interval"
        case .retry: "another try after a failure"
        case .file: "the file changed"
        case .secret: "a secret changed"
        case .token: "the token changed"
        case .signal: "asked for by SIGHUP"
        case .request: "asked for by a request"
        case .authentik: "something changed in Authentik"
        case .fight: "the pause of a fight is over"
        }
    }
}

extension PassResult {
    var words: String {
        switch self {
        case .converged: "everything as declared"
        case .incomplete: "some not as declared"
        case .failed: "failed"
        }
    }

    var tone: Tone {
        switch self {
        case .converged: .good
        case .incomplete: .warning
        case .failed: .bad
        }
    }
}

/// `1 service`, `2 services`.
func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(plural ?? noun + "s")"
}

/// As people read it: `0.31 s`.
func seconds(_ seconds: Double) -> String {
    guard seconds < 10 else { return "\(Int(seconds.rounded())) s" }
    return "\((seconds * 100).rounded() / 100) s"
}
