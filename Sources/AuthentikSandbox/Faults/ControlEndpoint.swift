import JSON

/// The sandbox's own paths, which are not part of Authentik; served only if its configuration says so.
///
/// | path | | |
/// |---|---|---|
/// | `/-/sandbox/faults/` | GET, PUT, DELETE | the ``FaultPlan``; PUT starts another, DELETE ends all faults |
/// | `/-/sandbox/requests/` | GET, DELETE | the request log; DELETE clears it |
///
/// They require the superuser's token, are not subject to faults and are not logged.
struct ControlEndpoint {
    let sandbox: Sandbox
    /// The superuser's token.
    let token: String

    /// Nil if this is another path.
    func answer(_ request: APIRequest) -> APIResponse? {
        guard request.path.count == 4, request.path.starts(with: ["-", "sandbox"]), request.path[3].isEmpty else {
            return nil
        }
        let (methods, handler): (String, (APIRequest) throws(Refusal) -> APIResponse)
        switch request.path[2] {
        case "faults": (methods, handler) = ("GET, PUT, DELETE", faults)
        case "requests": (methods, handler) = ("GET, DELETE", requests)
        default: return nil
        }
        var response: APIResponse
        do {
            response = try handler(request)
        } catch {
            response = error.response(to: request.method, sandbox.release)
        }
        response.allow = methods
        return response
    }

    private func faults(_ request: APIRequest) throws(Refusal) -> APIResponse {
        try authorize(request)
        switch request.method {
        case "GET":
            return .ok(sandbox.faults.plan.json)
        case "PUT":
            let json = try request.json()
            do {
                sandbox.faults.set(try FaultPlan(json))
            } catch {
                return APIResponse(400, .json(["detail": .string(error.description)]))
            }
            return .ok(sandbox.faults.plan.json)
        case "DELETE":
            sandbox.faults.set(FaultPlan())
            return .deleted
        default:
            throw .methodNotAllowed(request.method)
        }
    }

    private func requests(_ request: APIRequest) throws(Refusal) -> APIResponse {
        try authorize(request)
        switch request.method {
        case "GET":
            let requests = sandbox.requests
            return .ok([
                "count": .integer(requests.count),
                "writes": .integer(requests.count(where: \.isWrite)),
                "requests": .array(requests.map(\.json)),
            ])
        case "DELETE":
            sandbox.resetRequests()
            return .deleted
        default:
            throw .methodNotAllowed(request.method)
        }
    }

    private func authorize(_ request: APIRequest) throws(Refusal) {
        guard let token = request.token else { throw .credentialsMissing }
        guard token == self.token else { throw .tokenInvalid }
    }
}
