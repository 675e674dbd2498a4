package import AuthentikAPI
import Kinds
package import Planning

/// Why a pass ended before it could plan: nothing was written.
package struct PassFailure: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// Authentik cannot be reached, or cannot be read completely.
        case unobservable
        /// The token is rejected, or its account lacks permissions that a pass needs.
        case refused
    }

    package var kind: Kind
    /// One sentence: what was tried, what came back, what to do.
    package var description: String
    /// The error of the request that failed; nil if no request did.
    package var cause: AuthentikError?

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// - Parameter remedy: what to do about a permission that is missing, as a clause; nil if its name is all there is to
    ///   say.
    package init(_ error: AuthentikError, remedy: String? = "run 'reconcile doctor' to list all that are missing") {
        switch error.kind {
        case .invalidToken:
            self.init(
                .refused,
                "Authentik rejects the token: \(error); check the one that AUTHENTIK_TOKEN or the token file has: intent 'API', "
                    + "not expired, not revoked"
            )
        case .permissionDenied:
            let advice = remedy.map { "; \($0)" } ?? ""
            self.init(.refused, "the token's account lacks a permission: \(error)\(advice)")
        default:
            let fault = error.transport.flatMap(ConnectionFault.init)
            let advice = fault.flatMap { $0.isOfTLS ? "; \($0.advice)" : nil } ?? ""
            self.init(.unobservable, "Authentik cannot be observed: \(error)\(advice)")
        }
        cause = error
    }
}

/// A reviewed plan is no longer what a pass would do: nothing was written.
package struct PlanMoved: Error, Sendable, CustomStringConvertible {
    package var differences: [PlanRecord.Difference]

    package init(_ differences: [PlanRecord.Difference]) {
        self.differences = differences
    }

    /// A sentence, followed by a line for each difference.
    package var description: String {
        let lines = differences.map { "  " + ($0.slug.map { "\($0)  " } ?? "") + $0.message }
        return (["the plan is out of date, so nothing was written; plan again and review the differences:"] + lines)
            .joined(separator: "\n")
    }
}
