import AuthentikSandbox
import JSON
import Testing

/// Scope mappings of one's own; what a server answers is in the recordings of the scenario `scope-mappings`.
@Suite(.timeLimit(.minutes(60))) struct ScopeMappingTests {
    private static let path = "propertymappings/provider/scope/"

    private static func mapping(_ name: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
        let fields: [String: JSONValue] = [
            "name": .string(name), "scope_name": .string(name), "expression": "return {}",
        ]
        return .object(fields.merging(more) { $1 })
    }

    @Test(
        arguments: [
            ("return {", "'{' was never closed (None, line 2)"),
            ("a = 1\nreturn (1, 2))", "unmatched ')' (None, line 3)"),
            ("if True\n  return {}", "expected ':' (None, line 2)"),
            ("x = 1\nfor a in [1, 2]\n  pass", "expected ':' (None, line 3)"),
            ("x =\nreturn {}", "invalid syntax (None, line 2)"),
            ("return 'a", "unterminated string literal (detected at line 2) (None, line 2)"),
        ]
    )
    func `an expression that is no Python is refused with its line`(expression: String, message: String) async throws {
        try await Workshop.open { workshop in
            let answer = try await workshop.post(Self.path, Self.mapping("m", ["expression": .string(expression)]))
            #expect(answer.status == 400)
            #expect(answer.json == ["expression": [.string("Expression Syntax Error: \(message)")]])
        }
    }

    @Test(
        arguments: [
            "return {}", "if True:\n    return {'a': 1}\nelse:\n    return {}", "iffy = {'a': 1}\nreturn iffy",
            "return {\n  \"groups\": [g.name for g in request.user.groups.all()],  # all: of them\n}",
            "x = 1 + \\\n  2\nreturn {}", "return (request.user.name if request.user\n  else '')",
            "with x as y:\n  return {}", "# if this were a comment\nreturn {}",
        ]
    )
    func `an expression that is Python is taken`(expression: String) async throws {
        try await Workshop.open { workshop in
            let answer = try await workshop.post(Self.path, Self.mapping("m", ["expression": .string(expression)]))
            #expect(answer.status == 201)
            #expect(answer.json?["expression"] == .string(expression))
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `managed can be written, is unique, and filters`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            let made = try await workshop.post(Self.path, Self.mapping("a", ["managed": "example.org/a"]))
            let pk = try #require(made.json?["pk"]?.string)
            let taken = try await workshop.post(Self.path, Self.mapping("b", ["managed": "example.org/a"]))
            #expect(
                taken.json == ["managed": ["Property Mapping with this Managed by authentik already exists."]]
            )
            #expect(try await workshop.post(Self.path, Self.mapping("b", ["managed": ""])).status == 400)
            #expect(try await workshop.post(Self.path, Self.mapping("b", ["managed": nil])).status == 201)
            #expect(try await workshop.count(Self.path + "?managed=example.org/a") == 1)
            #expect(try await workshop.count(Self.path + "?managed__isnull=true") == 1)
            let freed = try await workshop.patch(Self.path + "\(pk)/", ["managed": nil])
            #expect(freed.json?["managed"] == .null)
            #expect(try await workshop.count(Self.path + "?managed__isnull=true") == 2)
        }
    }

    @Test func `writes are events, and each needs its permission`() async throws {
        try await Workshop.open { workshop in
            let made = try await workshop.post(Self.path, Self.mapping("a"))
            let path = "/api/v3/" + Self.path + (try #require(made.json?["pk"]?.string)) + "/"
            let scope = "authentik_providers_oauth2"
            let viewer = try await workshop.account("viewer", permissions: ["\(scope).view_scopemapping"])
            let changer = try await workshop.account("changer", permissions: ["\(scope).change_scopemapping"])
            #expect(try await viewer.send("GET", path).status == 200)
            #expect(try await viewer.send("PATCH", path, ["description": "d"]).status == 403)
            #expect(try await viewer.send("DELETE", path).status == 403)
            #expect(try await viewer.send("POST", "/api/v3/" + Self.path, Self.mapping("b")).status == 403)
            #expect(try await changer.send("PATCH", path, ["description": "d"]).status == 200)
            #expect(try await changer.send("DELETE", path).status == 403)
            #expect(try await workshop.client.send("DELETE", path).status == 204)
            let events = try await workshop.get(
                "events/events/?context_model_name=scopemapping&ordering=created&page_size=100"
            )
            let actions = (events.json?["results"]?.array ?? []).compactMap { $0["action"]?.string }
            #expect(actions == ["model_created", "model_updated", "model_deleted"])
        }
    }

    @Test func `a state declares scope mappings and keeps them`() async throws {
        var state = SandboxState(release: .august2026, token: "t")
        let count = state.scopeMappings.count
        let pk = state.addScopeMapping(
            name: "Groups",
            scope: "groups",
            expression: "return {'groups': []}",
            managed: "example.org/groups"
        )
        #expect(state.addScopeMapping(name: "Groups", scope: "groups", managed: "example.org/groups") == pk)
        #expect(state.scopeMappings.count == count + 1)
        #expect(state.scopeMappings.last?.expression == "return {}")
        state.removeScopeMapping("Groups")
        #expect(state.scopeMappings.count == count)
    }
}
