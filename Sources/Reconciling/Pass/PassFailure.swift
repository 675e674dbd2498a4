package import AuthentikAPI

/// Why a pass ended before it could plan: nothing was written.
package struct PassFailure: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// Authentik cannot be reached, or not observed as a whole.
        case unobservable
        /// The token is refused, or its account may not do what a pass needs.
        case refused
    }

    package var kind: Kind
    /// One sentence: what was tried, what came back, what to do.
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    package init(_ error: AuthentikError) {
        switch error.kind {
        case .invalidToken:
            self.init(
                .refused,
                "Authentik refuses the token: \(error); check AUTHENTIK_TOKEN (intent 'API', not expired, not revoked)"
            )
        case .permissionDenied:
            self.init(.refused, "the token's account may not do this: \(error)")
        default:
            self.init(.unobservable, "Authentik cannot be observed: \(error)")
        }
    }
}
