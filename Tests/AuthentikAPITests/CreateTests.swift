import CurlTransport
import JSON
import Kinds
import Secrets
import TestSupport
import Testing

@testable import AuthentikAPI

@Suite("AuthentikClient: creates", .timeLimit(.minutes(60)))
struct CreateTests {
    private static let application = #"{"pk": "a", "slug": "grafana", "name": "Grafana"}"#
    private static let nothing = CannedReply.json(404, #"{"detail": "No Application matches the given query."}"#)
    static let ambiguous: [CannedReply] = [
        .reset, .close, .html(502, ""), .html(503, ""), .html(405, ""), .html(500, ""),
    ]

    private static func createBoth(_ client: AuthentikClient) async throws {
        try await client.createApplicationAndProvider(
            application: WriteBody(["slug": "grafana"]),
            provider: WriteBody(["client_secret": "s3cret"], secrets: [Secret("s3cret")]),
            slug: "grafana"
        )
    }

    @Test("Application and provider are one transaction", arguments: Fixture.releases)
    func transaction(release: String) async throws {
        let server = try CannedServer(try Fixture.named("transaction", of: release).reply)
        let client = try makeClient(server)
        try await Self.createBoth(client)
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.method == "PUT")
        #expect(request.target == "/api/v3/core/transactional/applications/")
        let body = try JSONValue(parsing: request.body)
        #expect(body["provider_model"] == "authentik_providers_oauth2.oauth2provider")
        #expect(body["app"] == ["slug": "grafana"])
        #expect(body["provider"] == ["client_secret": "s3cret"])
        #expect(client.requestCounts.writes == 1)
    }

    @Test("A transaction that was taken and not applied is a failure, and is not sent again")
    func notApplied() async throws {
        let server = try CannedServer(.json(200, #"{"applied": false, "logs": ["s3cret"]}"#))
        let client = try makeClient(server)
        let error = try await failure { try await Self.createBoth(client) }
        #expect(error.kind == .rejected)
        #expect(error.mayBeOutdated)
        #expect(!"\(error)".contains("s3cret"))
        #expect(server.requests.count == 1)
    }

    @Test("A refused transaction is not sent again", arguments: Fixture.releases)
    func refused(release: String) async throws {
        let server = try CannedServer(try Fixture.named("transaction-refused", of: release).reply)
        let client = try makeClient(server)
        let error = try await failure { try await Self.createBoth(client) }
        #expect(error.fields.map(\.field) == ["app.slug"])
        #expect(server.requests.count == 1)
    }

    @Test("What may have happened is looked up, and not repeated when it is there", arguments: ambiguous)
    func there(reply: CannedReply) async throws {
        let server = try CannedServer { $0.method == "GET" ? .json(200, Self.application) : reply }
        let client = try makeClient(server)
        try await Self.createBoth(client)
        #expect(server.requests.map(\.method) == ["PUT", "GET"])
        #expect(server.requests.last?.target == "/api/v3/core/applications/grafana/")
    }

    @Test("What may have happened is repeated when it is not there", arguments: [CannedReply.reset, .html(502, "")])
    func notThere(reply: CannedReply) async throws {
        let server = try CannedServer(reply, Self.nothing, .json(200, #"{"applied": true, "logs": []}"#))
        try await Self.createBoth(try makeClient(server))
        #expect(server.requests.map(\.method) == ["PUT", "GET", "PUT"])
    }

    @Test("A create that cannot be looked up is not repeated")
    func cannotLookUp() async throws {
        let server = try CannedServer { $0.method == "GET" ? .json(403, #"{"detail": "no"}"#) : .html(502, "") }
        let client = try makeClient(server)
        let error = try await failure { try await Self.createBoth(client) }
        #expect(error.kind == .permissionDenied)
        #expect(server.requests.map(\.method) == ["PUT", "GET"])
    }

    @Test("A create that keeps failing ends with its own error")
    func keepsFailing() async throws {
        let server = try CannedServer { $0.method == "GET" ? Self.nothing : .reset }
        let client = try makeClient(server)
        let error = try await failure { try await Self.createBoth(client) }
        #expect(error.transport?.kind == .interrupted)
        #expect(server.requests.map(\.method) == ["PUT", "GET", "PUT", "GET", "PUT", "GET"])
    }

    private static func fields(_ texts: [String: String]) -> SentFields {
        SentFields(texts.map { FieldAssignment(field: $0.key, value: .text($0.value)) })
    }

    @Test("A throttled create did not happen, so it is simply sent again")
    func throttled() async throws {
        let server = try CannedServer(.json(429, "{}"), .json(201, Self.application))
        let created: Creation<Application> = try await makeClient(server).create(Self.fields(["slug": "grafana"]))
        #expect(created.object.pk == "a")
        #expect(!created.isFound)
        #expect(server.requests.map(\.method) == ["POST", "POST"])
    }

    @Test("A created application, also one whose answer makes no sense, is read")
    func application() async throws {
        let server = try CannedServer(.json(201, "{}"), .json(200, Self.application))
        let created: Creation<Application> = try await makeClient(server).create(Self.fields(["slug": "grafana"]))
        #expect(created.object.name == "Grafana")
        #expect(created.isFound)
        #expect(server.requests.map(\.method) == ["POST", "GET"])
    }

    @Test("A provider is looked up by its whole name", arguments: ["grafana", "grafana-2"])
    func provider(found: String) async throws {
        let row = #"{"pk": 7, "name": "\#(found)"}"#
        let list = #"{"pagination": {"count": 1, "total_pages": 1}, "results": [\#(row)]}"#
        let server = try CannedServer(.html(502, ""), .json(200, list), .json(201, #"{"pk": 8, "name": "grafana"}"#))
        let provider: Creation<OAuth2Provider> = try await makeClient(server).create(Self.fields(["name": "grafana"]))
        #expect(provider.object.pk == (found == "grafana" ? 7 : 8))
        #expect(provider.isFound == (found == "grafana"))
    }

    @Test("An entitlement is looked up by application and name")
    func entitlement() async throws {
        let row = #"{"pbm_uuid": "e", "name": "managed", "app": "a", "attributes": {"x": 1}}"#
        let other = #"{"pbm_uuid": "f", "name": "managed", "app": "b", "attributes": {}}"#
        let list = #"{"pagination": {"count": 2, "total_pages": 1}, "results": [\#(other), \#(row)]}"#
        let server = try CannedServer(.reset, .json(200, list))
        let created = try await makeClient(server)
            .createEntitlement(named: "managed", application: "a", attributes: ["x": 1])
        #expect(created.object.pk == "e")
        #expect(created.isFound)
        #expect(server.requests.map(\.method) == ["POST", "GET"])
    }

    @Test("The fields of a write never print their values")
    func writeBodyShows() {
        let body = WriteBody(["client_secret": "s3cret", "name": "s3cret"], secrets: [Secret("s3cret")])
        var dumped = ""
        dump(body, to: &dumped)
        #expect("\(body)" == "client_secret, name")
        #expect(!(dumped + String(reflecting: body) + "\([body])").contains("s3cret"))
    }
}
