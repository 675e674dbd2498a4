import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct ConvergenceTests {
    static let host = "https://holdens-mac-mini.story-larch.ts.net"

    @Test(arguments: [
        ("grafana", "Grafana", "\(host):8444", "/login/generic_oauth", "grafana-secret"),
        ("argocd", "ArgoCD", "\(host):8443", "/auth/callback", "argocd-secret"),
    ])
    func anOIDCServiceComesOutAsTheHandProcedureMadeIt(
        _ slug: String,
        _ name: String,
        _ origin: String,
        _ path: String,
        _ secret: String
    ) async throws {
        try await withHomelab { homelab in
            let admin = homelab.admin
            let provider = try await admin.provider(slug)
            let application = try await admin.application(slug)
            #expect(application["name"] == .string(name))
            #expect(application["meta_launch_url"] == .string(origin))
            #expect(application["provider"] == provider["pk"])
            #expect(provider["assigned_application_slug"] == .string(slug))
            #expect(provider["client_type"] == "confidential")
            #expect(provider["client_id"] == .string(slug))
            #expect(provider["client_secret"] == .string(secret))
            #expect(
                provider["redirect_uris"] == [["matching_mode": "strict", "url": .string(origin + path)]]
            )
            let key = try await admin.list("crypto/certificatekeypairs/?has_key=true").first
            #expect(key?["name"] == "authentik Self-signed Certificate")
            #expect(provider["signing_key"] == key?["pk"])
            #expect(
                provider["authorization_flow"]
                    == (try await admin.flow("default-provider-authorization-implicit-consent"))
            )
            #expect(provider["invalidation_flow"] == (try await admin.flow("default-provider-invalidation-flow")))
            var scopes: Set<JSONValue> = []
            for scope in ["openid", "email", "profile"] { scopes.insert(try await admin.scope(scope)) }
            #expect(Set(provider["property_mappings"]?.array ?? []) == scopes)
        }
    }

    /// Made with them, and made again; nobody logs in by one of them.
    @Test(arguments: [Sandbox.Release.earlyMay2026, .may2026, .august2026])
    func logoutRedirectURIsAreMadeWithTheirProvider(_ release: Sandbox.Release) async throws {
        try await withHomelab(isConverged: false, release) { homelab in
            let declare: @Sendable (inout DesiredState) -> Void = { desired in
                desired.services = desired.services.filter { $0.slug == "grafana" }
                desired.services[0].provider?.logoutRedirectURIs = [RedirectURI("https://example.net/bye")]
            }
            for _ in 1...2 {
                #expect(try await homelab.pass(declare).isConverged)
                let provider = try await homelab.admin.provider("grafana")
                let entries = provider["redirect_uris"]?.array ?? []
                #expect(entries.map { $0["redirect_uri_type"]?.string } == ["authorization", "logout"])
                #expect(entries.last?["url"] == "https://example.net/bye")
                homelab.sandbox.resetRequests()
                #expect(try await homelab.pass(declare).isConverged)
                #expect(homelab.writes == [])
                try await homelab.admin.send("DELETE", "providers/oauth2/\(provider["pk"]?.integer ?? 0)/")
            }
        }
    }

    @Test func bookmarksHaveNoProvider() async throws {
        try await withHomelab { homelab in
            for slug in ["infisical", "launchfast", "openclaw", "trivy", "mkdocs"] {
                let application = try await homelab.admin.application(slug)
                #expect(application["provider"] == JSONValue.null)
            }
            #expect(try await homelab.admin.list("providers/oauth2/").count == 2)
        }
    }

    @Test func anOIDCServiceIsOneTransactionAndEveryServiceIsMarked() async throws {
        try await withHomelab(isConverged: false) { homelab in
            try await homelab.pass()
            #expect(homelab.writes.filter { $0 == "PUT /api/v3/core/transactional/applications/" }.count == 2)
            #expect(homelab.writes.filter { $0 == "POST /api/v3/core/applications/" }.count == 5)
            #expect(homelab.writes.filter { $0 == "POST /api/v3/core/application_entitlements/" }.count == 7)
            #expect(homelab.writes.count == 14)
            let provider = try await homelab.admin.provider("grafana")["pk"]
            let mark = try #require(try await homelab.admin.mark(of: "grafana"))
            #expect(mark["owner"] == "homelab")
            #expect(mark["version"] == 1)
            #expect(mark["slug"] == "grafana")
            #expect(mark["provider"] == provider)
            #expect(try await homelab.admin.mark(of: "mkdocs")?["provider"] == JSONValue.null)
        }
    }

    @Test func theSecondPassSendsEightRequestsAndNoWrite() async throws {
        try await withHomelab { homelab in
            let report = try await homelab.pass()
            #expect(homelab.sandbox.requests.count == 8)
            #expect(homelab.writes == [])
            #expect(report.outcomes.allSatisfy { $0.plan.decision == .inSync })
        }
    }

    @Test func manyServicesTakeAHandfulOfRequests() async throws {
        try await withHomelab(isConverged: false) { homelab in
            var desired = try Homelab.desiredState()
            let template = try #require(desired.services.first { $0.slug == "grafana" })
            desired.services = (0..<250).map { number in
                var service = template
                let slug = "service-\(number)"
                service.slug = slug
                service.provider?.name = slug
                service.provider?.clientID = slug
                return service
            }
            let report = try await homelab.makePass(of: desired).run()
            #expect(report.isConverged)
            #expect(homelab.writes.count == 500)
            homelab.sandbox.resetRequests()
            let second = try await homelab.makePass(of: desired).run()
            #expect(second.outcomes.allSatisfy { $0.plan.decision == .inSync })
            // Eight first pages, and two more of applications, providers and marks each.
            #expect(homelab.sandbox.requests.count == 14)
            #expect(homelab.writes == [])
        }
    }

    @Test func aServiceWhoseSecretIsMissingHoldsUpNoOther() async throws {
        try await withHomelab(isConverged: false) { homelab in
            var homelab = homelab
            homelab.secrets["GRAFANA_OAUTH_CLIENT_SECRET"] = nil
            let report = try await homelab.pass()
            #expect(!report.isConverged)
            let grafana = try #require(report.outcomes.first { $0.plan.slug == "grafana" })
            #expect(grafana.plan.decision == .blocked)
            #expect(grafana.plan.reason == "the secret (env GRAFANA_OAUTH_CLIENT_SECRET) is not set")
            #expect(try await homelab.admin.list("core/applications/").count == 6)
        }
    }
}
