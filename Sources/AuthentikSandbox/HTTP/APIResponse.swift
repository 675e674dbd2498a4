import JSON

/// One answer.
struct APIResponse {
    enum Body {
        /// A REST endpoint's, whose content type may name the charset.
        case json(JSONValue)
        /// That of an endpoint outside the REST framework, whose content type never does.
        case plainJSON(JSONValue)
        case html(String)
        /// No body, but declared as HTML all the same.
        case emptyHTML
        case none
    }

    var status: Int
    var body: Body
    /// The methods that the path takes.
    var allow: String?
    /// Where a redirect leads.
    var location: String?
    /// Who asked; nil where no token was sent, or none that is valid.
    var caller: String?
    /// The permissions that the request needs, granted or not.
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
