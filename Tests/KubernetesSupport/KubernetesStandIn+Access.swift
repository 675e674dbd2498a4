import FoundationEssentials
import Synchronization

extension KubernetesStandIn {
    /// What the service account may do; everything at first.
    package var rules: [AccessRule] {
        get { rules(of: Self.serviceAccount) }
        set { setRules(newValue, of: Self.serviceAccount) }
    }

    package func rules(of user: String) -> [AccessRule] {
        state.withLock { $0.access[rulesOf: User(name: user)] }
    }

    package func setRules(_ rules: [AccessRule], of user: String) {
        state.withLock { $0.access[rulesOf: User(name: user)] = rules }
    }

    /// Gives the service account a new token; the old one is refused from now on.
    ///
    /// Files that hold the token keep the old one until they are written again.
    @discardableResult
    package func rotateToken() -> String {
        let token = makeToken(for: Self.serviceAccount)
        state.withLock { state in
            state.access.revoke(state.token)
            state.token = token
        }
        return token
    }

    /// A further token, valid beside the others.
    package func makeToken(for user: String) -> String {
        let token = "stand-in.\(UUID().uuidString.lowercased())"
        state.withLock { $0.access.admit(token, as: User(name: user)) }
        return token
    }

    package func revoke(_ token: String) {
        state.withLock { $0.access.revoke(token) }
    }
}
