import JSON

/// One answer.
struct APIResponse {
    enum Body {
        /// A REST endpoint's, whose content type names the charset.
        case json(JSONValue)
        /// That of an endpoint outside the REST framework, whose content type does not.
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

    init(_ status: Int, _ body: Body, allow: String? = nil) {
        self.status = status
        self.body = body
        self.allow = allow
    }

    static func ok(_ json: JSONValue) -> APIResponse { APIResponse(200, .json(json)) }
    static func created(_ json: JSONValue) -> APIResponse { APIResponse(201, .json(json)) }
    static let deleted = APIResponse(204, .none)

    var contentType: String? {
        switch body {
        case .json: "application/json; charset=utf-8"
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
