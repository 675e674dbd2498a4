import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// `plan` with the token of an account that may only look, which is shown no client secret from 2026.2.7, 2026.5.7 and 2026.8.2 on.
@Suite(.timeLimit(.minutes(60))) struct HiddenSecretTests {
    private static let hiding: [Sandbox.Release] = [.february2026, .may2026, .august2026]

    private func withViewer(
        _ release: Sandbox.Release,
        _ body: @escaping @Sendable (Target, _ token: String) async throws -> Void
    ) async throws {
        try await withTarget(release) { target in
            #expect(try await target.run("--once", "--config", homelab).status == 0)
            // The homelab's file says who may open services, and has some behind an outpost.
            let ofFile = [
                "authentik_core.view_group", "authentik_policies.view_policybinding",
                "authentik_policies_expression.view_expressionpolicy", "authentik_outposts.view_outpost",
                "authentik_providers_proxy.view_proxyprovider",
            ]
            let permissions = Admin.passPermissions.filter { $0.contains(".view_") } + ofFile
            let token = try await target.admin.makeServiceAccount("viewer", permissions: permissions)
            target.sandbox.resetRequests()
            try await body(target, token)
        }
    }

    @Test(arguments: hiding)
    func `a secret that is the same is in sync, and one that changed is to be set`(
        _ release: Sandbox.Release
    ) async throws {
        try await withViewer(release) { target, token in
            let calm = try await target.run("plan", "--config", homelab, changing: ["AUTHENTIK_TOKEN": token])
            #expect(calm.status == 0)
            #expect(calm.output.contains("Plan: nothing to do; 7 in sync."))
            #expect(!calm.output.contains("note:"))
            let rotated = try await target.run(
                "plan",
                "--config",
                homelab,
                changing: ["AUTHENTIK_TOKEN": token, "GRAFANA_OAUTH_CLIENT_SECRET": "r0t4t3d-s3cr3t"]
            )
            #expect(rotated.status == 2)
            #expect(rotated.output.contains("~ grafana"))
            #expect(rotated.output.firstMatch(of: #/clientSecret +\(changed\)/#) != nil)
            #expect(rotated.output.contains("Plan: 1 to update; 6 in sync."))
            for result in [calm, rotated] {
                result.expectNoSecrets()
                #expect(!(result.output + result.errors).contains("r0t4t3d-s3cr3t"))
                #expect(!(result.output + result.errors).contains(token))
            }
        }
    }

    @Test(arguments: hiding)
    func `a secret that cannot be compared is no quiet in sync`(_ release: Sandbox.Release) async throws {
        try await withViewer(release) { target, token in
            target.sandbox.faults.set(.init(rules: [try .init(parsing: "html=200,path=/application/o/revoke/")]))
            for format in ["text", "markdown", "json"] {
                let result = try await target.run(
                    "plan",
                    "--config",
                    homelab,
                    "--output",
                    format,
                    changing: ["AUTHENTIK_TOKEN": token]
                )
                #expect(result.status == 0)
                result.expectNoSecrets()
                #expect(result.output.contains("authentik_providers_oauth2.change_oauth2provider"))
                #expect(result.output.contains("its secret could not be compared"))
                #expect(result.output.contains("as declared, except for its secret") || format == "markdown")
                let counts = "nothing to write; 5 in sync, 2 with a secret that was not compared"
                #expect(result.output.contains(counts) || format == "json", "\(result.output)")
            }
            let once = try await target.run("--once", "--config", homelab, changing: ["AUTHENTIK_TOKEN": token])
            #expect(once.output.contains("its secret could not be compared"))
            #expect(once.output.contains("5 in sync, 2 with a secret that was not compared"), "\(once.output)")
            once.expectNoSecrets()
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `doctor says whether hidden secrets can be compared`(_ release: Sandbox.Release) async throws {
        try await withViewer(release) { target, token in
            let finding = "client secrets"
            func doctor(_ token: String) async throws -> String {
                let result = try await target.run("doctor", "--config", homelab, changing: ["AUTHENTIK_TOKEN": token])
                result.expectNoSecrets()
                return result.output
            }
            let compared = try await doctor(token)
            target.sandbox.faults.set(.init(rules: [try .init(parsing: "html=200,path=/application/o/revoke/")]))
            let unknown = try await doctor(token)
            guard Self.hiding.contains(release) else {
                #expect(!compared.contains(finding) && !unknown.contains(finding))
                return
            }
            let missing = "(needs the permission authentik_providers_oauth2.change_oauth2provider)"
            #expect(compared.contains("= \(finding)") && compared.contains(missing), "\(compared)")
            #expect(unknown.contains("! \(finding)") && unknown.contains(missing), "\(unknown)")
            #expect(unknown.contains("gave no clear answer: "))
            // Who may change providers is shown them.
            let shown = try await doctor(EndToEndTests.token)
            #expect(!shown.contains(finding))
        }
    }
}
