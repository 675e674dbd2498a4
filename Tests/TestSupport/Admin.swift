import CurlTransport
package import JSON

/// Somebody with a superuser's token who works on an Authentik by hand, behind the reconciler's back.
package struct Admin: Sendable {
    /// A request that was not answered with success.
    package struct Refusal: Error, CustomStringConvertible {
        package var description: String
    }

    private let baseURL: String
    private let token: String
    private let transport: CurlTransport

    package init(baseURL: String, token: String = "sandbox-token") throws {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        // Where hundreds of tests begin at once an answer may take long; a request that is sent twice for that comes out of
        // nowhere in what a test counts afterwards.
        configuration.silenceLimit = .seconds(3600)
        configuration.timeLimit = .seconds(3600)
        self.baseURL = baseURL
        self.token = token
        transport = try CurlTransport(configuration: configuration)
    }

    /// Sends a request below `/api/v3/`.
    ///
    /// - Throws: ``Refusal`` unless it succeeds.
    @discardableResult
    package func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        var headers: HTTPHeaders = ["authorization": "Bearer \(token)", "accept": "application/json"]
        if body != nil { headers.append("content-type", "application/json") }
        let response = try await transport.send(
            HTTPRequest(method, "\(baseURL)/api/v3/\(path)", headers: headers, body: body?.serialized())
        )
        guard (200..<300).contains(response.status) else {
            throw Refusal(
                description: "\(method) \(path): \(response.status) \(String(decoding: response.body, as: UTF8.self))"
            )
        }
        return response.body.isEmpty ? .null : try JSONValue(parsing: response.body)
    }

    /// Reads a page of JSON that everybody may see.
    package func get(_ url: String) async throws -> JSONValue {
        let response = try await transport.send(HTTPRequest("GET", url))
        return try JSONValue(parsing: response.body)
    }

    /// All rows of a list of at most 100.
    package func list(_ path: String) async throws -> [JSONValue] {
        let query = path.contains("?") ? "&" : "?"
        return try await send("GET", "\(path)\(query)page_size=100&superuser_full_list=true")["results"]?.array ?? []
    }

    package func application(_ slug: String) async throws -> JSONValue {
        try await send("GET", "core/applications/\(slug)/")
    }

    /// The provider of a name.
    package func provider(_ name: String) async throws -> JSONValue {
        guard let provider = try await list("providers/oauth2/?name=\(name)").first else {
            throw Refusal(description: "there is no provider '\(name)'")
        }
        return provider
    }

    /// The attributes of the ownership mark of an application.
    package func mark(of slug: String) async throws -> JSONValue? {
        let pk = try await application(slug)["pk"]?.string ?? ""
        return try await list("core/application_entitlements/?app=\(pk)&name=authentik-reconciler").first?["attributes"]
    }

    package func changeApplication(_ slug: String, _ fields: JSONValue) async throws {
        try await send("PATCH", "core/applications/\(slug)/", fields)
    }

    /// Changes the provider of a name.
    package func changeProvider(_ name: String, _ fields: JSONValue) async throws {
        try await send("PATCH", "providers/oauth2/\(try await pk(name))/", fields)
    }

    package func deleteApplication(_ slug: String) async throws {
        try await send("DELETE", "core/applications/\(slug)/")
    }

    package func deleteProvider(_ name: String) async throws {
        try await send("DELETE", "providers/oauth2/\(try await pk(name))/")
    }

    /// A flow's uuid.
    package func flow(_ slug: String) async throws -> JSONValue {
        try await list("flows/instances/?slug=\(slug)").first?["pk"] ?? .null
    }

    /// A scope mapping's uuid.
    package func scope(_ name: String) async throws -> JSONValue {
        try await list("propertymappings/provider/scope/?scope_name=\(name)").first?["pk"] ?? .null
    }

    /// Makes a provider that has what Authentik wants at least.
    @discardableResult
    package func makeProvider(_ name: String, clientID: String? = nil) async throws -> JSONValue {
        try await send(
            "POST",
            "providers/oauth2/",
            [
                "name": .string(name), "client_id": .string(clientID ?? name),
                "authorization_flow": try await flow("default-provider-authorization-implicit-consent"),
                "invalidation_flow": try await flow("default-provider-invalidation-flow"),
                "redirect_uris": [["matching_mode": "strict", "url": "https://elsewhere.example.org/"]],
            ]
        )
    }

    private func pk(_ provider: String) async throws -> Int {
        try await self.provider(provider)["pk"]?.integer ?? 0
    }
}
