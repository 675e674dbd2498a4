import DesiredState
import Kinds
import Testing

/// Whose tokens a provider takes for its own, as a file says it.
struct FederationTests {
    private func declared(_ top: String, _ fields: String) throws -> (providers: [String]?, sources: [String]?) {
        let service = "  - {slug: a, redirectURIs: [https://a.net/cb], clientType: public\(fields)}\n"
        let result = DesiredStateLoader.load(MarkedText(MarkedText.head + top + "services:\n" + service))
        #expect(result.diagnostics == [])
        let provider = try #require(result.state?.services.first?.provider)
        return (
            provider["jwtFederation.providers"]?.references.map(\.name),
            provider["jwtFederation.sources"]?.references.map(\.name)
        )
    }

    @Test func `either or both, and none of one is something else than nothing`() throws {
        #expect(try declared("", "") == (nil, nil))
        #expect(try declared("", ", jwtFederation: {providers: [b, c]}") == (["b", "c"], nil))
        #expect(try declared("", ", jwtFederation: {sources: [github], providers: []}") == ([], ["github"]))
    }

    @Test(arguments: [
        ("{slug: b, port: 8441}", "is a bookmark"), ("{slug: b, port: 8441, forwardAuth: {}}", "has forwardAuth"),
        ("{slug: b, state: absent}", "is declared absent"),
    ])
    func `a service of the file without tokens is no use`(_ other: String, _ what: String) throws {
        let text = """
            services:
              - {slug: a, redirectURIs: [https://a.net/cb], clientType: public, jwtFederation: ▲{providers: [b]}}
              - \(other)
            """
        try Mistake.error(
            MarkedText(MarkedText.head + text),
            "service 'a': jwtFederation names 'b', which \(what)",
            "list only services with an OAuth2 provider"
        ).check()
    }

    @Test func `services may share them, as a whole`() throws {
        let defaults = "defaults: {jwtFederation: {providers: [ci], sources: [github]}}\n"
        #expect(try declared(defaults, "") == (["ci"], ["github"]))
        #expect(try declared(defaults, ", jwtFederation: {sources: []}") == (nil, []))
        #expect(try declared(defaults, ", jwtFederation: null") == (nil, nil))
    }

    @Test(arguments: [
        Mistake.error(
            .oidc("jwtFederation: ▲[ci]"),
            "service 'grafana': jwtFederation must be a mapping of fields, not a list"
        ),
        .error(.oidc("jwtFederation: ▲{}"), "service 'grafana': jwtFederation is empty"),
        .error(
            .oidc("jwtFederation: {providers: ▲null}"),
            "service 'grafana': providers has no value in jwtFederation"
        ),
        .error(
            .oidc("jwtFederation: {providers: [▲a/b]}"),
            "service 'grafana': an entry of providers has a character that is not allowed in a slug in jwtFederation"
        ),
        .error(
            .oidc("jwtFederation: {▲provider: [b]}"),
            "service 'grafana': unknown field 'provider' in jwtFederation"
        ),
    ])
    func `mistakes are reported where they are`(_ mistake: Mistake) throws { try mistake.check() }
}
