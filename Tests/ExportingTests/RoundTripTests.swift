import Applying
import AuthentikAPI
import AuthentikSandbox
import CurlTransport
import DesiredState
import Exporting
import JSON
import Kinds
import Planning
import SecretSources
import TestSupport
import Testing

/// Export, plan, empty: whatever somebody has clicked together.
@Suite(.timeLimit(.minutes(60))) struct RoundTripTests {
    static let worlds: [(Sandbox.Release, UInt64)] = [
        (.december2025, 1), (.december2025, 2), (.december2025, 3), (.december2024, 4), (.may2026, 5), (.august2026, 6),
    ]

    @Test(arguments: worlds)
    func anExportPlansNothingAndIsTakenOverWithoutAChange(_ release: Sandbox.Release, _ seed: UInt64) async throws {
        try await withWorkshop(release) { workshop in
            var workshop = workshop
            try await workshop.furnish(with: SeededRandom(seed: seed), services: 40)

            // What nobody has marked is adopted, and not a field of it changes.
            let first = try await workshop.export(.all(owner: "homelab"))
            let desired = try load(first)
            #expect(desired.services.count == first.declared)
            #expect(first.declared > 20, "too much is left out: \(first.commented)")
            let plan = try await workshop.pass(desired).plan().plan
            for service in plan.services {
                #expect(service.decision == .adopt, "\(service.slug): \(service.reason)\n\(first.text)")
                #expect(service.changes.isEmpty, "\(service.slug): \(service.changes)\n\(first.text)")
            }
            expectNoSecret(of: workshop, in: first.text)

            // A pass writes marks, the second nothing; then the marked ones are the same file.
            workshop.sandbox.resetRequests()
            #expect(try await workshop.pass(desired).run().isConverged)
            let writes = workshop.sandbox.requests.filter(\.isWrite)
            #expect(writes.count == desired.services.count)
            #expect(writes.allSatisfy { $0.path.hasPrefix("/api/v3/core/application_entitlements/") })
            workshop.sandbox.resetRequests()
            #expect(try await workshop.pass(desired).run().isConverged)
            #expect(workshop.sandbox.requests.filter(\.isWrite).isEmpty)

            // What somebody clicks at meanwhile is their file's own, or stays a comment.
            for service in desired.services.prefix(8) {
                try await workshop.admin.changeApplication(
                    service.slug,
                    ["meta_description": "By hand\n- slug: evil", "group": "", "open_in_new_tab": true]
                )
            }
            let second = try await workshop.export(.marked(owner: "homelab"))
            #expect(second.declared == first.declared)
            let again = try load(second)
            let services = try await workshop.pass(again).plan().plan.services
            for service in services {
                #expect(service.decision == .inSync, "\(service.slug): \(service.reason)\n\(second.text)")
            }
            #expect(again.services.map(\.slug) == desired.services.map(\.slug))
            #expect(second.text == (try await workshop.export(.marked(owner: "homelab")).text))
        }
    }

    @Test func aThousandServicesAreAHandfulOfRequests() async throws {
        var configuration = Sandbox.Configuration(token: "sandbox-token")
        var state = SandboxState(release: .december2025, token: "sandbox-token")
        state.addServices(1_000)
        configuration.state = state
        try await withWorkshop(configuration) { workshop in
            workshop.sandbox.resetRequests()
            let export = try await workshop.export(.all(owner: nil))
            #expect(export.declared + export.commented.count == 1_000)
            let paths = Set(workshop.sandbox.requests.map { $0.path.prefix { $0 != "?" } }).sorted()
            #expect(paths.count <= 13, "\(paths)")
            // Thirteen kinds of things; applications and providers are ten pages each.
            #expect(workshop.sandbox.requests.count <= 33)
            _ = try load(export)
        }
    }

    @Test func anAccountThatIsNoSuperuserIsToldSo() async throws {
        try await withWorkshop(.december2025) { workshop in
            var workshop = workshop
            try await workshop.admin.send("POST", "core/users/service_account/", ["name": "limited"])
            let user = try await workshop.admin.list("core/users/?username=limited").first?["pk"] ?? .null
            try await workshop.admin.send(
                "POST",
                "core/tokens/",
                ["identifier": "limited", "user": user, "intent": "api", "expiring": false]
            )
            workshop.token = try await workshop.admin.send("GET", "core/tokens/limited/view_key/")["key"]?.string ?? ""
            let limited = workshop
            let failure = await #expect(throws: PassFailure.self) {
                _ = try await limited.export(.marked(owner: "homelab"))
            }
            #expect(failure?.kind == .refused)
            #expect(failure?.description.contains("an export needs the token of a superuser") == true)
        }
    }

    private func load(_ export: Export) throws -> DesiredState {
        let source = DesiredStateLoader.Source(path: "export.yaml", bytes: Array(export.text.utf8))
        let result = DesiredStateLoader.load(sources: [source])
        #expect(export.problems == [])
        #expect(
            result.diagnostics.filter { !$0.message.contains("has the same name as") && $0.severity == .error } == [],
            "\(export.text)"
        )
        return try #require(result.state, "\(export.text)")
    }

    private func expectNoSecret(of workshop: Workshop, in text: String) {
        for secret in workshop.secrets.values where secret.utf8.count > 4 { #expect(!text.contains(secret)) }
    }
}
