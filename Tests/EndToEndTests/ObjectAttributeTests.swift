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
}
