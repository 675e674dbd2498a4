import Base
package import CurlTransport
import JSON
import Secrets

/// A failed request to the Kubernetes API.
///
/// It never contains the token, a query or anything from a Secret.
package struct KubernetesError: Error, Sendable, Equatable {
    /// Classified by what it means for the caller.
    package enum Kind: Sendable, Hashable {
        /// No answer, or an incomplete one; see ``KubernetesError/transport``.
        case unreachable
        /// The token or certificate is missing, or no longer valid: 401.
        case unauthorized
        /// The account lacks a permission; see ``KubernetesError/permission``: 403.
        case forbidden
        /// The object does not exist: 404.
        case notFound
        /// Somebody else changed the object: 409.
        case conflict
        /// The resourceVersion to continue from has expired: 410.
        case gone
        /// Too many requests: 429.
        case throttled
        /// The server rejects what was sent: any other 4xx.
        case invalid
        /// An internal error of the server, or of the proxy in front of it: 5xx.
        case unavailable
        /// The answer is not from a Kubernetes API.
        case undecodable
    }

    package var kind: Kind
    /// The HTTP status, or the code of an error within a watch; nil if there was no answer.
    package var status: Int?
    /// A clause without a full stop, in the server's own words if there are any.
    package var message: String
    /// Method and URL, without the query.
    package var request: String
    /// `Retry-After`, at most a day.
    package var retryAfter: Duration?
    /// What is missing, if the kind is `forbidden`.
    package var permission: MissingPermission?
    /// Why there was no answer.
    package var transport: TransportError?
}

extension KubernetesError: CustomStringConvertible {
    package var description: String {
        let text = "\(request): \(message)"
        return permission.map { "\(text) (\($0))" } ?? text
    }

    /// Whether the same request may succeed later without any intervention.
    package var isTransient: Bool {
        switch kind {
        case .unreachable: transport?.kind != .tls && transport?.kind != .invalidRequest
        case .throttled, .unavailable: true
        case .unauthorized, .forbidden, .notFound, .conflict, .gone, .invalid, .undecodable: false
        }
    }
}

extension KubernetesError {
    /// The longest message, in scalars.
    private static let longestMessage = 500

    /// The error that a response stands for; nil if it is a success with JSON.
    ///
    /// - Parameter token: the token sent with the request, which is masked in case a server quotes it.
    init?(
        status: Int,
        headers: HTTPHeaders,
        body: [UInt8],
        to request: KubernetesRequest,
        at server: String,
        hiding token: Secret?
    ) {
        let isJSON = headers["content-type"]?.lowercased().contains("json") ?? false
        if (200..<300).contains(status) && isJSON { return nil }
        let answer = isJSON ? try? JSONValue(parsing: body) : nil
        self.init(status: status, answer, to: request, at: server, hiding: token)
        if let seconds = headers["retry-after"].flatMap(Int.init) {
            retryAfter = .seconds(min(max(0, seconds), 86_400))
        }
    }

    /// The error in a `Status`: the body of a response, or the object of an `ERROR` event of a watch
    /// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).
    init(
        status: Int,
        _ answer: JSONValue?,
        to request: KubernetesRequest,
        at server: String,
        hiding token: Secret?
    ) {
        let mask = SecretMask(request.secrets + [token].compactMap(\.self))
        let isStatus = answer?["kind"]?.string == "Status"
        let words = isStatus ? answer?["message"]?.string.map { onOneLine(mask($0)).cut(to: Self.longestMessage) } : nil
        self.init(
            kind: Kind(status: status, isStatus: isStatus),
            status: status,
            message: words ?? "answered \(status)",
            request: request.description(at: server)
        )
        if kind == .undecodable { message = "answered \(status); is this the address of a Kubernetes API server?" }
        if kind == .forbidden { permission = request.permission }
        if let seconds = answer?["details"]?["retryAfterSeconds"]?.integer, seconds > 0 {
            retryAfter = .seconds(min(seconds, 86_400))
        }
    }

    init(_ error: TransportError, to request: KubernetesRequest, at server: String) {
        self.init(
            kind: .unreachable,
            message: error.message,
            request: request.description(at: server),
            transport: error
        )
    }

    init(_ malformed: Malformed, to request: KubernetesRequest, at server: String) {
        self.init(
            kind: .undecodable,
            message: "the answer cannot be decoded: \(malformed.message)",
            request: request.description(at: server)
        )
    }
}

extension KubernetesError.Kind {
    /// Only a `Status` proves that an object does not exist; any web server answers 404.
    fileprivate init(status: Int, isStatus: Bool) {
        self =
            switch status {
            case 401: .unauthorized
            case 403: .forbidden
            case 404: isStatus ? .notFound : .undecodable
            case 409: .conflict
            case 410: .gone
            case 429: .throttled
            case 400..<500: isStatus ? .invalid : .undecodable
            case 500..<600: .unavailable
            default: .undecodable
            }
    }
}

private func onOneLine(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    return String(String.UnicodeScalarView(scalars))
}

/// What is wrong with an answer: a clause that quotes nothing of it.
struct Malformed: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
