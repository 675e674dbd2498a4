import AuthentikSandbox
import JSON
import Testing

/// Proxy providers beyond what was recorded in the scenarios `proxy` and `forward-auth`.
@Suite(.timeLimit(.minutes(60))) struct ProxyProviderTests {
    private static let path = "providers/proxy/"

    private func body(_ workshop: Workshop, _ more: [String: JSONValue] = [:]) -> JSONValue {
        let fields: [String: JSONValue] = [
            "name": "p", "mode": "forward_single", "external_host": "https://p.example.org",
            "authorization_flow": workshop.flow, "invalidation_flow": workshop.flow,
        ]
        return .object(fields.merging(more) { $1 })
    }

    /// - Returns: its path.
    private func make(_ workshop: Workshop, _ more: [String: JSONValue] = [:]) async throws -> String {
        let made = try await workshop.post(Self.path, body(workshop, more))
        try #require(made.status == 201, "\(made.text)")
        return "\(Self.path)\(made.json?["pk"]?.integer ?? 0)/"
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `scope mappings that are sent are kept beside those that the server adds`(
        _ release: Sandbox.Release
    ) async throws {
        try await Workshop.open(release) { workshop in
            let own = try await workshop.post(
                "propertymappings/provider/scope/",
                ["name": "own", "scope_name": "email", "expression": "return {}"]
            )
            let pk = try #require(own.json?["pk"])
            let path = try await make(workshop)
            // One of the same scope name is not the server's.
            #expect(try await workshop.get(path).json?["property_mappings"]?.array?.count == 5)
            let given = try await workshop.patch(path, ["mode": "forward_single", "property_mappings": [pk]])
            #expect(given.json?["property_mappings"]?.array?.count == 6)
            let kept = try await workshop.patch(path, ["mode": "forward_single", "cookie_domain": "example.org"])
            #expect(kept.json?["property_mappings"]?.array?.contains(pk) == true)
            let taken = try await workshop.patch(path, ["mode": "forward_single", "property_mappings": []])
            #expect(taken.json?["property_mappings"]?.array?.count == 5)
        }
    }

    @Test func `the mode proxy wants its host in every request`() async throws {
        try await Workshop.open { workshop in
            let path = try await make(workshop, ["mode": "proxy", "internal_host": "http://p:80"])
            let refusal: JSONValue = [
                "internal_host": ["Internal host cannot be empty when forward auth is disabled."]
            ]
            #expect(try await workshop.patch(path, ["cookie_domain": "x"]).json == refusal)
            #expect(try await workshop.patch(path, ["mode": "proxy"]).json == refusal)
            #expect(try await workshop.patch(path, ["internal_host": "p:80"]).status == 400)
            #expect(try await workshop.patch(path, ["internal_host": "http://p:81"]).status == 200)
        }
    }

    @Test func `basic authentication wants both attributes in the request that turns it on`() async throws {
        try await Workshop.open { workshop in
            let attributes: [String: JSONValue] = [
                "basic_auth_user_attribute": "u", "basic_auth_password_attribute": "p",
            ]
            let path = try await make(workshop, attributes)
            let on: [String: JSONValue] = ["mode": "forward_single", "basic_auth_enabled": true]
            let message: JSONValue = ["User and password attributes must be set when basic auth is enabled."]
            #expect(try await workshop.patch(path, .object(on)).json == ["basic_auth_enabled": message])
            let both = try await workshop.patch(path, .object(on.merging(attributes) { $1 }))
            #expect(both.json?["basic_auth_enabled"] == true)
        }
    }

    @Test(
        arguments: [
            ("https://a.example.org/", "https://a.example.org/outpost.goauthentik.io/callback"),
            ("https://a.example.org/sub", "https://a.example.org/outpost.goauthentik.io/callback"),
            ("https://a.example.org/sub/", "https://a.example.org/sub/outpost.goauthentik.io/callback"),
            ("http://a:8080", "http://a:8080/outpost.goauthentik.io/callback"),
        ]
    )
    func `the callback is beside the host's address`(host: String, callback: String) async throws {
        try await Workshop.open { workshop in
            let path = try await make(workshop, ["external_host": .string(host)])
            let uris = try await workshop.get(path).json?["redirect_uris"]?.array?.compactMap { $0["url"]?.string }
            let query = "?X-authentik-auth-callback=true"
            #expect(uris == [callback + query, host + query])
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `client and grant types are the server's`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            let path = try await make(
                workshop,
                ["client_id": "mine", "client_secret": "mine", "grant_types": ["implicit"], "redirect_uris": []]
            )
            let pk = path.split(separator: "/").last ?? ""
            let oauth2 = try await workshop.get("providers/oauth2/\(pk)/").json
            #expect(oauth2?["client_id"]?.string?.count == 40)
            #expect(oauth2?["client_secret"]?.string?.count == 128)
            #expect(oauth2?["redirect_uris"]?.array?.count == 2)
            let grants: JSONValue? =
                release >= .may2026 ? ["authorization_code", "client_credentials", "password"] : nil
            #expect(oauth2?["grant_types"] == grants)
            #expect(try await workshop.get("providers/all/\(pk)/").json?["component"] == "ak-provider-proxy-form")
        }
    }

    @Test func `what it takes part in is told, outposts only to who may see them`() async throws {
        try await Workshop.open { workshop in
            let path = try await make(workshop)
            workshop.sandbox.change { $0.addOutpost(name: "Edge", providers: ["p"]) }
            let viewer = try await workshop.account(
                "viewer",
                permissions: ["authentik_providers_proxy.view_proxyprovider"]
            )
            for (client, expected) in [(workshop.client, ["Edge"]), (viewer, [])] {
                let uses = try await client.send("GET", "/api/v3/\(path)used_by/").json?.array ?? []
                #expect(uses.filter { $0["model_name"] == "propertymapping" }.count == 5)
                let outposts = uses.filter { $0["model_name"] == "outpost" }
                #expect(outposts.compactMap { $0["name"]?.string } == expected)
            }
        }
    }

    @Test func `writes are events, and each needs its permission`() async throws {
        try await Workshop.open { workshop in
            let path = try await make(workshop)
            let app = "authentik_providers_proxy"
            let viewer = try await workshop.account("viewer", permissions: ["\(app).view_proxyprovider"])
            #expect(try await viewer.send("GET", "/api/v3/\(path)").status == 200)
            #expect(try await viewer.send("PATCH", "/api/v3/\(path)", ["mode": "forward_single"]).status == 403)
            #expect(try await viewer.send("DELETE", "/api/v3/\(path)").status == 403)
            #expect(try await workshop.patch(path, ["mode": "forward_domain"]).status == 200)
            #expect(try await workshop.delete(path).status == 204)
            let events = try await workshop.get("events/events/?context_model_name=proxyprovider&ordering=created")
            let actions = (events.json?["results"]?.array ?? []).compactMap { $0["action"]?.string }
            #expect(actions == ["model_created", "model_updated", "model_deleted"])
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `a transaction makes one, and needs the permission for that kind`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            func transaction(_ name: String) -> JSONValue {
                [
                    "app": ["name": .string(name), "slug": .string(name)],
                    "provider_model": "authentik_providers_proxy.proxyprovider",
                    "provider": body(workshop, ["name": .string(name)]),
                ]
            }
            let path = "/api/v3/core/transactional/applications/"
            let adds = ["authentik_core.add_application", "authentik_providers_oauth2.add_oauth2provider"]
            let other = try await workshop.account("other", permissions: adds)
            #expect(try await other.send("PUT", path, transaction("a")).status == 403)
            let own = try await workshop.account(
                "own",
                permissions: ["authentik_core.add_application", "authentik_providers_proxy.add_proxyprovider"]
            )
            #expect(try await own.send("PUT", path, transaction("a")).status == 200)
            let made = try await workshop.get("core/applications/a/").json
            #expect(made?["provider_obj"]?["meta_model_name"] == "authentik_providers_proxy.proxyprovider")
            #expect(made?["launch_url"] == "https://p.example.org")
            let wrong = try await own.send("PUT", path, transaction("a"))
            #expect(wrong.json?["app"] != nil)
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `a provider trusts sources and other providers`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            workshop.sandbox.change { $0.addSource(name: "GitHub", slug: "github") }
            let found = try await workshop.get("sources/all/?slug=github").json?["results"]?.array
            #expect(try await workshop.count("sources/all/?slug=other") == 0)
            #expect(try await workshop.get("sources/all/github/").json == found?.first)
            let source = try #require(found?.first?["pk"])
            let other = try await workshop.makeService("other")
            let trust: [String: JSONValue] = ["jwt_federation_sources": [source], "jwt_federation_providers": [other]]
            let proxy = try await make(workshop, trust)
            let provider = try await workshop.makeService("a", trust)
            for path in [proxy, "providers/oauth2/\(provider.integer ?? 0)/"] {
                let json = try await workshop.get(path).json
                #expect(json?["jwt_federation_sources"] == [source])
                #expect(json?["jwt_federation_providers"] == [other])
            }
            #expect(try await workshop.delete("providers/oauth2/\(other.integer ?? 0)/").status == 204)
            #expect(try await workshop.get(proxy).json?["jwt_federation_providers"] == [])
            let unknown = "00000000-0000-0000-0000-000000000000"
            let refused = try await workshop.patch(
                "providers/oauth2/\(provider.integer ?? 0)/",
                ["jwt_federation_sources": [.string(unknown)]]
            )
            let message = "Invalid pk \"\(unknown)\" - object does not exist."
            #expect(refused.json == ["jwt_federation_sources": [.string(message)]])
        }
    }
}
