import AuthentikSandbox
import Foundation
import JSON
import Testing

/// What a sandbox keeps across restarts.
@Suite(.timeLimit(.minutes(60))) struct StateTests {
    private func withFile(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "state.json").path)
    }

    /// All that the API shows of what is kept.
    private func contents(_ client: HTTPClient) async throws -> [JSONValue?] {
        let lists = [
            "core/applications/?superuser_full_list=true", "providers/oauth2/?", "providers/proxy/?",
            "core/application_entitlements/?", "policies/bindings/?", "core/groups/?", "core/users/?", "core/tokens/?",
            "rbac/roles/?", "flows/instances/?", "propertymappings/provider/scope/?", "crypto/certificatekeypairs/?",
            "outposts/instances/?", "events/events/?", "policies/all/?", "policies/expression/?",
            "sources/all/?",
        ]
        var contents: [JSONValue?] = []
        for list in lists {
            let answer = try await client.send("GET", "/api/v3/\(list)&page_size=100")
            #expect(answer.status == 200, "\(list)")
            contents.append(answer.json)
        }
        contents.append(try await client.send("GET", "/application/o/a/jwks/").json)
        return contents
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `everything survives a restart`(_ release: Sandbox.Release) async throws {
        try await withFile { path in
            var configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
            configuration.stateFile = path
            let (before, key) = try await withSandbox(configuration: configuration) { sandbox, baseURL in
                let workshop = try await Workshop(sandbox, baseURL)
                let keys = try await workshop.get("crypto/certificatekeypairs/").json?["results"]?.array
                try await workshop.makeService("a", ["signing_key": keys?.first?["pk"] ?? .null])
                try await workshop.bar("a")
                let proxy: JSONValue = [
                    "name": "p", "mode": "forward_single", "external_host": "https://p.example.org",
                    "authorization_flow": workshop.flow, "invalidation_flow": workshop.flow,
                ]
                #expect(try await workshop.post("providers/proxy/", proxy).status == 201)
                let application = try await workshop.get("core/applications/a/").json?["pk"] ?? .null
                let mark: JSONValue = ["name": "m", "app": application, "attributes": ["deep": [1, nil, "x"]]]
                #expect(try await workshop.post("core/application_entitlements/", mark).status == 201)
                sandbox.change { state in
                    state.addSource(name: "GitHub", slug: "github")
                    state.addScopeMapping(
                        name: "Groups",
                        scope: "groups",
                        expression: "return {'groups': []}",
                        managed: "example.org/groups"
                    )
                    state.addOutpost(name: "Edge", providers: ["p"])
                    state.setHealth(ofOutpost: "Edge", to: [OutpostInstance(hostname: "edge", lastSeen: Date())])
                    state.addEntitlementAttribute("team", isRequired: true)
                }
                let member = try await workshop.account("member", permissions: ["authentik_core.view_group"])
                return (try await contents(workshop.client), member.token)
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: (path as NSString).deletingLastPathComponent).count
                    == 1
            )

            configuration.state = try SandboxState(contentsOf: path)
            #expect(configuration.state?.release == release)
            #expect(configuration.state?.administratorToken == "sandbox-token")
            let kept = configuration.state?.outposts
            try await withSandbox(configuration: configuration) { sandbox, baseURL in
                let client = try HTTPClient(baseURL)
                #expect(try await contents(client) == before)
                #expect(sandbox.state.outposts == kept)
                #expect(sandbox.state.outposts.last?.instances.first?.hostname == "edge")
                #expect(sandbox.state.scopeMappings.last?.managed == "example.org/groups")
                let entitlement = try await client.send("GET", "/api/v3/core/application_entitlements/")
                let mark = entitlement.json?["results"]?.array?.first?["pbm_uuid"]?.string ?? ""
                let path = "/api/v3/core/application_entitlements/\(mark)/"
                let written = try await client.send("PATCH", path, ["name": "n"])
                #expect(written.status == (release >= .august2026 ? 400 : 200))
                let member = try HTTPClient(baseURL, token: key)
                #expect(try await member.send("GET", "/api/v3/core/groups/").status == 200)
                #expect(try await member.send("GET", "/api/v3/core/users/").status == 403)
                // Numbers go on where they were.
                let more = try await client.send("POST", "/api/v3/core/users/service_account/", ["name": "n"]).json
                #expect(more?["user_pk"]?.integer ?? 0 > (release == .december2024 ? 7 : 4))
            }
        }
    }

    /// A file of before scope mappings and outposts could be written, and there was anything else of what is new.
    @Test func `an older file is read`() async throws {
        try await withFile { path in
            try SandboxState(token: "t").write(to: path)
            var members = try #require(try JSONValue(parsing: try Data(contentsOf: URL(filePath: path))).object)
            func keep(_ list: String, _ fields: Set<String>) {
                let rows = (members[list]?.array ?? []).map { row in
                    JSONValue.object((row.object ?? [:]).filter { fields.contains($0.key) })
                }
                members[list] = .array(rows)
            }
            keep("outposts", ["pk", "name", "providers"])
            keep("scopeMappings", ["pk", "name", "scopeName", "managed", "description", "claims"])
            keep("certificates", ["pk", "name"])
            members["sources"] = nil
            members["objectAttributes"] = nil
            try Data(JSONValue.object(members).serialized()).write(to: URL(filePath: path))

            let state = try SandboxState(contentsOf: path)
            #expect(state.outposts.map(\.isEmbedded) == [true])
            #expect(state.outposts.first?.instances.count == 1)
            #expect(state.scopeMappings.count == 7)
            #expect(state.scopeMappings.first?.managed == "goauthentik.io/providers/oauth2/scope-openid")
        }
    }

    /// An application that is hidden in the way of before 2026.5, one that is not, an OAuth2 provider and a proxy one.
    private func older(_ release: Sandbox.Release) async throws -> SandboxState {
        try await Workshop.open(release) { workshop in
            try await workshop.makeService("a", ["client_secret": "s"])
            let applications = ["hidden": "blank://blank", "shown": "https://shown.example.org"]
            for (slug, url) in applications {
                let body: JSONValue = ["name": "N", "slug": .string(slug), "meta_launch_url": .string(url)]
                #expect(try await workshop.post("core/applications/", body).status == 201)
            }
            let proxy: JSONValue = [
                "name": "p", "mode": "forward_single", "external_host": "https://p.example.org",
                "authorization_flow": workshop.flow, "invalidation_flow": workshop.flow,
            ]
            #expect(try await workshop.post("providers/proxy/", proxy).status == 201)
            return workshop.sandbox.state
        }
    }

    private static let upgrades = Sandbox.Release.allCases.flatMap { old in
        Sandbox.Release.allCases.filter { $0 > old }.map { (old, $0) }
    }

    @Test(arguments: upgrades)
    func `an upgrade does what Authentik's migrations do`(_ old: Sandbox.Release, _ new: Sandbox.Release) async throws {
        var configuration = Sandbox.Configuration(token: "sandbox-token")
        var state = try await older(old)
        state.upgrade(to: new)
        configuration.state = state
        try await withSandbox(configuration: configuration) { sandbox, baseURL in
            #expect(sandbox.release == new)
            let client = try HTTPClient(baseURL)
            let isMigrated = old < .may2026 && new >= .may2026
            let version = try await client.send("GET", "/api/v3/admin/version/").json
            #expect(version?["version_current"]?.string == new.version)
            let hidden = try await client.send("GET", "/api/v3/core/applications/hidden/").json
            #expect(hidden?["meta_hide"] == (new >= .may2026 ? .bool(isMigrated) : nil))
            #expect(hidden?["meta_launch_url"] == (isMigrated ? "" : "blank://blank"))
            let shown = try await client.send("GET", "/api/v3/core/applications/shown/").json
            #expect(shown?["meta_hide"] == (new >= .may2026 ? false : nil))
            #expect(shown?["meta_launch_url"] == "https://shown.example.org")
            let providers = try await client.send("GET", "/api/v3/providers/oauth2/?ordering=name").json?["results"]?
                .array
            let grantTypes = providers?.map { $0["grant_types"]?.array?.count }
            let before = old >= .may2026 ? [0, 3] : [nil, nil]
            #expect(grantTypes == (isMigrated ? [7, 3] : before))
            // Nothing else is another one.
            #expect(providers?.first?["client_secret"] == "s")
            let login = try await client.send(
                "GET",
                "/application/o/authorize/?client_id=a&response_type=code&prompt=none&redirect_uri=https://a.example.org/cb"
            )
            let canLogIn = old < .may2026
            #expect(login.headers["location"]?.contains("error=login_required") == canLogIn)
        }
    }

    @Test func `nothing is taken back to an older release`() async throws {
        var state = try await older(.may2026)
        state.upgrade(to: .december2025)
        #expect(state.release == .may2026)
    }

    /// The sandbox's 2026.5 was an early candidate, whose providers had no grant types.
    @Test func `a file of when 2026.5 was a candidate is upgraded to the final one`() async throws {
        let state = try await older(.earlyMay2026)
        try await withFile { path in
            try state.write(to: path)
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            let older = text.replacing(#""release":"2026.5-rc1""#, with: #""release":"2026.5""#)
                .replacing(#","version":"2026.5.0-rc1""#, with: "")
            #expect(older.count < text.count - 20)
            try Data(older.utf8).write(to: URL(filePath: path))
            var configuration = Sandbox.Configuration(token: "sandbox-token")
            configuration.state = try SandboxState(contentsOf: path)
            try await withSandbox(configuration: configuration) { sandbox, baseURL in
                #expect(sandbox.release == .may2026)
                let client = try HTTPClient(baseURL)
                let provider = try await client.send("GET", "/api/v3/providers/oauth2/?name=a").json?["results"]?.array
                #expect(provider?.first?["grant_types"]?.array?.count == 7)
                let hidden = try await client.send("GET", "/api/v3/core/applications/hidden/").json
                #expect(hidden?["meta_hide"] == true)
                // It says now what it is, and is not upgraded once more.
                try sandbox.state.write(to: path)
            }
            let again = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            #expect(again.contains(#""version":"2026.5.8""#))
        }
    }

    /// Until 0.5.0 each sandbox made a key of its own and kept it.
    @Test func `a file that holds a key is read, and the key is that of every sandbox`() async throws {
        try await withFile { path in
            try SandboxState(token: "sandbox-token").write(to: path)
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            let key = #""key":{"certificate":"MA==","expiry":1,"exponent":"AQAB","modulus":"AA==","privateKey":"MA=="}"#
            let older = text.replacing(#""certificates":[{"#, with: #""certificates":[{"# + key + ",")
            #expect(older != text)
            try Data(older.utf8).write(to: URL(filePath: path))
            try SandboxState(contentsOf: path).write(to: path)
            #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == text)
        }
    }

    @Test func `a file of before policies could be changed is read`() async throws {
        try await withFile { path in
            var state = SandboxState(token: "sandbox-token")
            state.bind("a", to: .init(.group("g")), .init(.policy("p"), order: 1))
            try state.write(to: path)
            let bytes = try Data(contentsOf: URL(filePath: path))
            var older = try #require(try JSONValue(parsing: bytes).object)
            older["flags"] = nil
            older["policies"] = .array(
                (older["policies"]?.array ?? []).map { policy in
                    .object((policy.object ?? [:]).filter { ["pk", "name", "kind"].contains($0.key) })
                }
            )
            try Data(JSONValue.object(older).serialized()).write(to: URL(filePath: path))
            let read = try SandboxState(contentsOf: path)
            #expect(read.bindings(of: "a") == state.bindings(of: "a"))
            #expect(read.opensWithoutBindings)
            // What it said is not known.
            #expect(read.expression(of: "p") == "return ak_is_sso_flow")
        }
    }

    @Test func `a poisoned provider stays poisoned`() async throws {
        try await withFile { path in
            var configuration = Sandbox.Configuration(token: "sandbox-token")
            configuration.stateFile = path
            try await withSandbox(configuration: configuration) { sandbox, baseURL in
                let workshop = try await Workshop(sandbox, baseURL)
                let pk = try await workshop.makeService("a").integer ?? 0
                let poison: JSONValue = ["redirect_uris": [["url": "https://a.example.org/"]]]
                #expect(try await workshop.patch("providers/oauth2/\(pk)/", poison).status == 405)
            }
            configuration.state = try SandboxState(contentsOf: path)
            try await withSandbox(configuration: configuration) { _, baseURL in
                let answer = try await HTTPClient(baseURL).send("GET", "/api/v3/providers/oauth2/")
                #expect(answer.status == 500)
            }
        }
    }

    @Test(
        arguments: [
            (nil, "cannot read '%': there is no such file"),
            ("", "cannot read a state from '%': it is not JSON"),
            ("{", "cannot read a state from '%': it is not JSON"),
            ("{}", "cannot read a state from '%': .format is missing"),
            (#"{"format": "other/1"}"#, "cannot read a state from '%': .release is missing"),
            (#"{"format": 1}"#, "cannot read a state from '%': .format has an unexpected type"),
        ] as [(String?, String)]
    )
    func `a file that is no state is one sentence`(content: String?, message: String) async throws {
        try await withFile { path in
            if let content { try Data(content.utf8).write(to: URL(filePath: path)) }
            let error = #expect(throws: SandboxError.self) { try SandboxState(contentsOf: path) }
            #expect(error?.description == message.replacing("%", with: path))
        }
    }

    @Test func `a file that cannot be written is told at the start`() async throws {
        try await withFile { path in
            var configuration = Sandbox.Configuration(token: "t")
            configuration.stateFile = path + "/below/a/file"
            let sandbox = Sandbox(configuration: configuration)
            let error = await #expect(throws: SandboxError.self) {
                try await sandbox.run { _ in Issue.record("it listens") }
            }
            #expect(error?.description.contains("cannot write") == true)
        }
    }

    @Test func `ten thousand services are read back in their order`() async throws {
        try await withFile { path in
            var state = SandboxState(token: "sandbox-token")
            state.addServices(10_000)
            try state.write(to: path)
            var configuration = Sandbox.Configuration(token: "sandbox-token")
            configuration.state = try SandboxState(contentsOf: path)
            try await withSandbox(configuration: configuration) { _, baseURL in
                let client = try HTTPClient(baseURL)
                let list = "/api/v3/core/applications/?superuser_full_list=true&page_size=100"
                let last = try await client.send("GET", list + "&page=100").json
                #expect(last?["pagination"]?["count"] == 10_000)
                let slugs = (last?["results"]?.array ?? []).compactMap { $0["slug"]?.string }
                #expect(slugs.count == 100)
                #expect(slugs == slugs.sorted())
                #expect(slugs.last == "service-09999")
                let found = try await client.send("GET", "/api/v3/providers/oauth2/?name=service-04711").json
                #expect(found?["results"]?.array?.first?["assigned_application_slug"] == "service-04711")
            }
        }
    }
}
