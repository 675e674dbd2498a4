import Controller
import Secrets
import Synchronization

/// The current API token, read again each time, so that it can be rotated without a restart.
///
/// A file that cannot be read, or is empty for a moment, leaves the last token in use.
final class TokenSource: Sendable {
    private struct State {
        var token: Secret
        var complaint: String?
    }

    private let state: Mutex<State>
    private let log: LoopLog
    private let read: (@Sendable () throws -> Secret)?

    /// - Parameters:
    ///   - token: what was read first.
    ///   - read: reads it again; nil if it cannot change.
    init(_ token: Secret, log: LoopLog, read: (@Sendable () throws -> Secret)?) {
        state = Mutex(State(token: token))
        self.log = log
        self.read = read
    }

    func current() -> Secret {
        guard let read else { return state.withLock { $0.token } }
        let result = Result { try read() }
        let (token, complaint) = state.withLock { state -> (Secret, String?) in
            switch result {
            case .success(let token):
                state = State(token: token)
                return (token, nil)
            case .failure(let error):
                let complaint = "\(error)"
                defer { state.complaint = complaint }
                return (state.token, complaint == state.complaint ? nil : complaint)
            }
        }
        if let complaint { log.keepsToken(complaint) }
        return token
    }
}
