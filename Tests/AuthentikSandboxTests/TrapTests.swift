import JSON
import Testing

/// Traps that the recordings of 2025.12.4 do not show; those of the releases before and after it do.
@Suite(.timeLimit(.minutes(60))) struct TrapTests {
    @Test(arguments: [["url": "https://a.example.org/b"], ["matching_mode": "strict"], [:]] as [JSONValue])
    func `an incomplete redirect URI is stored and poisons what reads it`(entry: JSONValue) async throws {
        try await Workshop.open { workshop in
            let good: JSONValue = [["matching_mode": "strict", "url": "https://a.example.org/a"]]
            let body = workshop.provider("a", redirectURIs: good)
            let pk = try #require(try await workshop.post("providers/oauth2/", body).json?["pk"]?.integer)
            let path = "/api/v3/providers/oauth2/\(pk)/"
            let application: JSONValue = ["name": "A", "slug": "a", "provider": .integer(pk)]
            #expect(try await workshop.post("core/applications/", application).status == 201)

            let patched = try await workshop.client.send("PATCH", path, ["redirect_uris": [entry]])
            #expect(patched.status == 405)
            #expect(patched.headers["content-type"] == "text/html; charset=utf-8")
            #expect(patched.headers["allow"] == "GET, HEAD, OPTIONS")
            #expect(patched.text == "")

            let reads = [
                path, "/api/v3/providers/oauth2/?search=a", "/api/v3/core/applications/a/",
                "/api/v3/core/applications/?superuser_full_list=true",
                "/application/o/a/.well-known/openid-configuration",
            ]
            for read in reads {
                let answer = try await workshop.client.send("GET", read)
                #expect(answer.status == 500, "\(read)")
                #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            }

            #expect(try await workshop.client.send("PUT", path, body).status == 200)
            for read in reads { #expect(try await workshop.client.send("GET", read).status == 200, "\(read)") }
        }
    }

    @Test(
        arguments: [
            (["matching_mode": "exact", "url": "https://a/"], ["matching_mode": ["\"exact\" is not a valid choice."]]),
            (["matching_mode": "strict", "url": .null], ["url": ["This field may not be null."]]),
            (["matching_mode": "strict", "url": ""], ["url": ["This field may not be blank."]]),
            ("https://a/", ["non_field_errors": ["Invalid data. Expected a dictionary, but got str."]]),
        ] as [(JSONValue, JSONValue)]
    )
    func `a wrong redirect URI is refused in a PATCH too`(entry: JSONValue, error: JSONValue) async throws {
        try await Workshop.open { workshop in
            let created = try await workshop.post("providers/oauth2/", workshop.provider("a"))
            let pk = try #require(created.json?["pk"]?.integer)
            let answer = try await workshop.client.send(
                "PATCH",
                "/api/v3/providers/oauth2/\(pk)/",
                ["redirect_uris": [entry]]
            )
            #expect(answer.status == 400)
            #expect(answer.json == ["redirect_uris": [error]])
        }
    }

    @Test func `a failed transaction leaves nothing behind`() async throws {
        try await Workshop.open { workshop in
            let path = "/api/v3/core/transactional/applications/"
            func transaction(_ more: [String: JSONValue]) -> JSONValue {
                let fields: [String: JSONValue] = [
                    "app": ["name": "A", "slug": "a"], "provider": workshop.provider("a"),
                    "provider_model": "authentik_providers_oauth2.oauth2provider",
                ]
                return .object(fields.merging(more) { $1 })
            }
            let binding = try await workshop.client.send(
                "PUT",
                path,
                transaction(["policy_bindings": [["order": 0]]])
            )
            #expect(binding.status == 400)
            #expect(
                binding.json?["policy_bindings"] == [
                    ["non_field_errors": ["One of 'group', 'policy', 'user' must be set."]]
                ]
            )
            let both = try await workshop.client.send("PUT", path, transaction(["app": [:], "provider": [:]]))
            #expect(both.json == ["app": ["name": ["This field is required."], "slug": ["This field is required."]]])
            #expect(try await workshop.count("providers/oauth2/") == 0)
            #expect(try await workshop.count("core/applications/") == 0)
        }
    }

    @Test func `a binding needs its target and its subject in every PATCH`() async throws {
        try await Workshop.open { workshop in
            let app = try await workshop.post("core/applications/", ["name": "A", "slug": "a"]).json?["pk"]
            let group = try await workshop.post("core/groups/", ["name": "g"]).json?["pk"]
            let target = try #require(app)
            let subject = try #require(group)
            let body: JSONValue = ["target": target, "group": subject, "order": 0]
            let pk = try #require(try await workshop.post("policies/bindings/", body).json?["pk"]?.string)
            let path = "/api/v3/policies/bindings/\(pk)/"
            let withoutTarget = try await workshop.client.send("PATCH", path, ["group": subject, "order": 6])
            #expect(withoutTarget.status == 405)
            let withoutSubject = try await workshop.client.send("PATCH", path, ["target": target, "order": 7])
            #expect(withoutSubject.json == ["non_field_errors": ["One of 'group', 'policy', 'user' must be set."]])

            // Without its group the application is open to everybody again.
            let groupPath = "/api/v3/core/groups/\(try #require(subject.string))/"
            #expect(try await workshop.client.send("DELETE", groupPath).status == 204)
            #expect(try await workshop.count("policies/bindings/?target=\(try #require(target.string))") == 0)
        }
    }

    @Test func `what falls with an application can be made anew`() async throws {
        try await Workshop.open { workshop in
            for _ in 0..<2 {
                let app = try await workshop.post("core/applications/", ["name": "A", "slug": "a"]).json?["pk"]
                let mark = try await workshop.post(
                    "core/application_entitlements/",
                    ["name": "mark", "app": try #require(app)]
                )
                #expect(mark.status == 201)
                #expect(try await workshop.client.send("DELETE", "/api/v3/core/applications/a/").status == 204)
                #expect(try await workshop.count("core/application_entitlements/") == 0)
            }
        }
    }
}
