import AuthentikSandbox
import Foundation
import JSON
import Testing

/// Every answer of the sandbox, object by object, against what the release's document states.
@Suite(.timeLimit(.minutes(60))) struct ModelTests {
    @Test(arguments: Sandbox.Release.allCases)
    func `every answer is made of what the release states`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            var journey = ModelJourney(workshop, facts: try ModelFacts(release))
            try await journey.make()
            try await journey.look()
            try await journey.change()
            try await journey.delete()
            #expect(journey.mistakes == [])
            #expect(journey.unanswered == [])
            // There are no service connections and themed icons here, and groups are not shown with their relatives.
            let never: Set = ["RelatedGroup", "ServiceConnection", "ThemedUrls"]
            #expect(journey.facts.unseen.subtracting(never) == [])
        }
    }

    /// The fields that take one of a few words, of what can be written.
    private static let choices: [(object: String, field: String, path: String)] = [
        ("Application", "policy_engine_mode", "core/applications/a/"),
        ("OAuth2Provider", "client_type", "providers/oauth2/{}/"),
        ("OAuth2Provider", "grant_types", "providers/oauth2/{}/"),
        ("OAuth2Provider", "issuer_mode", "providers/oauth2/{}/"),
        ("OAuth2Provider", "logout_method", "providers/oauth2/{}/"),
        ("OAuth2Provider", "sub_mode", "providers/oauth2/{}/"),
    ]

    @Test(arguments: Sandbox.Release.allCases)
    func `exactly the words that the release states are taken`(_ release: Sandbox.Release) async throws {
        let facts = try ModelFacts(release)
        let newest = try ModelFacts(.august2026)
        try await Workshop.open(release) { workshop in
            let provider = "\(try await workshop.makeService("a").integer ?? 0)"
            for choice in Self.choices {
                let path = choice.path.replacing("{}", with: provider)
                let isList = choice.field == "grant_types"
                let known = facts.words(of: choice.field, in: choice.object)
                for word in try #require(newest.words(of: choice.field, in: choice.object)) + ["other"] {
                    let value: JSONValue = isList ? [.string(word)] : .string(word)
                    let answer = try await workshop.patch(path, [choice.field: value])
                    // A field that the release does not have is ignored.
                    #expect(answer.status == (known?.contains(word) ?? true ? 200 : 400), "\(choice.field) \(word)")
                    if known == nil { #expect(answer.json?[choice.field] == nil) }
                }
            }
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `every field of a write is taken`(_ release: Sandbox.Release) async throws {
        let facts = try ModelFacts(release)
        try await Workshop.open(release) { workshop in
            workshop.sandbox.change { $0.addSource(name: "S", slug: "s") }
            func first(_ path: String) async throws -> JSONValue {
                try #require(try await workshop.get(path).json?["results"]?.array?.first?["pk"])
            }
            let other = try await workshop.makeService("other")
            let mapping: [String: JSONValue] = [
                "name": "m", "scope_name": "s", "expression": "return {'a': 1}", "description": "d", "managed": "x",
            ]
            let proxy: [String: JSONValue] = [
                "name": "p", "authentication_flow": workshop.flow, "authorization_flow": workshop.flow,
                "invalidation_flow": workshop.flow, "internal_host": "http://p:80",
                "external_host": "https://p.example.org", "internal_host_ssl_validation": false,
                "certificate": try await first("crypto/certificatekeypairs/"), "skip_path_regex": "^/a$\n^/b$",
                "basic_auth_enabled": true, "basic_auth_password_attribute": "pw", "basic_auth_user_attribute": "u",
                "mode": "proxy", "intercept_header_auth": false, "cookie_domain": "example.org",
                "jwt_federation_sources": [try await first("sources/all/")], "jwt_federation_providers": [other],
                "access_token_validity": "hours=2", "refresh_token_validity": "days=2",
                // The server adds its own.
                "property_mappings": [],
            ]
            try await check("ScopeMappingRequest", mapping, at: "propertymappings/provider/scope/")
            let made = try await check("ProxyProviderRequest", proxy, at: "providers/proxy/")
            let outpost: [String: JSONValue] = [
                "name": "o", "type": "proxy", "providers": [made], "service_connection": nil,
                "config": ["authentik_host": "https://sso.example.org"], "managed": "x",
            ]
            try await check("OutpostRequest", outpost, at: "outposts/instances/")

            /// Sends all fields and expects them in the answer.
            ///
            /// - Returns: the primary key of what was made.
            @discardableResult
            func check(_ object: String, _ values: [String: JSONValue], at path: String) async throws -> JSONValue {
                #expect(Set(values.keys) == facts.fields(of: object))
                let answer = try await workshop.post(path, .object(values))
                #expect(answer.status == 201, "\(answer.text)")
                for (field, value) in values where field != "property_mappings" {
                    #expect(answer.json?[field] == value, "\(object).\(field)")
                }
                return try #require(answer.json?["pk"])
            }
        }
    }
}
