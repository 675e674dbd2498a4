import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// `jwtFederation`: providers that take each other's tokens for their own.
@Suite(.timeLimit(.minutes(60))) struct TokenFederationTests {
    private static func file(_ ofGrafana: String, _ ofArgoCD: String) -> String {
        let argocd = """
            - slug: argocd
              port: 8443
              redirectPath: /auth/callback
              secretRef: {env: ARGOCD_OIDC_CLIENT_SECRET}
              \(ofArgoCD)

            """
        return services(grafana(ofGrafana) + argocd)
    }

    private static let both = file(
        "jwtFederation: {providers: [argocd]}",
        "jwtFederation: {providers: [grafana, argocd]}"
    )

    @Test(arguments: Sandbox.Release.allCases)
    func `they may name each other, also where both are new`(_ release: Sandbox.Release) async throws {
        try await withTarget(release) { target in
            try await withServices(Self.both) { path in
                let plan = try await target.run("plan", "--config", path)
                #expect(plan.status == 2)
                #expect(plan.output.firstMatch(of: #/jwtFederation\.providers +argocd/#) != nil)
                let once = try await target.run("--once", "--config", path)
                #expect(once.status == 0, "\(once.output)")
                once.expectNoSecrets()
                let grafana = try await target.admin.provider("grafana")
                let argocd = try await target.admin.provider("argocd")
                let pks = [grafana["pk"]?.integer ?? 0, argocd["pk"]?.integer ?? 0]
                #expect(grafana["jwt_federation_providers"]?.array?.compactMap(\.integer) == [pks[1]])
                #expect(Set(argocd["jwt_federation_providers"]?.array?.compactMap(\.integer) ?? []) == Set(pks))

                target.sandbox.resetRequests()
                let calm = try await target.run("--once", "--config", path)
                #expect(calm.status == 0 && calm.output.contains("2 services: 2 in sync"))
                #expect(target.writes == [])

                let export = try await target.run("export", "--owner", "homelab")
                #expect(export.output.contains("jwtFederation: {providers: [argocd]}"), "\(export.output)")
                #expect(export.output.contains("jwtFederation: {providers: [argocd, grafana]}"))

                try await target.admin.changeProvider("grafana", ["jwt_federation_providers": []])
                let corrected = try await target.run("--once", "--config", path)
                #expect(corrected.status == 0 && corrected.output.contains("jwtFederation.providers"))
            }
            try await withServices(Self.file("jwtFederation: {providers: []}", "")) { path in
                let emptied = try await target.run("--once", "--config", path)
                #expect(emptied.status == 0, "\(emptied.output)")
                for name in ["grafana", "argocd"] {
                    #expect(try await target.admin.provider(name)["jwt_federation_providers"] == [])
                }
            }
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `so are sources, for which an account needs no right unless a file names one`(
        _ release: Sandbox.Release
    ) async throws {
        try await withTarget(release) { target in
            target.sandbox.change { $0.addSource(name: "GitHub", slug: "github") }
            try await withServices(services(grafana("jwtFederation: {sources: [github]}"))) { path in
                let once = try await target.run("--once", "--config", path)
                #expect(once.status == 0, "\(once.output)")
                #expect(once.output.firstMatch(of: #/jwtFederation\.sources +github/#) != nil)
                #expect(try await target.admin.provider("grafana")["jwt_federation_sources"]?.array?.count == 1)
                let calm = try await target.run("--once", "--config", path)
                #expect(calm.output.contains("1 service: 1 in sync"))
                let export = try await target.run("export", "--owner", "homelab")
                #expect(export.output.contains("jwtFederation: {sources: [github]}"), "\(export.output)")
            }
            target.sandbox.resetRequests()
            try await withServices(services(grafana("jwtFederation: {sources: [githup]}"))) { path in
                let plan = try await target.run("plan", "--config", path)
                #expect(plan.status == 1)
                #expect(plan.output.contains(/no OAuth source 'githup' \(.*:[0-9]+:[0-9]+\); did you mean 'github'\?/))
            }
            #expect(target.sandbox.requests.contains { $0.path.contains("sources/all") })
            target.sandbox.resetRequests()
            try await withServices(services(grafana())) { path in
                let plan = try await target.run("plan", "--config", path)
                #expect(plan.status == 2)
            }
            #expect(!target.sandbox.requests.contains { $0.path.contains("sources/all") })
        }
    }

    @Test func `one that nobody has is a mistake with the nearest name`() async throws {
        try await withTarget { target in
            try await withServices(Self.file("jwtFederation: {providers: [argocf]}", "")) { path in
                for arguments in [["plan"], ["--once"]] {
                    let command = Command(arguments + ["--config", path], environment: target.environment)
                    let result = try await command.run()
                    #expect(result.status == 1)
                    #expect(
                        result.output.contains(
                            /application 'argocf' with an OAuth2 provider \(.*:[0-9]+:[0-9]+\); did you mean 'argocd'\?/
                        ),
                        "\(result.output)"
                    )
                }
                #expect(try await target.admin.list("core/applications/").count == 1)
                let doctor = try await target.run("doctor", "--config", path)
                #expect(doctor.output.contains("application 'argocf' with an OAuth2 provider, which blocks 'grafana'"))
            }
        }
    }

    @Test func `one that cannot be made leaves the rest of the service alone`() async throws {
        try await withTarget { target in
            try await withServices(Self.both) { path in
                let once = try await target.run(
                    "--once",
                    "--config",
                    path,
                    changing: ["ARGOCD_OIDC_CLIENT_SECRET": nil]
                )
                #expect(once.status == 1)
                #expect(once.output.contains("jwtFederation.providers is not set: 'argocd' has no provider yet"))
                #expect(try await target.admin.mark(of: "grafana") != nil)
                let only = try await target.run("--once", "--config", path, "--only", "grafana")
                #expect(only.status == 1)
                #expect(only.output.contains("'argocd' has no provider yet and gets none in this pass"))
                let whole = try await target.run("--once", "--config", path)
                #expect(whole.status == 0, "\(whole.output)")
                #expect(try await target.admin.provider("grafana")["jwt_federation_providers"]?.array?.count == 1)
            }
        }
    }
}
