import Base
import CurlTransport
import JSON
import Secrets

extension AuthentikError {
    /// The longest message, in scalars.
    private static let longestMessage = 2000

    /// The error that a response stands for; nil if it is a success with JSON or an empty body.
    ///
    /// - Parameter mask: masks secrets that were sent, in case an answer quotes them.
    init?(_ response: HTTPResponse, to request: APIRequest, at address: AuthentikAddress, hiding mask: SecretMask) {
        let isJSON = response.headers["content-type"]?.lowercased().contains("json") ?? false
        let isSuccess = (200..<300).contains(response.status)
        if isSuccess && (isJSON || response.body.isEmpty) { return nil }

        let answer = isJSON ? try? JSONValue(parsing: response.body) : nil
        var error = AuthentikError(
            kind: .notAuthentik,
            status: response.status,
            message: "",
            request: request.description(at: address),
            requestID: Self.requestID(of: response, hiding: mask),
            // At most a day: longer delays are mistakes, and the clock cannot add arbitrary numbers.
            retryAfter: response.headers["retry-after"].flatMap(Int.init).map { .seconds(min(max(0, $0), 86_400)) }
        )
        let refusals = FieldErrors(answer ?? .null, hiding: mask)
        error.fields = refusals.found
        let words = error.fields.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
            .joined(separator: "; ")
        error.kind = Kind(response, request: request, isJSON: isJSON, words: words)
        if error.kind == .permissionDenied {
            // The answer is the same whichever of them is missing.
            let permissions = request.endpoint.permissions(for: request.method)
            error.permission = permissions.isEmpty ? nil : permissions.joined(separator: " and ")
        }
        let message = error.describe(response, words: refusals.isCut ? "\(words); and more" : words)
        error.message = mask(message).cut(to: Self.longestMessage)
        self = error
    }

    /// `X-authentik-id`, as far as it may be shown.
    static func requestID(of response: HTTPResponse, hiding mask: SecretMask) -> String? {
        response.headers["x-authentik-id"].map { mask($0).cut(to: 100) }
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
            return "Authentik failed to process it (405 with an empty page means an unhandled error; see its log)"
        case .serverError:
            return words.isEmpty ? "Authentik failed to process it (\(status); see its log)" : "\(status): \(words)"
        case .rejected where fields.contains(where: \.asksForSecretObject):
            return "client_secret: \(explanation ?? words)"
        case .rejected where explanation != nil:
            return "\(words.hasSuffix(".") ? String(words.dropLast()) : words); \(explanation ?? "")"
        case _ where words.isEmpty && response.body.count >= HTTPRequest.maximumErrorBytes:
            return "answered \(status) with a body of more than \(HTTPRequest.maximumErrorBytes) bytes, "
                + "which was not read"
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

/// The errors about fields in an error body of Authentik, in all its shapes: `{"detail": "…"}`, `{"field": ["…"]}`,
/// `{"field": {"0": ["…"]}}`, `{"field": [{"inner": ["…"]}]}`, `{"field": {"non_field_errors": ["…"]}}`.
///
/// Ordered by field, and limited to a readable number.
struct FieldErrors {
    private static let mostErrors = 20
    /// The maximum length of all errors together, names included, in Unicode scalars.
    private static let longestText = 2000
    private static let longestName = 200

    private(set) var found: [AuthentikError.FieldError] = []
    /// Whether errors were left out.
    private(set) var isCut = false
    private var room = longestText
    private let mask: SecretMask

    /// - Parameter mask: masks secrets that were sent, in case the body quotes them as a name or a value.
    init(_ body: JSONValue, hiding mask: SecretMask) {
        self.mask = mask
        collect(body, at: "")
    }

    private mutating func collect(_ value: JSONValue, at path: String) {
        guard !isCut else { return }
        switch value {
        case .object(let members):
            for (key, value) in members.sorted(by: { $0.key.exact < $1.key.exact }) {
                let isWhole = key == "non_field_errors" || (path.isEmpty && key == "detail")
                collect(value, at: isWhole ? path : joined(path, key))
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if case .object = element {
                    collect(element, at: "\(path)[\(index)]")
                } else {
                    collect(element, at: path)
                }
            }
        case .string(let text): add(text, at: path)
        case .null: break
        case .bool(let flag): add("\(flag)", at: path)
        case .integer(let number): add("\(number)", at: path)
        case .double(let number): add("\(number)", at: path)
        }
    }

    private mutating func add(_ text: String, at path: String) {
        guard found.count < Self.mostErrors, room > path.unicodeScalars.count else {
            isCut = true
            return
        }
        room -= path.unicodeScalars.count
        let message = mask(text).cut(to: room)
        room -= message.unicodeScalars.count
        found.append(.init(field: path, message: message))
    }

    private func joined(_ path: String, _ key: String) -> String {
        let name = mask(key)
        if path.isEmpty { return name.cut(to: Self.longestName) }
        return (Int(key) == nil ? "\(path).\(name)" : "\(path)[\(name)]").cut(to: Self.longestName)
    }
}
