import AuthentikSandbox
import JSON
import Testing

/// A sandbox and what nearly every test needs of it.
struct Workshop: Sendable {
    let sandbox: Sandbox
    let client: HTTPClient
    /// The UUID of some flow.
    let flow: JSONValue

    static func open<Result: Sendable>(
        _ body: @Sendable (Workshop) async throws -> Result
    ) async throws -> Result {
        try await withSandbox { sandbox, baseURL in
            let client = try HTTPClient(baseURL)
            let flows = try await client.send("GET", "/api/v3/flows/instances/").json
            sandbox.resetRequests()
            return try await body(
                Workshop(sandbox: sandbox, client: client, flow: try #require(flows?["results"]?.array?.first?["pk"]))
            )
        }
    }

    /// A provider's request body.
    func provider(_ name: String, redirectURIs: JSONValue = [], _ more: [String: JSONValue] = [:]) -> JSONValue {
        let fields: [String: JSONValue] = [
            "name": .string(name), "client_id": .string(name), "authorization_flow": flow, "invalidation_flow": flow,
            "redirect_uris": redirectURIs,
        ]
        return .object(fields.merging(more) { $1 })
    }

    func post(_ path: String, _ body: JSONValue) async throws -> HTTPClient.Answer {
        try await client.send("POST", "/api/v3/\(path)", body)
    }

    func get(_ path: String) async throws -> HTTPClient.Answer {
        try await client.send("GET", "/api/v3/\(path)")
    }

    /// How many objects a list has.
    func count(_ path: String) async throws -> Int? {
        try await get(path).json?["pagination"]?["count"]?.integer
    }
}
