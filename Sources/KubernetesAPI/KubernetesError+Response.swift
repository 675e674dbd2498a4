import CurlTransport
import JSON
import Secrets

extension KubernetesError {
    /// The error that a response stands for; nil if it is a success with JSON.
    init?(status: Int, headers: HTTPHeaders, body: [UInt8], to request: KubernetesRequest, at server: String) {
        let isJSON = headers["content-type"]?.lowercased().contains("json") ?? false
        if (200..<300).contains(status) && isJSON { return nil }
        let answer = isJSON ? try? JSONValue(parsing: body) : nil
        self.init(status: status, answer, to: request, at: server)
        if let seconds = headers["retry-after"].flatMap(Int.init) {
            retryAfter = .seconds(min(max(0, seconds), 86_400))
        }
    }

    /// The error that a `Status` stands for: the body of a response, or the object of an `ERROR` in a watch
    /// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).
    init(status: Int, _ answer: JSONValue?, to request: KubernetesRequest, at server: String) {
        let isStatus = answer?["kind"]?.string == "Status"
        let words = isStatus ? answer?["message"]?.string.map { displayed(redacted($0, request.secrets)) } : nil
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

    /// Takes out what was sent in secret, should a server ever quote it.
    func redacting(_ token: Secret?) -> KubernetesError {
        guard let token, !token.exposed.isEmpty else { return self }
        var error = self
        error.message.replace(token.exposed, with: "(secret)")
        return error
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

/// Without what was sent in secret, as it is or as Go quotes it; the longest first: one may be part of another.
private func redacted(_ text: String, _ secrets: [String]) -> String {
    let quoted = secrets.map { $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }
    let all = Set(secrets + quoted).filter { !$0.isEmpty }
    return all.sorted { $0.utf8.count > $1.utf8.count }.reduce(text) { $0.replacing($1, with: "(secret)") }
}

/// On one line, and not without end.
private func displayed(_ text: String) -> String {
    let limit = 500
    let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    let shown = String(String.UnicodeScalarView(scalars.prefix(limit)))
    return scalars.count > limit ? shown + "…" : shown
}
