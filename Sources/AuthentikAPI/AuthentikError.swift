package import CurlTransport

/// A request to Authentik that did not do what it was for.
///
/// It never holds the token, a client secret, a query or a body.
package struct AuthentikError: Error, Sendable, Equatable {
    /// Sorted by what it means for the caller.
    package enum Kind: Sendable, Equatable {
        /// No answer came; see ``AuthentikError/transport``.
        case unreachable
        /// Something answered that does not speak as Authentik does: HTML, a redirect, an unknown path.
        case notAuthentik
        /// Authentik, or the proxy in front of it, is not ready: 502, 503, 504.
        case unavailable
        /// Too many requests: 429. Nothing was done.
        case throttled
        /// An error of Authentik's own: 500, or 405 with an empty HTML body on a write.
        case serverError
        /// The token is not, or no longer, valid.
        case invalidToken
        /// The account lacks a permission; see ``AuthentikError/permission``.
        case permissionDenied
        /// The object is not there.
        case notFound
        /// Authentik does not take what was sent; see ``AuthentikError/fields``.
        case rejected
        /// A list kept changing while it was read.
        case unstableList
        /// An answer that does not decode.
        case undecodable
    }

    package var kind: Kind
    /// The HTTP status; nil if there was no answer.
    package var status: Int?
    /// A clause without a full stop: Authentik's own words where it had any.
    package var message: String
    /// What Authentik says of single fields.
    package var fields: [FieldError] = []
    /// Method and URL, without the query.
    package var request: String
    /// `X-authentik-id`, which finds the request in Authentik's log.
    package var requestID: String?
    /// `Retry-After`.
    package var retryAfter: Duration?
    /// The permission that the request needs, where that is the matter.
    package var permission: String?
    /// Why no answer came.
    package var transport: TransportError?

    /// One field that Authentik refused.
    package struct FieldError: Sendable, Hashable {
        /// As Authentik names it: `client_id`, `redirect_uris[0].matching_mode`; empty for the object as a whole.
        package var field: String
        /// Authentik's own words.
        package var message: String

        package init(field: String, message: String) {
            self.field = field
            self.message = message
        }
    }
}

extension AuthentikError: CustomStringConvertible {
    package var description: String {
        var text = "\(request): \(message)"
        if let permission { text += " (needs the permission \(permission))" }
        if let requestID { text += " [request \(requestID)]" }
        return text
    }

    /// Whether the write may have been done all the same, so that it must be looked up before it is repeated.
    package var mayHaveHappened: Bool {
        switch kind {
        case .unreachable: transport?.mayHaveReachedServer ?? true
        case .unavailable, .serverError, .undecodable: true
        case .notAuthentik: status.map { $0 < 300 } ?? false
        case .throttled, .invalidToken, .permissionDenied, .notFound, .rejected, .unstableList: false
        }
    }
}
