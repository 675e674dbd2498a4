import Kinds
import Secrets
import TestSupport
import Testing

@testable import AuthentikAPI

@Suite("AuthentikError: tokens and permissions")
struct PermissionTests {
    private static func error(_ name: String, _ release: String, _ request: APIRequest) throws -> AuthentikError {
        let response = try Fixture.named(name, of: release).response
        let address = try #require(AuthentikAddress("https://h"))
        return try #require(AuthentikError(response, to: request, at: address, hiding: SecretMask([])))
    }

    @Test(
        "A wrong token, or none, is no lack of a permission",
        arguments: Fixture.releases,
        ["wrong-token", "no-token"]
    )
    func token(release: String, fixture: String) throws {
        let error = try Self.error(fixture, release, APIRequest(method: "GET", endpoint: .version))
        #expect(error.kind == .invalidToken)
        #expect(error.status == 403)
        #expect(error.permission == nil)
    }

    @Test(
        "A missing permission is named",
        arguments: [
            ("GET", Endpoint.providers, "authentik_providers_oauth2.view_oauth2provider"),
            ("POST", .providers, "authentik_providers_oauth2.add_oauth2provider"),
            ("PATCH", .providers, "authentik_providers_oauth2.change_oauth2provider"),
            ("DELETE", .applications, "authentik_core.delete_application"),
            ("PUT", .transaction, "authentik_core.add_application and authentik_providers_oauth2.add_oauth2provider"),
            ("POST", .entitlements, "authentik_core.add_applicationentitlement"),
            ("GET", .flows, "authentik_flows.view_flow"),
            ("GET", .keys, "authentik_crypto.view_certificatekeypair"),
            ("GET", .scopeMappings, "authentik_providers_oauth2.view_scopemapping"),
        ]
    )
    func permission(method: String, endpoint: Endpoint, permission: String) throws {
        for release in Fixture.releases {
            let error = try Self.error("no-permission", release, APIRequest(method: method, endpoint: endpoint))
            #expect(error.kind == .permissionDenied)
            #expect(error.permission == permission)
            #expect(!error.mayHaveHappened)
            #expect(error.description.contains("(needs the permission \(permission))"))
        }
    }

    @Test(
        "The refusals of the releases keep their fields",
        arguments: [
            ("provider-refused", ["client_id", "name"]), ("redirect-refused", ["redirect_uris[0].matching_mode"]),
            ("not-a-list", ["redirect_uris"]), ("transaction-refused", ["app.slug"]),
        ]
    )
    func refusals(fixture: String, fields: [String]) throws {
        for release in Fixture.releases {
            let error = try Self.error(fixture, release, APIRequest(method: "POST", endpoint: .providers))
            #expect(error.kind == .rejected)
            #expect(error.fields.map(\.field) == fields)
        }
    }

    @Test("An unknown path is not Authentik's API; an unknown object is not found", arguments: Fixture.releases)
    func notFound(release: String) throws {
        let request = APIRequest(method: "GET", endpoint: .applications, key: "x")
        #expect(try Self.error("unknown-path", release, request).kind == .notAuthentik)
        #expect(try Self.error("no-application", release, request).kind == .notFound)
        #expect(try Self.error("past-the-end", release, request).kind == .notFound)
    }
}
