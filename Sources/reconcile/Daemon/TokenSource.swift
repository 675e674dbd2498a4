import Controller
import Secrets
import Synchronization

/// The current API token, read again each time, so that it can be rotated without a restart.
///
/// While the file cannot be read or is empty, the last token stays in use.
final class TokenSource: Sendable {
    private struct State {
        var token: Secret
        var complaint: String?
    }

    private let state: Mutex<State>
    private let log: LoopLog
    private let read: (@Sendable () throws -> Secret)?

    /// - Parameters:
    ///   - token: the first token.
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
