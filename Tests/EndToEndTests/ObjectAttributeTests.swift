import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// An administrator's definition of an attribute (since 2026.8) that refuses ownership marks.
@Suite(.timeLimit(.minutes(60))) struct ObjectAttributeTests {
    private static let entitlements = "/api/v3/core/application_entitlements/"

    @Test func `a new service waits for its mark only, and heals when the definition goes`() async throws {
        try await withTarget(.august2026) { target in
            try await withServices(services(grafana())) { path in
                target.sandbox.change { $0.addEntitlementAttribute("team", isRequired: true) }
                for number in 1...3 {
                    target.sandbox.resetRequests()
                    let once = try await target.run("--once", "--config", path)
                    #expect(once.status == 1)
                    #expect(once.output.contains("the object attribute 'team', defined in Authentik"))
                    #expect(once.output.contains("attributes_team: This field is required."))
                    once.expectNoSecrets()
                    #expect(target.writes.count { $0.hasPrefix("PUT") } == (number == 1 ? 1 : 0))
                    #expect(target.writes.filter { !$0.hasPrefix("PUT") } == ["POST \(Self.entitlements)"])
                    #expect(try await target.admin.list("core/applications/").count == 1)
                    #expect(try await target.admin.list("providers/oauth2/").count == 1)
                }
                // What carries no mark is nobody's to delete.
                let empty = services("[]", top: "prune: true\n").replacing("services:\n  []", with: "services: []")
                try await withServices(empty) { empty in
                    let pruned = try await target.run("--once", "--config", empty, "--allow-deletions", "5")
                    #expect(pruned.status == 0)
                }
                #expect(try await target.admin.list("core/applications/").count == 1)
                target.sandbox.change { $0.removeEntitlementAttribute("team") }
                target.sandbox.resetRequests()
                let healed = try await target.run("--once", "--config", path)
                #expect(healed.status == 0)
                #expect(target.writes == ["POST \(Self.entitlements)"])
                let calm = try await target.run("--once", "--config", path)
                #expect(calm.output.contains("1 service: 1 in sync"))
            }
        }
    }

    @Test func `a mark that is to be changed is refused alike`() async throws {
        try await withTarget(.august2026) { target in
            try await withServices(services(grafana())) { path in
                let created = try await target.run("--once", "--config", path)
                #expect(created.status == 0)
            }
            target.sandbox.change { $0.addEntitlementAttribute("team", isRequired: true) }
            try await withServices(services(grafana("description: Dashboards"))) { path in
                let once = try await target.run("--once", "--config", path)
                #expect(once.status == 1)
                #expect(once.output.contains("the object attribute 'team', defined in Authentik"))
                target.sandbox.change { $0.removeEntitlementAttribute("team") }
                #expect(try await target.run("--once", "--config", path).status == 0)
            }
        }
    }

    /// Each is created by other requests.
    @Test(arguments: [
        "- {slug: docs, port: 8446}", "- {slug: docs, port: 8446, access: {users: [akadmin]}}",
        "- {slug: docs, port: 8446, forwardAuth: {mode: single}}",
    ])
    func `whatever is new says that only its mark is missing, and is made once`(_ service: String) async throws {
        try await withTarget(.august2026) { target in
            try await withServices(services(service)) { path in
                target.sandbox.change { $0.addEntitlementAttribute("cost.center", isRequired: true) }
                let created = try await target.run("--once", "--config", path)
                #expect(created.status == 1)
                #expect(
                    created.output.contains("created, but without its ownership mark, which the next pass writes: "),
                    "\(created.output)"
                )
                target.sandbox.resetRequests()
                let again = try await target.run("--once", "--config", path)
                #expect(again.output.contains("error: its ownership mark is not written: "), "\(again.output)")
                #expect(again.output.contains("the object attribute 'cost.center', defined in Authentik"))
                #expect(target.writes == ["POST \(Self.entitlements)"])
                target.sandbox.change { $0.removeEntitlementAttribute("cost.center") }
                let healed = try await target.run("--once", "--config", path)
                #expect(healed.status == 0, "\(healed.output)")
                #expect(try await target.admin.list("core/applications/").count == 1)
                #expect(try await target.admin.list("core/application_entitlements/").count == 1)
                #expect(try await target.run("plan", "--config", path).status == 0)
            }
        }
    }
}
