import JSON
import Testing

/// What the fields of a model take, beyond what the recordings show.
@Suite(.timeLimit(.minutes(60))) struct FieldTests {
    @Test(arguments: [
        ("https://a.example.org/%(username)s/%(email)s", "https://a.example.org/akadmin/akadmin@example.com"),
        ("https://%(username)s.example.org", "https://akadmin.example.org"),
        ("https://a.example.org/100%%", "https://a.example.org/100%"),
        ("https://a.example.org/a%20b", "https://a.example.org/a%20b"),
        ("https://a.example.org/%(nobody)s", "https://a.example.org/%(nobody)s"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("http://grafana", "http://grafana"),
        ("https://user:pw@[::1]:8443/x", "https://user:pw@[::1]:8443/x"),
        ("blank://blank", "blank://blank"),
    ])
    func `a launch URL is taken, and its placeholders are filled`(url: String, launch: String) async throws {
        try await Workshop.open { workshop in
            let answer = try await workshop.post(
                "core/applications/",
                ["name": "A", "slug": "a", "meta_launch_url": .string(url)]
            )
            #expect(answer.json?["meta_launch_url"]?.string == url)
            #expect(answer.json?["launch_url"]?.string == launch)
        }
    }

    @Test(
        arguments: [
            ("meta_launch_url", "//a.example.org", "Enter a valid URL."),
            ("meta_launch_url", "https://", "Enter a valid URL."),
            ("meta_launch_url", "https://a b.example.org", "Enter a valid URL."),
            ("meta_launch_url", "https://-a.example.org", "Enter a valid URL."),
            ("meta_launch_url", "https://a.example.org:port", "Enter a valid URL."),
            ("meta_icon", "/etc/passwd", "Absolute paths are not allowed"),
            ("meta_icon", "a/../b.png", "Parent directory references ('..') are not allowed"),
            ("slug", "", "This field may not be blank."),
            ("provider", "x", "Incorrect type. Expected pk value, received str."),
            ("open_in_new_tab", "perhaps", "Must be a valid boolean."),
            ("group", .null, "This field may not be null."),
            ("name", ["a"], "Not a valid string."),
        ] as [(String, JSONValue, String)]
    )
    func `a field of an application is refused`(field: String, value: JSONValue, message: String) async throws {
        try await Workshop.open { workshop in
            let fields: [String: JSONValue] = ["name": "A", "slug": "a"]
            let answer = try await workshop.post(
                "core/applications/",
                .object(fields.merging([field: value]) { $1 })
            )
            #expect(answer.status == 400)
            #expect(answer.json == [field: [.string(message)]])
        }
    }

    @Test(arguments: [
        ("hours=1", true), ("hours=1;minutes=30", true), ("Hours= 1.5", true), ("hours=1;months=2", true),
        ("months=2", false), ("hours=1;", false), ("hours", false), ("hours=one", false),
    ])
    func `a duration`(text: String, isTaken: Bool) async throws {
        try await Workshop.open { workshop in
            let answer = try await workshop.post(
                "providers/oauth2/",
                workshop.provider("a", ["access_token_validity": .string(text)])
            )
            #expect(answer.status == (isTaken ? 201 : 400))
        }
    }

    @Test(arguments: [
        ("https://a.example.org:8443/cb?x=1#y", "https://a.example.org:8443?x=1#y"),
        ("https://a.example.org", "https://a.example.org"),
        ("app:/callback", "app:"),
        ("app://callback/x", "app://callback"),
    ])
    func `a launch URL is guessed from the first redirect URI`(uri: String, launch: String) async throws {
        try await Workshop.open { workshop in
            let provider = try await workshop.post(
                "providers/oauth2/",
                workshop.provider("a", redirectURIs: [["matching_mode": "strict", "url": .string(uri)]])
            )
            let answer = try await workshop.post(
                "core/applications/",
                ["name": "A", "slug": "a", "provider": try #require(provider.json?["pk"])]
            )
            #expect(answer.json?["launch_url"]?.string == launch)
        }
    }

    @Test func `the issuer follows the request`() async throws {
        try await Workshop.open { workshop in
            let provider = try await workshop.post("providers/oauth2/", workshop.provider("a"))
            let pk = try #require(provider.json?["pk"])
            let path = "/api/v3/providers/oauth2/\(try #require(pk.integer))/setup_urls/"
            let unlinked = try await workshop.client.send("GET", path).json
            #expect(unlinked?["issuer"]?.isNull == true)
            #expect(unlinked?["jwks"] == nil)
            _ = try await workshop.post("core/applications/", ["name": "A", "slug": "a", "provider": pk])
            let linked = try await workshop.client.send("GET", path).json
            #expect(linked?["issuer"]?.string == "\(workshop.client.baseURL)/application/o/a/")
        }
    }
}
