import JSON

/// One answer.
struct APIResponse {
    enum Body {
        /// The answer of a REST endpoint, whose content type may name the charset.
        case json(JSONValue)
        /// JSON of an endpoint outside the REST framework, whose content type never names a charset.
        case plainJSON(JSONValue)
        case html(String)
        /// No body, but declared as HTML anyway.
        case emptyHTML
        case none
    }

    var status: Int
    var body: Body
    /// The methods that the path allows.
    var allow: String?
    /// The target of a redirect.
    var location: String?
    /// The caller; nil without a valid token.
    var caller: String?
    /// The permissions that the request needs, granted or not; without those that depend on the body.
    var permissions: [String] = []

    init(_ status: Int, _ body: Body, allow: String? = nil, location: String? = nil) {
        self.status = status
        self.body = body
        self.allow = allow
        self.location = location
    }

    static func ok(_ json: JSONValue) -> APIResponse { APIResponse(200, .json(json)) }
    static func created(_ json: JSONValue) -> APIResponse { APIResponse(201, .json(json)) }
    static let deleted = APIResponse(204, .none)

    /// A page that says no more than its title.
    static func page(_ status: Int, _ title: String) -> APIResponse {
        APIResponse(
            status,
            .html("<!DOCTYPE html><html><head><title>\(title) - authentik</title></head><body>\(title)</body></html>")
        )
    }

    /// Whether it is a page of Django's, not an answer of the endpoint.
    var isPage: Bool {
        if case .html = body { true } else { false }
    }

    func contentType(_ release: Release) -> String? {
        switch body {
        case .json: release.namesCharset ? "application/json; charset=utf-8" : "application/json"
        case .plainJSON: "application/json"
        case .html, .emptyHTML: "text/html; charset=utf-8"
        case .none: nil
        }
    }

    var bytes: [UInt8] {
        switch body {
        case .json(let value), .plainJSON(let value): value.serialized()
        case .html(let text): [UInt8](text.utf8)
        case .emptyHTML, .none: []
        }
    }
}

/// Why a request is rejected; an exception in Django REST framework.
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
    /// Authentik supports this; the sandbox does not.
    case notInSandbox(String)
    /// The path does not exist: Django's page, not the REST framework's.
    case noSuchPath
    /// Authentik fails with an exception that it does not handle.
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
        case .notInSandbox(let what): detail(501, "The sandbox does not support this: \(what).")
        case .noSuchPath: page(404, "Not Found", to: method)
        case .crash: page(500, "Server Error", to: release.ownsUpToErrors ? "GET" : method)
        }
    }

    private func detail(_ status: Int, _ text: String) -> APIResponse {
        APIResponse(status, .json(["detail": .string(text)]))
    }

    /// Authentik's error pages are views that only support GET, so for any other method the *page* is not allowed.
    private func page(_ status: Int, _ title: String, to method: String) -> APIResponse {
        guard method == "GET" || method == "HEAD" else {
            return APIResponse(405, .emptyHTML, allow: "GET, HEAD, OPTIONS")
        }
        return .page(status, title)
    }
}
