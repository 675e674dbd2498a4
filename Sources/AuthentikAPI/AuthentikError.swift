package import CurlTransport

/// A failed request to Authentik.
///
/// It never contains the token, a client secret, a query or a body.
package struct AuthentikError: Error, Sendable, Equatable {
    /// Classified by what it means for the caller.
    package enum Kind: Sendable, Equatable {
        /// No answer; see ``AuthentikError/transport``.
        case unreachable
        /// The answer is not from Authentik: HTML, a redirect, an unknown path.
        case notAuthentik
        /// Authentik, or the proxy in front of it, is not ready: 502, 503, 504.
        case unavailable
        /// Too many requests: 429. Nothing was done.
        case throttled
        /// An internal error of Authentik: 500, or 405 with an empty HTML body on a write.
        case serverError
        /// The token is invalid or no longer valid.
        case invalidToken
        /// The account lacks a permission; see ``AuthentikError/permission``.
        case permissionDenied
        /// The object does not exist.
        case notFound
        /// Authentik rejected what was sent; see ``AuthentikError/fields``.
        case rejected
        /// A list kept changing while it was read.
        case unstableList
        /// An answer that cannot be decoded.
        case undecodable
    }

    package var kind: Kind
    /// The HTTP status; nil if there was no answer.
    package var status: Int?
    /// A clause without a full stop, in Authentik's own words if there are any.
    package var message: String
    /// Authentik's errors about single fields.
    package var fields: [FieldError] = []
    /// Method and URL, without the query.
    package var request: String
    /// `X-authentik-id`, which finds the request in Authentik's log.
    package var requestID: String?
    /// `Retry-After`.
    package var retryAfter: Duration?
    /// The permission that the request needs, if it is missing.
    package var permission: String?
    /// Why there was no answer.
    package var transport: TransportError?

    /// A field that Authentik rejected.
    package struct FieldError: Sendable, Hashable {
        /// Authentik's name of the field: `client_id`, `redirect_uris[0].matching_mode`; empty for the object as a whole.
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

    /// Whether Authentik is too busy to answer, or was too slow.
    var asksForPatience: Bool {
        kind == .throttled || kind == .unavailable || transport?.kind == .timedOut
    }

    /// Whether the write may have been done anyway, so that it must be looked up before it is repeated.
    package var mayHaveHappened: Bool {
        switch kind {
        case .unreachable: transport?.mayHaveReachedServer ?? true
        case .unavailable, .serverError, .undecodable: true
        case .notAuthentik: status.map { $0 < 300 } ?? false
        case .throttled, .invalidToken, .permissionDenied, .notFound, .rejected, .unstableList: false
        }
    }
}

extension AuthentikError {
    /// Whether a write may have failed because Authentik has changed since it was observed: what should be created
    /// exists now, or what should be changed or referred to no longer exists.
    ///
    /// This is decided by the rejected fields, not by the messages, which are in the language of the account. So it is
    /// also true for a value that such a field never accepts; observing again then shows that nothing has changed.
    package var mayBeOutdated: Bool {
        switch kind {
        case .notFound: true
        // A transaction that was accepted but not applied does not say why; its checks had passed.
        case .rejected: status == 200 || fields.contains { Self.contested.contains($0.attribute) }
        default: false
        }
    }

    /// Whether Authentik says that a provider of any type already has this name.
    package var saysProviderNameIsTaken: Bool {
        kind == .rejected
            && fields.contains {
                $0.attribute == "name" && $0.message.contains("provider with this name already exists")
            }
    }

    /// Where Authentik's errors about fields come from, and what to do about them: a clause; nil if they are
    /// self-explanatory.
    package var explanation: String? {
        guard kind == .rejected else { return nil }
        if fields.contains(where: \.asksForSecretObject) {
            return "this release stores secrets as separate objects, which this version cannot write yet"
        }
        let attributes = fields.compactMap(\.objectAttribute)
        guard !attributes.isEmpty else { return nil }
        let names = attributes.map { "'\($0)'" }.joined(separator: ", ")
        let isOne = attributes.count == 1
        let (what, them, forbid) =
            isOne ? ("attribute", "it", "does not allow") : ("attributes", "them", "do not allow")
        return "the object \(what) \(names), defined in Authentik (since 2026.8), \(forbid) what this program "
            + "creates: make \(them) neither required nor unique and without a pattern, or delete \(them)"
    }

    /// Fields that are unique or name another object; empty for fields that are unique together.
    private static let contested: Set = [
        "", "slug", "name", "client_id", "provider", "app", "property_mappings", "signing_key", "encryption_key",
        "authorization_flow", "invalidation_flow", "authentication_flow",
    ]
}

extension AuthentikError.FieldError {
    /// The field without its parent: the same for `provider.client_id` and `client_id`.
    fileprivate var attribute: String {
        let last = field.split(separator: ".").last ?? ""
        return String(last.prefix { $0 != "[" })
    }

    /// The key of the object attribute whose definition is violated (since 2026.8); nil if it is about anything else.
    ///
    /// The key may be a path of names separated by dots.
    var objectAttribute: String? {
        let prefix = "attributes_"
        guard field.hasPrefix(prefix), field != prefix else { return nil }
        return String(field.dropFirst(prefix.count).prefix { $0 != "[" })
    }

    /// Whether it is about the reference to a secret that drafts of 2026.11 have in place of a client secret.
    var asksForSecretObject: Bool {
        attribute == "client_secret_ref" || attribute == "client_secret" && message.contains("client_secret_ref")
    }
}
