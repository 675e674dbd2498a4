/// The served paths.
struct Routes: Sendable {
    private let routes: [Route]

    init(_ routes: [Route]) {
        self.routes = routes
    }

    /// All operations, in order: `GET api/v3/core/applications/{}/`.
    var operations: [String] { routes.flatMap(\.names).sorted() }

    /// The answer to a request: the path is checked first, then the token, the method and the permission.
    func answer(_ request: APIRequest, in store: inout Store) -> APIResponse {
        var request = request
        store.removeExpiredBindings()
        for route in routes {
            guard let key = route.match(request.path) else { continue }
            request.key = key
            var response: APIResponse
            do {
                response = try route.answer(request, in: &store)
            } catch {
                response = error.response(to: request.method, store.release)
            }
            response.caller = request.token.flatMap { store.user(tokenKey: $0)?.username }
            response.permissions += route.permissions(for: request.method)
            response.allow = response.allow ?? (response.isPage ? nil : route.allow)
            return response
        }
        return Refusal.noSuchPath.response(to: request.method, store.release)
    }
}

extension Routes {
    /// The paths of a release that the sandbox serves.
    init(_ release: Release) {
        self.init(
            Administration.routes + OAuth2Endpoints.routes + Accounts.routes
                + (release.iconIsField ? [] : [Applications.iconRoute])
                + Applications.allRoutes
                + OAuth2Providers.allRoutes
                + Providers.routes("api/v3/providers/all/")
                + ProxyProviders.allRoutes
                + Outposts.allRoutes
                + Sources.routes("api/v3/sources/all/")
                + ApplicationEntitlements.routes("api/v3/core/application_entitlements/")
                + PolicyBindings.allRoutes
                + ExpressionPolicies.allRoutes
                + Policies.routes("api/v3/policies/all/")
                + Groups.allRoutes
                + Roles.routes("api/v3/rbac/roles/")
                + Flows.allRoutes
                + ScopeMappings.allRoutes
                + CertificateKeyPairs.allRoutes
                + Events.routes("api/v3/events/events/")
                + Blueprints.routes("api/v3/managed/blueprints/")
        )
    }
}

/// One path and its operations.
struct Route: Sendable {
    typealias Handler = @Sendable (APIRequest, inout Store) throws(Refusal) -> APIResponse

    /// Who may access a path.
    enum Access: Equatable {
        case everybody
        /// Callers with a valid API token.
        case tokens
    }

    /// The handler of a method, and the permissions that it needs, such as `authentik_core.view_application`.
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
    ///   - methods: all methods that Authentik allows here, in the order of its `Allow` header; without HEAD and
    ///     OPTIONS, which
    ///     are always allowed.
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

    /// The operations of this path: `GET api/v3/core/applications/{}/`.
    fileprivate var names: [String] {
        let path = parts.map { part in
            switch part {
            case .literal(let literal): literal
            case .key: "{}"
            }
        }.joined(separator: "/")
        return operations.keys.map { "\($0) \(path)" }
    }

    /// The value of the `Allow` header; nil outside the REST framework.
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
