/// The paths that are served.
struct Routes: Sendable {
    private let routes: [Route]

    init(_ routes: [Route]) {
        self.routes = routes
    }

    /// The answer to a request: the path is looked at first, then the token, the method and the permission.
    func answer(_ request: APIRequest, in store: inout Store) -> APIResponse {
        var request = request
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
            response.permissions = route.permissions(for: request.method)
            response.allow = response.allow ?? (response.isPage ? nil : route.allow)
            return response
        }
        return Refusal.noSuchPath.response(to: request.method, store.release)
    }
}
