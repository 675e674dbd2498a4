import DesiredState
import Kinds
import Testing

/// Scope mappings at the top of the file, and in the scopes of services.
struct ScopeMappingTests {
    private static func file(_ mappings: String, path: String = "test.yaml") -> MarkedText {
        MarkedText(MarkedText.head + "services: []\n" + mappings, path: path)
    }

    private static func entry(_ fields: String) -> MarkedText { file("scopeMappings:\n  - {\(fields)}\n") }

    @Test(arguments: [
        Mistake.error(file("scopeMappings: ▲{name: a}"), "scopeMappings must be a list, not a mapping"),
        .error(file("scopeMappings:▲"), "scopeMappings has no value"),
        .error(file("scopeMappings: [▲a]"), "scope mapping 1 must be a mapping of fields, not text"),
        .error(file("scopeMappings: [▲{scope: a, expression: b}]"), "scope mapping 1: name is missing", "add 'name:'"),
        .error(
            file("scopeMappings: [▲{name: a, expression: b}]"),
            "scope mapping 'a': scope is missing",
            "add 'scope:'"
        ),
        .error(file("scopeMappings: [▲{name: a, scope: b}]"), "scope mapping 'a': expression is missing"),
        .error(entry("name: a, scope: b, expression: ▲''"), "scope mapping 'a': expression is empty"),
        .error(entry("name: a, scope: b, expression: ▲~"), "scope mapping 'a': expression has no value"),
        .error(entry("name: a, scope: ▲'b c', expression: d"), "scope mapping 'a': scope has a space in it"),
        .error(entry("name: ▲'', scope: b, expression: d"), "scope mapping 1: name is empty"),
        .error(
            entry("name: a, ▲scope_name: b, expression: d"),
            "scope mapping 'a': unknown field 'scope_name'",
            "did you mean 'scope'?"
        ),
        .error(entry("name: a, scope: b, expression: d, adopt: ▲maybe"), "scope mapping 'a': adopt cannot be 'maybe'"),
        .error(
            file("scopeMappings:\n  - {name: a, scope: b, expression: c}\n  - {name: ▲a, scope: d, expression: e}"),
            "scope mapping 'a': declared twice",
            "the other is at test.yaml:6:12; names are unique in Authentik"
        ),
        .error(.oidc("scopes: [{mapping: ▲~}]"), "service 'grafana': mapping has no value in an entry of scopes"),
        .error(.oidc("scopes: [openid, ▲{}]"), "service 'grafana': an entry of scopes names no mapping"),
        .error(
            .oidc("scopes: [{▲maping: a}]"),
            "service 'grafana': unknown field 'maping' in an entry of scopes",
            "did you mean 'mapping'?"
        ),
        .warning(.oidc("scopes: [{mapping: a}, ▲{mapping: a}]"), "service 'grafana': scopes has an entry twice"),
    ])
    func `what is wrong with scope mappings`(_ mistake: Mistake) throws { try mistake.check() }

    @Test func `an entry says what Authentik has`() throws {
        let text = """
            defaults: {adopt: never}
            scopeMappings:
              - name: Own email
                scope: email
                description: Your address
                expression: |

                  # verified by hand
                  return {"email": request.user.email}
              - {name: Groups, scope: groups, expression: "return {}", adopt: matching}

            """
        let result = DesiredStateLoader.load(Self.file(text))
        #expect(result.diagnostics == [])
        let state = try #require(result.state)
        let mapping = try #require(state.scopeMappings.first)
        #expect(mapping.name == "Own email")
        #expect(mapping.values[ScopeMapping.Row.scope] == .text("email"))
        #expect(mapping.values[ScopeMapping.Row.description] == .text("Your address"))
        let code = "# verified by hand\nreturn {\"email\": request.user.email}"
        #expect(mapping.values[ScopeMapping.Row.expression] == .text(code))
        #expect(state.scopeMappings.map(\.adopt) == [.never, .matching])
        // The fifth line is the first of this text.
        #expect(mapping.expression.text(ofLine: 1) == "test.yaml:12")
        #expect(mapping.expression.text(ofLine: 2) == "test.yaml:13")
        #expect(mapping.expression.text(ofLine: 9) == "test.yaml:13")
        #expect(state.scopeMappings[1].expression.text(ofLine: 3) == "test.yaml:14")
        #expect(state.managesScopeMappings)
        #expect(state.shared.map(\.title) == ["scope mapping 'Own email'", "scope mapping 'Groups'"])
    }

    @Test func `a folded block has no lines of its own`() throws {
        let text = "scopeMappings:\n  - name: a\n    scope: b\n    expression: >\n      return (\n      1)\n"
        let state = try #require(DesiredStateLoader.load(Self.file(text)).state)
        #expect(state.scopeMappings.first?.values[ScopeMapping.Row.expression] == .text("return ( 1)"))
        #expect(state.scopeMappings.first?.expression.text(ofLine: 2) == "test.yaml:9")
    }

    @Test func `several files are a union, and agree`() throws {
        let one = "scopeMappings: [{name: a, scope: b, expression: c}]"
        let result = DesiredStateLoader.load(
            Self.file(one, path: "1.yaml"),
            Self.file(
                "scopeMappings: [{name: d, scope: e, expression: f}, {name: a, scope: b, expression: c}]",
                path: "2.yaml"
            )
        )
        #expect(result.diagnostics == [])
        #expect(result.state?.scopeMappings.map(\.name) == ["a", "d"])
        let other = Self.file("scopeMappings: [▲{name: a, scope: b, expression: other}]", path: "2.yaml")
        let refused = DesiredStateLoader.load(Self.file(one, path: "1.yaml"), other)
        #expect(refused.diagnostics.map(\.message) == ["scope mapping 'a': declared differently in another file"])
        #expect(refused.diagnostics.first?.location == other.marks.first)
    }

    @Test func `scopes name mappings, also in defaults`() throws {
        let text = """
            defaults: {scopes: [openid, {mapping: Own email}]}
            services:
              - {slug: grafana, port: 8444, redirectPath: /login, clientType: public}
              - {slug: wiki, port: 8445, redirectPath: /login, clientType: public, scopes: [{mapping: é}, {mapping: email}, email]}
            """
        let state = try #require(DesiredStateLoader.load(MarkedText(MarkedText.head + text)).state)
        let scopes = state.services.map { $0.provider?.scopeReferences ?? [] }
        #expect(scopes.map { $0.map(\.name) } == [["openid", "Own email"], ["é", "email", "email"]])
        #expect(scopes.map { $0.map(\.isByOwnName) } == [[false, true], [true, true, false]])
        #expect(!state.managesScopeMappings)
    }
}
