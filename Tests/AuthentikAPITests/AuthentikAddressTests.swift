import Kinds
import Testing

@testable import AuthentikAPI

@Suite("AuthentikAddress")
struct AuthentikAddressTests {
    @Test(
        "Takes an address as people write it",
        arguments: [
            ("https://id.example.org", "https://id.example.org"),
            ("https://id.example.org/", "https://id.example.org"),
            ("https://id.example.org///", "https://id.example.org"),
            ("https://id.example.org/api/v3", "https://id.example.org"),
            ("https://id.example.org/api/v3/", "https://id.example.org"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("http://[::1]:9000/", "http://[::1]:9000"),
            ("https://example.org/auth", "https://example.org/auth"),
            ("https://example.org/auth/api/v3/", "https://example.org/auth"),
            ("HTTPS://ID.example.org", "HTTPS://ID.example.org"),
        ]
    )
    func accepted(text: String, expected: String) {
        #expect(AuthentikAddress(text)?.description == expected)
    }

    @Test(
        "Refuses what is no address, and what would carry more than one",
        arguments: [
            "", "id.example.org", "id.example.org:9000", "ftp://id.example.org", "https://", "https:///api/v3",
            "http://:9000", "https://user@id.example.org", "https://user:password@id.example.org",
            "https://id.example.org?x=1", "https://id.example.org/#top", "https://id example.org",
            " https://id.example.org", "https://id.example.org\n", "https://id.example.org\r\nx: y",
            "https://bücher.example", "https://id.example.org\\x", "https://<host>", "https:/id.example.org",
        ]
    )
    func refused(text: String) {
        #expect(AuthentikAddress(text) == nil)
    }

    @Test(
        "Says why it refuses, and nothing of what there is",
        arguments: [
            ("id.example.org", "has no scheme; write https:// or http:// before it"),
            ("", "has no scheme; write https:// or http:// before it"),
            ("ftp://id.example.org", "must begin with https:// or http://"),
            ("https:///api/v3", "has no host"), ("http://:9000", "has no host"), ("https://", "has no host"),
            ("https://user:password@id.example.org", "contains a user name; Authentik accepts only a token"),
            ("https://id.example.org?x=1", "has a query or fragment; remove it"),
            ("https://id example.org", "contains a character that is not allowed in a URL"),
            ("https://id.example.org/a@b", "contains a character that is not allowed in a URL"),
        ]
    )
    func reasons(text: String, expected: String) {
        #expect(AuthentikAddress.complaint(about: text) == expected)
        #expect(AuthentikAddress.complaint(about: "https://id.example.org/") == nil)
    }

    @Test(
        "Builds the URL of an endpoint, an object and a query",
        arguments: [
            (Endpoint.version, nil, [], "/api/v3/admin/version/"),
            (.applications, "grafana", [], "/api/v3/core/applications/grafana/"),
            (
                .applications, nil, [("superuser_full_list", "true"), ("page", "2")],
                "/api/v3/core/applications/?superuser_full_list=true&page=2"
            ),
            (
                .providers, nil, [("name", "a b&c=d/é?#%+")],
                "/api/v3/providers/oauth2/?name=a%20b%26c%3Dd%2F%C3%A9%3F%23%25%2B"
            ),
            (.entitlements, "a/../b?c", [], "/api/v3/core/application_entitlements/a%2F..%2Fb%3Fc/"),
            (.applications, "\u{1}\u{7f}-._~", [], "/api/v3/core/applications/%01%7F-._~/"),
        ] as [(Endpoint, String?, [(String, String)], String)]
    )
    func urls(endpoint: Endpoint, key: String?, query: [(String, String)], expected: String) throws {
        let address = try #require(AuthentikAddress("https://h/auth"))
        #expect(address.url(endpoint, key, query: query) == "https://h/auth" + expected)
    }
}
