import AuthentikSandbox
import JSON
import Testing

/// The audit log beyond what was recorded.
@Suite(.timeLimit(.minutes(60))) struct EventTests {
    /// What was logged, the oldest first: `model_created application a`.
    private func log(_ workshop: Workshop) async throws -> [String] {
        let changes = "actions=model_created&actions=model_updated&actions=model_deleted"
        let events = try await workshop.get("events/events/?page_size=100&\(changes)").json?["results"]?.array ?? []
        return events.reversed().map { event in
            let model = event["context"]?["model"]
            let words = [event["action"], model?["model_name"], model?["name"]].compactMap { $0?.string }
            return words.joined(separator: " ")
        }
    }

    @Test func `a write that changes nothing is logged, a refused one is not`() async throws {
        try await Workshop.open { workshop in
            _ = try await workshop.post("core/applications/", ["name": "A", "slug": "a"])
            _ = try await workshop.patch("core/applications/a/", ["name": "A"])
            _ = try await workshop.patch("core/applications/a/", ["slug": "not a slug"])
            _ = try await workshop.post("core/applications/", ["name": "A", "slug": "a"])
            #expect(try await log(workshop) == ["model_created application A", "model_updated application A"])
        }
    }

    @Test func `what falls with an application is logged after it`() async throws {
        try await Workshop.open { workshop in
            let pk = try await workshop.makeService("a")
            let application = try await workshop.get("core/applications/a/").json?["pk"] ?? .null
            _ = try await workshop.post("core/application_entitlements/", ["name": "mark", "app": application])
            try await workshop.bar("a")
            let before = try await log(workshop).count
            _ = try await workshop.delete("core/applications/a/")
            _ = try await workshop.delete("providers/oauth2/\(pk.integer ?? 0)/")
            #expect(
                try await Array(log(workshop).dropFirst(before)) == [
                    "model_deleted application a",
                    "model_deleted policybinding Binding from a #0 to Group may-open-a",
                    "model_deleted applicationentitlement mark",
                    "model_deleted oauth2provider a",
                ]
            )
        }
    }

    @Test func `a flow takes its providers along`() async throws {
        try await Workshop.open { workshop in
            let pk = try await workshop.makeService("a")
            let flows = try await workshop.get("flows/instances/").json?["results"]?.array
            let slug = try #require(flows?.first?["slug"]?.string)
            #expect(try await workshop.delete("flows/instances/\(slug)/").status == 204)
            #expect(try await workshop.get("providers/oauth2/\(pk.integer ?? 0)/").status == 404)
            #expect(try await workshop.get("core/applications/a/").json?["provider"] == JSONValue.null)
            #expect(try await log(workshop).suffix(2).last == "model_deleted oauth2provider a")
        }
    }

    @Test func `it says who did it`() async throws {
        try await Workshop.open { workshop in
            let permissions = ["authentik_core.add_application"]
            let member = try await workshop.account("member", permissions: permissions)
            _ = try await member.send("POST", "/api/v3/core/applications/", ["name": "A", "slug": "a"])
            let event = try await workshop.get("events/events/?username=member").json?["results"]?.array?.first
            #expect(event?["user"]?["username"] == "member")
            #expect(event?["context"]?["http_request"]?["path"] == "/api/v3/core/applications/")
        }
    }

    @Test func `an event of 2024 masks secrets`() async throws {
        try await Workshop.open(.december2024) { workshop in
            try await workshop.makeService("a", ["client_secret": "hush-hush"])
            let events = try await workshop.get("events/events/?page_size=100")
            #expect(!events.text.contains("hush-hush"))
            #expect(events.text.contains(#""client_secret":{"new_value":"********************""#))
        }
    }
}
