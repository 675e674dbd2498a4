import AuthentikSandbox
import JSON
import Testing

/// The list of applications, which lies to everybody but a superuser who asks for all.
@Suite(.timeLimit(.minutes(60))) struct ApplicationListTests {
    private static let path = "/api/v3/core/applications/"

    private func slugs(_ client: HTTPClient, _ query: String = "") async throws -> [String] {
        let list = try await client.send("GET", Self.path + query).json
        return (list?["results"]?.array ?? []).compactMap { $0["slug"]?.string }
    }

    private func withApplications(
        _ release: Sandbox.Release = .december2025,
        _ body: @Sendable (Workshop, HTTPClient) async throws -> Void
    ) async throws {
        try await Workshop.open(release) { workshop in
            for slug in ["a", "b", "c"] {
                _ = try await workshop.post("core/applications/", ["name": .string(slug), "slug": .string(slug)])
            }
            let member = try await workshop.account("member", permissions: ["authentik_core.view_application"])
            try await body(workshop, member)
        }
    }

    @Test func `what somebody may not open is missing, and counted`() async throws {
        try await withApplications { workshop, member in
            try await workshop.bar("b")
            let list = try await member.send("GET", Self.path + "?superuser_full_list=true").json
            #expect(list?["pagination"]?["count"] == 3)
            #expect(try await slugs(member) == ["a", "c"])
            #expect(try await member.send("GET", Self.path + "b/").status == 200)
            #expect(try await slugs(workshop.client) == ["a", "c"])
            #expect(try await slugs(workshop.client, "?superuser_full_list=true") == ["a", "b", "c"])
        }
    }

    @Test func `which applications a page shows is cached by user and page number, whatever the filter`() async throws {
        try await withApplications { workshop, member in
            #expect(try await slugs(member) == ["a", "b", "c"])
            #expect(try await slugs(member, "?slug=b") == ["a", "b", "c"])
            #expect(try await slugs(member, "?page_size=2&page=2") == ["c"])
            #expect(try await slugs(member, "?search=b") == ["b"])
            // Neither a binding nor a deletion empties the cache; the rows are read anew.
            try await workshop.bar("b")
            _ = try await workshop.delete("core/applications/c/")
            _ = try await workshop.patch("core/applications/a/", ["name": "renamed"])
            let rows = try await member.send("GET", Self.path).json?["results"]?.array
            #expect(rows?.compactMap { $0["name"]?.string } == ["renamed", "b"])
            // A new application does.
            _ = try await workshop.post("core/applications/", ["name": "d", "slug": "d"])
            #expect(try await slugs(member) == ["d", "a"])
        }
    }

    @Test func `the cache of 2024 holds rows as they were`() async throws {
        try await withApplications(.december2024) { workshop, member in
            #expect(try await slugs(member) == ["a", "b", "c"])
            _ = try await workshop.patch("core/applications/a/", ["slug": "z"])
            _ = try await workshop.delete("core/applications/c/")
            #expect(try await slugs(member) == ["a", "b", "c"])
            #expect(try await slugs(member, "?search=a") == ["z"])
        }
    }

    @Test(arguments: ["any", "all"], [Sandbox.Release.december2024, .december2025])
    func `a user, a group and a negation decide who may open`(
        mode: String,
        _ release: Sandbox.Release
    ) async throws {
        try await withApplications(release) { workshop, member in
            _ = try await workshop.patch("core/applications/a/", ["policy_engine_mode": .string(mode)])
            let application = try #require(try await workshop.get("core/applications/a/").json?["pk"])
            let user = try #require(try await member.send("GET", "/api/v3/core/users/me/").json?["user"]?["pk"])
            let group = try #require(try await workshop.get("core/groups/?name=member").json?["results"]?.array?.first)
            let bindings: [JSONValue] = [
                ["target": application, "order": 0, "user": user],
                ["target": application, "order": 1, "group": group["pk"] ?? .null, "negate": true],
            ]
            for binding in bindings {
                #expect(try await workshop.post("policies/bindings/", binding).status == 201)
            }
            let passing = try await member.send("GET", Self.path + "a/check_access/").json?["passing"]
            // 2025.12 takes one of several users and groups for all of them.
            #expect(passing == .bool(mode == "any" || release == .december2025))
        }
    }

    @Test func `a binding that is off guards nothing`() async throws {
        try await withApplications { workshop, member in
            try await workshop.bar("b")
            let binding = try #require(try await workshop.get("policies/bindings/?ordering=-order&page_size=100").json)
            let own = try #require(binding["results"]?.array?.first { !($0["group"]?.isNull ?? true) })
            let path = "policies/bindings/\(own["pk"]?.string ?? "")/"
            let off: JSONValue = [
                "target": own["target"] ?? .null, "group": own["group"] ?? .null, "enabled": false,
            ]
            #expect(try await workshop.patch(path, off).status == 200)
            #expect(try await slugs(member) == ["a", "b", "c"])
        }
    }
}
