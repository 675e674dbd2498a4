import Base
import CurlTransport
import JSON
import Secrets

extension KubernetesError {
    /// The longest message, in scalars.
    private static let longestMessage = 500

    /// The error that a response stands for; nil if it is a success with JSON.
    ///
    /// - Parameter token: what was sent with the request, and is taken out should a server quote it.
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

    /// The error that a `Status` stands for: the body of a response, or the object of an `ERROR` in a watch
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
            message: "the answer does not decode: \(malformed.message)",
            request: request.description(at: server)
        )
    }
}

extension KubernetesError.Kind {
    /// Only a `Status` says that an object is not there; any web server says 404.
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
