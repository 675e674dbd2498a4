package import CurlTransport

/// A request to the Kubernetes API that did not do what it was for.
///
/// It never holds the token, a query or anything of a Secret.
package struct KubernetesError: Error, Sendable, Equatable {
    /// Sorted by what it means for the caller.
    package enum Kind: Sendable, Hashable {
        /// No answer came, or it ended early; see ``KubernetesError/transport``.
        case unreachable
        /// The token or certificate is missing, or not valid any longer: 401.
        case unauthorized
        /// The account lacks a permission; see ``KubernetesError/permission``: 403.
        case forbidden
        /// The object is not there: 404.
        case notFound
        /// Somebody else changed the object: 409.
        case conflict
        /// The resourceVersion to go on from is forgotten: 410.
        case gone
        /// Too many requests: 429.
        case throttled
        /// The server does not take what was sent: any other 4xx.
        case invalid
        /// The server, or the proxy in front of it, has a failure of its own: 5xx.
        case unavailable
        /// Something answered that does not speak as Kubernetes does.
        case undecodable
    }

    package var kind: Kind
    /// The HTTP status, or the code of an error within a watch; nil if there was no answer.
    package var status: Int?
    /// A clause without a full stop: the server's own words where it had any.
    package var message: String
    /// Method and URL, without the query.
    package var request: String
    /// `Retry-After`, a day at most.
    package var retryAfter: Duration?
    /// What is missing, if the kind is `forbidden`.
    package var permission: MissingPermission?
    /// Why no answer came.
    package var transport: TransportError?
}

extension KubernetesError: CustomStringConvertible {
    package var description: String {
        let text = "\(request): \(message)"
        return permission.map { "\(text) (\($0))" } ?? text
    }

    /// Whether the same may well go through after a while, without anybody's doing.
    package var isTransient: Bool {
        switch kind {
        case .unreachable: transport?.kind != .tls && transport?.kind != .invalidRequest
        case .throttled, .unavailable: true
        case .unauthorized, .forbidden, .notFound, .conflict, .gone, .invalid, .undecodable: false
        }
    }
}
