import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// A sandbox and what nearly every test needs of it.
struct Workshop: Sendable {
    let sandbox: Sandbox
    let client: HTTPClient
    /// The UUID of some flow.
    let flow: JSONValue

    static func open<Result: Sendable>(
        _ release: Sandbox.Release = .december2025,
        _ body: @Sendable (Workshop) async throws -> Result
    ) async throws -> Result {
        try await Turnstile.sandboxes.run {
            try await withSandbox(release) { sandbox, baseURL in
                try await body(Workshop(sandbox, baseURL))
            }
        }
    }

    init(_ sandbox: Sandbox, _ baseURL: String) async throws {
        self.sandbox = sandbox
        client = try HTTPClient(baseURL)
        flow = try #require(
            try await client.send("GET", "/api/v3/flows/instances/").json?["results"]?.array?.first?["pk"]
        )
        sandbox.resetRequests()
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

    func patch(_ path: String, _ body: JSONValue) async throws -> HTTPClient.Answer {
        try await client.send("PATCH", "/api/v3/\(path)", body)
    }

    func delete(_ path: String) async throws -> HTTPClient.Answer {
        try await client.send("DELETE", "/api/v3/\(path)")
    }

    /// A provider that is linked to an application of the same name.
    ///
    /// - Returns: the provider's primary key.
    @discardableResult
    func makeService(
        _ name: String,
        redirectURIs: JSONValue? = nil,
        _ more: [String: JSONValue] = [:]
    ) async throws -> JSONValue {
        let uris = redirectURIs ?? [["matching_mode": "strict", "url": .string("https://\(name).example.org/cb")]]
        let made = try await post("providers/oauth2/", provider(name, redirectURIs: uris, more))
        let pk = try #require(made.json?["pk"])
        let linked = try await post(
            "core/applications/",
            ["name": .string(name), "slug": .string(name), "provider": pk]
        )
        try #require(linked.status == 201)
        return pk
    }

    /// A service account whose role has the permissions.
    ///
    /// - Returns: a client that sends its API token.
    func account(_ name: String, permissions: [String]) async throws -> HTTPClient {
        let role = try #require(try await post("rbac/roles/", ["name": .string(name)]).json?["pk"]?.string)
        let assigned = try await post(
            "rbac/permissions/assigned_by_roles/\(role)/assign/",
            ["permissions": .strings(permissions)]
        )
        try #require(assigned.status == 200)
        let made = try await post("core/users/service_account/", ["name": .string(name)]).json
        let user = try #require(made?["user_pk"])
        let group: JSONValue = ["name": .string(name), "users": [user], "roles": [.string(role)]]
        try #require(try await post("core/groups/", group).status == 201)
        let token: JSONValue = ["identifier": .string(name), "user": user, "intent": "api", "expiring": false]
        try #require(try await post("core/tokens/", token).status == 201)
        let key = try await get("core/tokens/\(name)/view_key/").json?["key"]?.string
        return try HTTPClient(client.baseURL, token: try #require(key))
    }

    /// Lets nobody but the members of a new group open an application.
    func bar(_ slug: String) async throws {
        let application = try #require(try await get("core/applications/\(slug)/").json?["pk"])
        let group = try #require(try await post("core/groups/", ["name": .string("may-open-\(slug)")]).json?["pk"])
        let bound = try await post("policies/bindings/", ["target": application, "group": group, "order": 0])
        try #require(bound.status == 201)
    }

    /// How many objects a list has.
    func count(_ path: String) async throws -> Int? {
        try await get(path).json?["pagination"]?["count"]?.integer
    }
}
