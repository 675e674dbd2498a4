import JSON

/// Why a request is not done; what Django REST framework raises as an exception.
enum Refusal: Error {
    /// 400: what is wrong, by field, or under `non_field_errors`.
    case invalid(JSONValue)
    case invalidJSON(String)
    /// 400 with an empty page: an endpoint outside the REST framework's serializers cannot use the body.
    case unusable
    case credentialsMissing
    case tokenInvalid
    case permissionDenied
    /// 404 of a look-up: `No Application matches the given query.`
    case noMatch(model: String)
    /// 404 of a look-up whose key cannot be one.
    case notFound
    case invalidPage
    case methodNotAllowed(String)
    case unsupportedMediaType(String)
    /// Authentik can do this; the sandbox cannot.
    case notInSandbox(String)
    /// The path leads nowhere: Django's page, not the REST framework's.
    case noSuchPath
    /// Authentik fails on this by an exception that it does not handle.
    case crash

    static func invalid(_ field: String, _ message: String) -> Refusal { .invalid([field: [.string(message)]]) }

    func response(to method: String, _ release: Release) -> APIResponse {
        switch self {
        case .invalid(let errors): APIResponse(400, .json(errors))
        case .invalidJSON(let reason): detail(400, "JSON parse error - \(reason)")
        case .unusable: APIResponse(400, .emptyHTML)
        case .credentialsMissing: detail(403, "Authentication credentials were not provided.")
        case .tokenInvalid: detail(403, "Token invalid/expired")
        case .permissionDenied: detail(403, "You do not have permission to perform this action.")
        case .noMatch(let model):
            detail(404, release.namesModelNotFound ? "No \(model) matches the given query." : "Not found.")
        case .notFound: detail(404, "Not found.")
        case .invalidPage: detail(404, "Invalid page.")
        case .methodNotAllowed(let method): detail(405, "Method \"\(method)\" not allowed.")
        case .unsupportedMediaType(let type): detail(415, "Unsupported media type \"\(type)\" in request.")
        case .notInSandbox(let what): detail(501, "The sandbox does not do this: \(what).")
        case .noSuchPath: page(404, "Not Found", to: method)
        case .crash: page(500, "Server Error", to: method)
        }
    }

    private func detail(_ status: Int, _ text: String) -> APIResponse {
        APIResponse(status, .json(["detail": .string(text)]))
    }

    /// Authentik's error pages are views that know GET only, so to any other method the *page* is not allowed.
    private func page(_ status: Int, _ title: String, to method: String) -> APIResponse {
        guard method == "GET" || method == "HEAD" else {
            return APIResponse(405, .emptyHTML, allow: "GET, HEAD, OPTIONS")
        }
        return .page(status, title)
    }
}
