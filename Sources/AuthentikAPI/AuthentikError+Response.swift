import CurlTransport
import JSON

extension AuthentikError {
    /// The error that a response stands for; nil if it is the JSON of a success, or an empty one.
    init?(_ response: HTTPResponse, to request: APIRequest, at address: AuthentikAddress) {
        let description = request.description(at: address)
        let isJSON = response.headers["content-type"]?.lowercased().contains("json") ?? false
        let isSuccess = (200..<300).contains(response.status)
        if isSuccess && (isJSON || response.body.isEmpty) { return nil }

        let answer = isJSON ? try? JSONValue(parsing: response.body) : nil
        var error = AuthentikError(
            kind: .notAuthentik,
            status: response.status,
            message: "",
            request: description,
            requestID: response.headers["x-authentik-id"],
            // A day at most: nobody means more, and the clock cannot add just any number.
            retryAfter: response.headers["retry-after"].flatMap(Int.init).map { .seconds(min(max(0, $0), 86_400)) }
        )
        error.fields = answer.map { FieldError.flattened($0) } ?? []
        let words = error.fields.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
            .joined(separator: "; ")
        error.kind = Kind(response, request: request, isJSON: isJSON, words: words)
        if error.kind == .permissionDenied {
            // It is refused alike for want of any.
            let permissions = request.endpoint.permissions(for: request.method)
            error.permission = permissions.isEmpty ? nil : permissions.joined(separator: " and ")
        }
        error.message = error.describe(response, words: words)
        self = error
    }

    private func describe(_ response: HTTPResponse, words: String) -> String {
        let status = response.status
        let type = response.headers["content-type"].map { "'\($0.prefix { $0 != ";" })'" } ?? "no content type"
        switch kind {
        case .notAuthentik where (300..<400).contains(status):
            let target = response.headers["location"].map { " to \($0.prefix { $0 != "?" && $0 != "#" })" } ?? ""
            return "answered \(status), a redirect\(target), which is not followed; use the final address"
        case .notAuthentik:
            return "answered \(status) with \(type) instead of JSON; is this the address of Authentik?"
        case .unavailable:
            return "answered \(status); Authentik is not ready, or not running behind its proxy"
        case .serverError where status == 405:
            return "Authentik failed on it (405 with an empty page stands for an unhandled error; see its log)"
        case .serverError:
            return words.isEmpty ? "Authentik failed on it (\(status); see its log)" : "\(status): \(words)"
        default:
            return words.isEmpty ? "answered \(status)" : words
        }
    }
}

extension AuthentikError.Kind {
    fileprivate init(_ response: HTTPResponse, request: APIRequest, isJSON: Bool, words: String) {
        self =
            switch response.status {
            case 429: .throttled
            case 502, 503, 504: .unavailable
            case 405 where !isJSON && request.method != "GET": .serverError
            case 500...: .serverError
            case _ where !isJSON: .notAuthentik
            case 401: .invalidToken
            case 403 where words.hasPrefix("Token invalid") || words.hasPrefix("Authentication credentials"):
                .invalidToken
            case 403: .permissionDenied
            case 404: .notFound
            case 400..<500: .rejected
            default: .notAuthentik
            }
    }
}

extension AuthentikError.FieldError {
    /// Authentik's error bodies, all shapes: `{"detail": "…"}`, `{"field": ["…"]}`, `{"field": {"0": ["…"]}}`,
    /// `{"field": [{"inner": ["…"]}]}`, `{"field": {"non_field_errors": ["…"]}}`; ordered by field.
    static func flattened(_ value: JSONValue, at path: String = "") -> [AuthentikError.FieldError] {
        switch value {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { key, value in
                let isWhole = key == "non_field_errors" || (path.isEmpty && key == "detail")
                return flattened(value, at: isWhole ? path : joined(path, key))
            }
        case .array(let elements):
            elements.enumerated().flatMap { index, element in
                if case .object = element { return flattened(element, at: "\(path)[\(index)]") }
                return flattened(element, at: path)
            }
        case .string(let text): [.init(field: path, message: text)]
        case .null: []
        case .bool(let flag): [.init(field: path, message: "\(flag)")]
        case .integer(let number): [.init(field: path, message: "\(number)")]
        case .double(let number): [.init(field: path, message: "\(number)")]
        }
    }

    private static func joined(_ path: String, _ key: String) -> String {
        if path.isEmpty { return key }
        return Int(key) == nil ? "\(path).\(key)" : "\(path)[\(key)]"
    }
}
