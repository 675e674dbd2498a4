/// An answer as it goes out: ``APIResponse``, and what a fault made of it.
struct Reply {
    enum Delivery {
        case whole
        /// In pieces, over that time.
        case slow(Duration)
        /// Half of the body, then the end of the connection.
        case half
        /// Nothing but a reset.
        case none
    }

    var status: Int
    var contentType: String?
    var allow: String?
    /// Where a redirect leads.
    var location: String?
    /// In seconds.
    var retryAfter: Int?
    var bytes: [UInt8]
    var delivery = Delivery.whole
    /// Who asked, and the permissions that the request needs; for the log.
    var caller: String?
    var permissions: [String] = []

    init(_ response: APIResponse, _ release: Release) {
        status = response.status
        contentType = response.contentType(release)
        allow = response.allow
        location = response.location
        bytes = response.bytes
        caller = response.caller
        permissions = response.permissions
    }

    /// A page such as a proxy in front of Authentik has.
    static func page(_ status: Int, retryAfter: Int? = nil) -> Reply {
        let title =
            switch status {
            case 502: "502 Bad Gateway"
            case 503: "503 Service Unavailable"
            case 504: "504 Gateway Timeout"
            default: "\(status)"
            }
        let html = "<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>"
        // A page is the same in every release.
        var reply = Reply(APIResponse(status, .html(html)), .december2025)
        reply.retryAfter = retryAfter
        return reply
    }

    /// The status that a client sees: 0 if none is sent.
    var visibleStatus: Int {
        if case .none = delivery { return 0 }
        return status
    }
}
