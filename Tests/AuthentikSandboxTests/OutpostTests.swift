import AuthentikSandbox
import Foundation
import JSON
import Testing

/// Outposts beyond what was recorded in the scenarios `proxy` and `forward-auth`.
@Suite(.timeLimit(.minutes(60))) struct OutpostTests {
    private static let path = "outposts/instances/"

    private func pk(_ workshop: Workshop, _ filter: String) async throws -> String {
        let found = try await workshop.get("\(Self.path)?\(filter)").json?["results"]?.array
        try #require(found?.count == 1)
        return try #require(found?.first?["pk"]?.string)
    }

    private func embedded(_ workshop: Workshop) async throws -> String {
        Self.path + (try await pk(workshop, "managed__iexact=goauthentik.io/outposts/embedded")) + "/"
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `a list is filtered`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            workshop.sandbox.change { state in
                state.addOutpost(name: "Edge", providers: ["gate"])
                state.addOutpost(name: "Directory", type: .ldap)
            }
            #expect(try await workshop.count(Self.path) == 3)
            #expect(try await workshop.count(Self.path + "?name__iexact=edge") == 1)
            #expect(try await workshop.count(Self.path + "?name__icontains=ED") == 2)
            #expect(try await workshop.count(Self.path + "?managed__icontains=embedded") == 1)
            #expect(try await workshop.count(Self.path + "?providers__isnull=false") == 1)
            let gate = try await workshop.get("providers/proxy/").json?["results"]?.array?.first
            #expect(gate?["outpost_set"] == ["Edge"])
            let number = gate?["pk"]?.integer ?? 0
            #expect(try await workshop.count(Self.path + "?providers_by_pk=\(number)") == 1)
            #expect(try await workshop.get(Self.path + "?providers_by_pk=999").status == 400)
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `a provider named twice counts once, or is an error of the server's`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            workshop.sandbox.change { $0.addProxyProvider("gate", externalHost: "https://gate.example.org") }
            let gate = try #require(try await workshop.get("providers/proxy/").json?["results"]?.array?.first?["pk"])
            let path = try await embedded(workshop)
            let twice = try await workshop.patch(path, ["providers": [gate, gate]])
            if release == .december2025 {
                #expect(twice.status == 405)
                #expect(twice.text.isEmpty)
                #expect(try await workshop.get(path).json?["providers"] == [])
            } else {
                #expect(twice.json?["providers"] == [gate])
            }
            #expect(try await workshop.patch(path, ["providers": [gate]]).json?["providers"] == [gate])
            #expect(try await workshop.delete("providers/proxy/\(gate.integer ?? 0)/").status == 204)
            #expect(try await workshop.get(path).json?["providers"] == [])
        }
    }

    @Test func `whether a provider fits is looked at only beside the type`() async throws {
        try await Workshop.open { workshop in
            workshop.sandbox.change { $0.addOutpost(name: "Edge", providers: ["gate"]) }
            let path = Self.path + (try await pk(workshop, "name__iexact=Edge")) + "/"
            let service = try await workshop.makeService("a")
            #expect(try await workshop.patch(path, ["providers": [service]]).json?["providers"] == [service])
            let refused = try await workshop.patch(path, ["type": "proxy", "providers": [service]])
            let message: JSONValue = ["Outpost type proxy can't be used with OAuth2Provider providers."]
            #expect(refused.json == ["providers": message])
            let emptied = try await workshop.patch(path, ["providers": []])
            #expect(emptied.json == ["providers": ["This list may not be empty."]])
            let embedded = try await embedded(workshop)
            #expect(try await workshop.patch(embedded, ["providers": []]).status == 200)
        }
    }

    @Test func `the embedded one keeps its name, and a name is taken once`() async throws {
        try await Workshop.open { workshop in
            workshop.sandbox.change { $0.addOutpost(name: "Edge", providers: ["gate"]) }
            let path = try await embedded(workshop)
            let renamed = try await workshop.patch(path, ["name": "Mine"])
            #expect(renamed.json == ["name": ["Embedded outpost's name cannot be changed"]])
            let taken = try await workshop.patch(path, ["name": "Edge"])
            #expect(taken.json == ["name": ["Outpost with this name already exists."]])
            let empty = try await workshop.post(Self.path, [:])
            #expect(Set(empty.json?.object?.keys.map(\.self) ?? []) == ["name", "type", "providers", "config"])
        }
    }

    @Test func `its health says when each of its processes was last seen`() async throws {
        try await Workshop.open(.august2026) { workshop in
            let seen = Date(timeIntervalSince1970: 1_700_000_000)
            workshop.sandbox.change { state in
                state.addOutpost(name: "Edge", providers: ["gate"])
                state.setHealth(
                    ofOutpost: "Edge",
                    to: [
                        OutpostInstance(hostname: "edge-1", version: "2026.8.1", lastSeen: seen),
                        OutpostInstance(hostname: "edge-2"),
                    ]
                )
            }
            let path = Self.path + (try await pk(workshop, "name__iexact=Edge")) + "/health/"
            let health = try #require(try await workshop.get(path).json?.array)
            #expect(health.map { $0["hostname"] } == ["edge-1", "edge-2"])
            #expect(health[0]["last_seen"] == "2023-11-14T22:13:20.000000Z")
            #expect(health.map { $0["version_outdated"] } == [true, false])
            #expect(health[1]["version"] == "2026.8.6")
            let permissions = ["authentik_providers_proxy.view_proxyprovider"]
            let viewer = try await workshop.account("viewer", permissions: permissions)
            #expect(try await viewer.send("GET", "/api/v3/\(path)").status == 403)
        }
    }

    @Test func `the embedded one answers a ping while it runs`() async throws {
        try await Workshop.open { workshop in
            let path = "/outpost.goauthentik.io/ping"
            #expect(try await workshop.client.send("GET", path, as: HTTPClient.Credentials.none).status == 204)
            let embedded = try await embedded(workshop)
            #expect(try await workshop.get("\(embedded)health/").json?.array?.count == 1)
            workshop.sandbox.change { $0.setHealth(ofOutpost: SandboxState.embeddedOutpost, to: []) }
            #expect(try await workshop.client.send("GET", path, as: HTTPClient.Credentials.none).status == 404)
        }
    }

    @Test func `writes are events, and each needs its permission`() async throws {
        try await Workshop.open { workshop in
            workshop.sandbox.change { $0.addProxyProvider("gate", externalHost: "https://gate.example.org") }
            let gate = try #require(try await workshop.get("providers/proxy/").json?["results"]?.array?.first?["pk"])
            let made = try await workshop.post(
                Self.path,
                ["name": "Edge", "type": "proxy", "providers": [gate], "config": [:]]
            )
            let path = Self.path + (try #require(made.json?["pk"]?.string)) + "/"
            let viewer = try await workshop.account("viewer", permissions: ["authentik_outposts.view_outpost"])
            let changer = try await workshop.account("changer", permissions: ["authentik_outposts.change_outpost"])
            #expect(try await viewer.send("GET", "/api/v3/\(path)").status == 200)
            #expect(try await viewer.send("PATCH", "/api/v3/\(path)", ["providers": [gate]]).status == 403)
            #expect(try await changer.send("PATCH", "/api/v3/\(path)", ["providers": [gate]]).status == 200)
            #expect(try await changer.send("DELETE", "/api/v3/\(path)").status == 403)
            #expect(try await workshop.delete(path).status == 204)
            let events = try await workshop.get("events/events/?context_model_name=outpost&ordering=created")
            let actions = (events.json?["results"]?.array ?? []).compactMap { $0["action"]?.string }
            #expect(actions == ["model_created", "model_updated", "model_deleted"])
        }
    }

    @Test func `a state tells of its outposts`() throws {
        var state = SandboxState(token: "t")
        #expect(state.outposts.map(\.isEmbedded) == [true])
        state.addOutpost(name: SandboxState.embeddedOutpost, providers: ["wiki", "gate"])
        let pk = state.addOutpost(name: "Edge", providers: ["gate"])
        #expect(state.addOutpost(name: "Edge", providers: ["gate"]) == pk)
        #expect(state.outposts.map(\.providers) == [["gate", "wiki"], ["gate"]])
        #expect(state.scopeMappings(ofProvider: "gate")?.count == 5)
        state.removeOutpost("Edge")
        #expect(state.outposts.count == 1)
    }
}
