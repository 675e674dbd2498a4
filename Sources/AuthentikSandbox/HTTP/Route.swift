/// One path and what is done there.
struct Route: Sendable {
    typealias Handler = @Sendable (APIRequest, inout Store) throws(Refusal) -> APIResponse

    /// Whom a path lets in.
    enum Access {
        case everybody
        /// Whoever sends a valid API token.
        case tokens
    }

    private enum Part: Equatable {
        case literal(String)
        case key
    }

    private let parts: [Part]
    private let access: Access
    private let methods: [String]
    private let handlers: [String: Handler]

    /// - Parameters:
    ///   - path: with `{}` for the part that becomes the request's key: `core/applications/{}/`.
    ///   - methods: all methods that Authentik takes here, in the order of its `Allow` header; HEAD and OPTIONS, which
    ///     it takes everywhere, go without saying.
    ///   - handlers: by method.
    init(_ path: String, _ access: Access, methods: [String], _ handlers: [String: Handler]) {
        self.parts = path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0 == "{}" ? .key : .literal(String($0)) }
        self.access = access
        self.methods = methods
        self.handlers = handlers
    }

    /// The value of the header of that name; nil outside the REST framework.
    var allow: String? {
        guard access == .tokens else { return nil }
        return (methods + (methods.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"])).joined(separator: ", ")
    }

    /// The key in a path, empty if it needs none; nil if this is another path.
    func match(_ path: [String]) -> String? {
        guard path.count == parts.count else { return nil }
        var key = ""
        for (part, text) in zip(parts, path) {
            switch part {
            case .literal(let literal) where literal == text: continue
            case .literal: return nil
            case .key:
                if text.isEmpty { return nil }
                key = text
            }
        }
        return key
    }

    func answer(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        if access == .tokens {
            guard let token = request.token else { throw .credentialsMissing }
            guard token == store.token else { throw .tokenInvalid }
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        guard methods.contains(method) else { throw .methodNotAllowed(request.method) }
        guard let handler = handlers[method] else { throw .notInSandbox("\(method) on this path") }
        return try handler(request, &store)
    }
}
