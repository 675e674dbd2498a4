import JSON
import Kinds
import Secrets
import TestSupport
import Testing

@testable import AuthentikAPI

@Suite("AuthentikClient: what the releases answer", .timeLimit(.minutes(60)))
struct DecodingTests {
    /// Runs `body` with a server that answers each request with the exchange of that name.
    private static func answered<Value>(
        _ name: String,
        _ release: String,
        _ body: (AuthentikClient) async throws -> Value
    ) async throws -> Value {
        let server = try CannedServer(try Fixture.named(name, of: release).reply)
        defer { server.stop() }
        return try await body(try makeClient(server))
    }

    @Test("Release and account", arguments: Fixture.releases)
    func basics(release: String) async throws {
        #expect(try await Self.answered("version", release) { try await $0.release() }.description == release)
        let account = try await Self.answered("account", release) { try await $0.account() }
        #expect(account.username == "akadmin")
        #expect(account.isSuperuser)
        // It tells its roles, of which it has none, since 2025.12.
        #expect(account.roles == (release.hasPrefix("2024") ? nil : []))
    }

    @Test("Look-ups", arguments: Fixture.releases)
    func lookUps(release: String) async throws {
        let flows = try await Self.answered("flows", release) { try await $0.flows() }
        #expect(flows.map(\.slug) == ["default-provider-invalidation-flow"])
        #expect(try await Self.answered("no-flows", release) { try await $0.flows() }.isEmpty)
        let keys = try await Self.answered("keys", release) { try await $0.keys() }
        #expect(keys.map(\.name) == ["authentik Self-signed Certificate"])
        // Under another name before 2025.12.
        #expect(keys.map(\.keyType) == ["rsa"])
        let scopes = try await Self.answered("scopes", release) { try await $0.scopeMappings() }
        #expect(scopes.map(\.scopeName) == ["openid"])
        #expect(scopes.map(\.managed) == ["goauthentik.io/providers/oauth2/scope-openid"])
    }

    @Test("The audit log", arguments: Fixture.releases)
    func events(release: String) async throws {
        let events = try await Self.answered("events", release) { try await $0.newestEvents(3) }
        #expect(events.map(\.username) == ["akadmin", "akadmin", "akadmin"])
        #expect(events.first?.app == "authentik_providers_oauth2")
        #expect(events.first?.modelName == "oauth2provider")
        #expect(Int(events.first?.objectPK ?? "") != nil)
        #expect(events.dropFirst().first?.app == "authentik_core")
        #expect(events.dropFirst().first?.modelName == "application")
        // A uuid without dashes, as the ids of requests.
        #expect(events.dropFirst().first?.objectPK?.count == 32)
        #expect(events.allSatisfy { $0.requestID?.count == 32 })
        #expect(Set(events.map(\.key)).count == 3)
        #expect(events.map(\.created) == events.map(\.created).sorted(by: >))
    }

    @Test("Applications", arguments: Fixture.releases)
    func applications(release: String) async throws {
        let found = try await Self.answered("application", release) { try await $0.application(slug: "grafana") }
        let application = try #require(found)
        #expect(application.slug == "grafana")
        #expect(application.provider == 1)
        #expect(application.providerSummary?.typeName == "OAuth2/OpenID Provider")
        #expect(application.providerSummary?.model == "authentik_providers_oauth2.oauth2provider")
        #expect(application.launchURL == "https://homelab.example.org:8444")
        #expect(application["group"] == .text("Observability"))
        #expect(application["description"] == .text("Dashboards"))
        #expect(application["publisher"] == .text("Homelab"))
        let isIconWritable = Application.fields["icon"].exists(in: try #require(Release(release)))
        #expect(application["icon"] == .text(isIconWritable ? "https://example.org/grafana.png" : ""))

        #expect(try await Self.answered("no-application", release) { try await $0.application(slug: "x") } == nil)
        #expect(try await Self.answered("applications", release) { try await $0.applications() }.map(\.slug) == ["lp"])
    }

    @Test("Providers", arguments: Fixture.releases)
    func providers(release: String) async throws {
        let found = try await Self.answered("providers", release) { try await $0.providers() }
        let provider = try #require(found.first)
        #expect(provider.name == "tx")
        #expect(provider.clientID == "tx")
        #expect(provider.clientType == "confidential")
        #expect(provider.clientSecret?.exposed.hasPrefix("sss") == true)
        #expect(provider.applicationSlug == "tx")
        #expect(provider.isLinked)
        #expect(provider["scopes"].references.count == 3)
        #expect(provider.redirectURIs.first?.matchingMode == "strict")
        let types = provider.redirectURIs.map(\.type)
        #expect(types.allSatisfy { ($0 != nil) == release.hasPrefix("2026") })
        let logoutMethod = OAuth2Provider.fields["logoutMethod"]
        #expect(!provider[logoutMethod].isNone == logoutMethod.exists(in: try #require(Release(release))))
        #expect(!"\(provider)".contains("sss"))
    }

    @Test("Entitlements", arguments: Fixture.releases)
    func entitlements(release: String) async throws {
        let found = try await Self.answered("entitlements", release) { try await $0.entitlements(named: "managed") }
        #expect(found.map(\.name) == ["managed", "managed"])
        #expect(found.first?.attributes["owner"] == "homelab")
    }

    @Test("A provider that shows no more than it must decodes, and so does one with fields of the future")
    func lenient() async throws {
        let rows = #"{"pk": 1, "name": "a"}, {"pk": 2, "name": "b", "client_secret": null, "new": {"x": [1]}}"#
        let body = #"{"pagination": {"count": 2, "total_pages": 1}, "results": [\#(rows)], "more": 1}"#
        let server = try CannedServer(.json(200, body))
        let providers = try await makeClient(server).providers()
        #expect(providers.map(\.pk) == [1, 2])
        #expect(providers.map(\.clientType) == ["confidential", "confidential"])
        #expect(providers.allSatisfy { $0.clientSecret == nil && $0.redirectURIs.isEmpty && !$0.isLinked })
    }

    @Test(
        "What does not decode names its place and quotes nothing",
        arguments: [
            (#"{"results": []}"#, "it has no 'pagination'"),
            (
                #"{"pagination": {"count": 1, "total_pages": 1}, "results": [{"pk": "s3cret", "name": "s3cret"}]}"#,
                "results[0].pk is a string; expected an integer"
            ),
            (
                #"{"pagination": {"count": 1, "total_pages": 1}, "results": [{"pk": 1, "name": null}]}"#,
                "results[0].name is null"
            ),
            (#"s3cret"#, "it is not JSON"), ("", "it is not JSON"),
        ]
    )
    func undecodable(body: String, words: String) async throws {
        let server = try CannedServer(.json(200, body, [("x-authentik-id", "5e1f")]))
        let client = try makeClient(server)
        let error = try await failure { try await client.providers() }
        #expect(error.kind == .undecodable)
        #expect(error.message.contains(words), "\(error.message)")
        #expect(!error.message.contains("s3cret"))
        #expect(error.requestID == "5e1f")
        #expect(server.requests.count == 1)
    }

    @Test("A release that is none is said to be so")
    func strangeRelease() async throws {
        let server = try CannedServer(.json(200, #"{"version_current": "dev"}"#))
        let client = try makeClient(server)
        let error = try await failure { try await client.release() }
        #expect(error.kind == .undecodable)
        #expect(error.message.contains("'dev'"))
    }
}
