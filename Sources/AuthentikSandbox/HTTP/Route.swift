/// One path and what is done there.
struct Route: Sendable {
    typealias Handler = @Sendable (APIRequest, inout Store) throws(Refusal) -> APIResponse

    /// Whom a path lets in.
    enum Access: Equatable {
        case everybody
        /// Whoever sends a valid API token.
        case tokens
    }

    /// What is done by a method, and the permissions that it needs, such as `authentik_core.view_application`.
    struct Operation: Sendable {
        let permissions: [String]
        let handler: Handler

        init(_ permission: String? = nil, _ handler: @escaping Handler) {
            self.init(all: permission.map { [$0] } ?? [], handler)
        }

        init(all permissions: [String], _ handler: @escaping Handler) {
            self.permissions = permissions
            self.handler = handler
        }
    }

    private enum Part: Equatable {
        case literal(String)
        case key
    }

    private let parts: [Part]
    private let access: Access
    private let methods: [String]
    private let operations: [String: Operation]

    /// - Parameters:
    ///   - path: with `{}` for the part that becomes the request's key: `core/applications/{}/`.
    ///   - methods: all methods that Authentik takes here, in the order of its `Allow` header; HEAD and OPTIONS, which
    ///     it takes everywhere, go without saying.
    ///   - operations: by method.
    init(_ path: String, _ access: Access, methods: [String], _ operations: [String: Operation]) {
        self.parts = path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0 == "{}" ? .key : .literal(String($0)) }
        self.access = access
        self.methods = methods
        self.operations = operations
    }

    /// A path with one method.
    init(
        _ method: String,
        _ path: String,
        access: Access = .tokens,
        permission: String? = nil,
        _ handler: @escaping Handler
    ) {
        self.init(path, access, methods: [method], [method: Operation(permission, handler)])
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

    /// The permissions that a method needs here.
    func permissions(for method: String) -> [String] { operation(method)?.permissions ?? [] }

    private func operation(_ method: String) -> Operation? { operations[method == "HEAD" ? "GET" : method] }

    func answer(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        var request = request
        if access == .tokens {
            guard let token = request.token else { throw .credentialsMissing }
            guard let caller = store.user(tokenKey: token) else { throw .tokenInvalid }
            request.caller = caller
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        guard methods.contains(method) else { throw .methodNotAllowed(request.method) }
        guard let operation = operation(method) else { throw .notInSandbox("\(method) on this path") }
        guard operation.permissions.allSatisfy({ store.may(request.callerKey, $0) }) else { throw .permissionDenied }
        store.auditContext = AuditContext(
            actor: request.caller,
            method: request.method,
            path: request.rawPath,
            requestID: request.id,
            userAgent: request.userAgent
        )
        defer { store.auditContext = nil }
        return try operation.handler(request, &store)
    }
}
