import AuthentikSandbox
import Crypto
import Foundation
import JSON
import SwiftASN1
import Testing
import X509

/// The OAuth2 endpoints beyond what was recorded.
@Suite(.timeLimit(.minutes(60))) struct OAuth2EndpointTests {
    private func authorize(_ workshop: Workshop, _ client: String, _ uri: String) async throws -> HTTPClient.Answer {
        let escaped = uri.replacing(":", with: "%3A").replacing("/", with: "%2F").replacing("?", with: "%3F")
        let query = "?response_type=code&prompt=none&state=a%20b&client_id=\(client)&redirect_uri=\(escaped)"
        return try await workshop.client.send(
            "GET",
            "/application/o/authorize/\(query)",
            as: HTTPClient.Credentials.none
        )
    }

    private func token(_ workshop: Workshop, _ form: String) async throws -> JSONValue? {
        try await workshop.client.send(
            "POST",
            "/application/o/token/",
            raw: form,
            contentType: "application/x-www-form-urlencoded",
            as: HTTPClient.Credentials.none
        ).json?["error"]
    }

    @Test func `the key is real: its certificate holds it`() async throws {
        try await Workshop.open { workshop in
            let certificate = try #require(
                try await workshop.get("crypto/certificatekeypairs/").json?["results"]?.array
            )
            try await workshop.makeService("a", ["signing_key": certificate.first?["pk"] ?? .null])
            let keys = try await workshop.client.send("GET", "/application/o/a/jwks/").json?["keys"]?.array
            let key = try #require(keys?.first)
            func decoded(_ text: String?) -> Data? {
                guard var text = text?.replacing("-", with: "+").replacing("_", with: "/") else { return nil }
                while text.count % 4 != 0 { text += "=" }
                return Data(base64Encoded: text)
            }
            let modulus = try #require(decoded(key["n"]?.string))
            let der = try #require(decoded(key["x5c"]?.array?.first?.string))
            #expect(modulus.count == 256)
            #expect(der.range(of: modulus) != nil)
            #expect(decoded(key["e"]?.string) == Data([1, 0, 1]))
            let hex = decoded(key["x5t#S256"]?.string)?.map { String(format: "%02x", $0) }.joined(separator: ":")
            #expect(certificate.first?["fingerprint_sha256"]?.string == hex)
            #expect(Data(SHA256.hash(data: der)) == decoded(key["x5t#S256"]?.string))
            #expect(Data(Insecure.SHA1.hash(data: der)) == decoded(key["x5t"]?.string))
            let read = try Certificate(derEncoded: Array(der))
            #expect(read.publicKey.isValidSignature(read.signature, for: read))
            let expiry = try Date(certificate.first?["cert_expiry"]?.string ?? "", strategy: .iso8601)
            #expect(read.notValidAfter == expiry)
        }
    }

    @Test func `a provider without a redirect URI takes the first that comes`() async throws {
        try await Workshop.open { workshop in
            let pk = try await workshop.makeService("a", redirectURIs: []).integer ?? 0
            let first = try await authorize(workshop, "a", "https://evil.example.org/cb?x=1")
            #expect(first.status == 302)
            #expect(
                first.headers["location"]
                    == "https://evil.example.org/cb?x=1&error=login_required&error_description=The%20Authorization"
                    + "%20Server%20requires%20End-User%20authentication&state=a%20b"
            )
            #expect(try await authorize(workshop, "a", "https://a.example.org/cb").status == 400)
            let stored = try await workshop.get("providers/oauth2/\(pk)/").json?["redirect_uris"]
            #expect(stored == [["matching_mode": "strict", "url": "https://evil.example.org/cb?x=1"]])
        }
    }

    @Test(arguments: [
        ("https://a1.example.org/cb", 302), ("https://a1.example.org/cb2", 400), ("https://b.example.org/cb", 400),
    ])
    func `a pattern matches a whole URI`(uri: String, status: Int) async throws {
        try await Workshop.open { workshop in
            let pattern: JSONValue = [["matching_mode": "regex", "url": #"https://a\d\.example\.org/cb"#]]
            try await workshop.makeService("a", redirectURIs: pattern)
            #expect(try await authorize(workshop, "a", uri).status == status)
        }
    }

    @Test func `without an application nobody logs in`() async throws {
        try await Workshop.open { workshop in
            let uris: JSONValue = [["matching_mode": "strict", "url": "https://a.example.org/cb"]]
            _ = try await workshop.post("providers/oauth2/", workshop.provider("a", redirectURIs: uris))
            #expect(try await authorize(workshop, "a", "https://a.example.org/cb").status == 404)
        }
    }

    @Test(arguments: [Sandbox.Release.may2026, .august2026])
    func `since 2026.5 a provider needs its grant types`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            let pk = try await workshop.makeService("a", ["client_secret": "s"]).integer ?? 0
            let uri = "https://a.example.org/cb"
            let refused = try await authorize(workshop, "a", uri)
            #expect(refused.headers["location"]?.contains("error=invalid_request") == true)
            let form = "grant_type=authorization_code&code=x&client_id=a&redirect_uri=\(uri)&client_secret="
            #expect(try await token(workshop, form + "wrong") == "invalid_grant")
            let types: JSONValue = ["grant_types": ["authorization_code", "refresh_token"]]
            #expect(try await workshop.patch("providers/oauth2/\(pk)/", types).status == 200)
            let accepted = try await authorize(workshop, "a", uri)
            #expect(accepted.headers["location"]?.contains("error=login_required") == true)
            #expect(try await token(workshop, form + "wrong") == "invalid_client")
            #expect(try await token(workshop, form + "s") == "invalid_grant")
        }
    }

    @Test func `a grant that nobody knows is no grant`() async throws {
        try await Workshop.open { workshop in
            try await workshop.makeService("a")
            #expect(try await token(workshop, "grant_type=magic&client_id=a") == "unsupported_grant_type")
            #expect(try await token(workshop, "grant_type=magic") == "invalid_client")
        }
    }
}
