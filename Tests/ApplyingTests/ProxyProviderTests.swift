import Applying
import AuthentikSandbox
import DesiredState
import Kinds
import Planning
import TestSupport
import Testing

/// Ordinary providers that look like proxy providers, and proxy providers.
@Suite struct ProxyProviderTests {
    private static let pattern = #"https://app\.example\.net/.*\?X-authentik-auth-callback=true"#

    private static func patterned(_ desired: inout DesiredState) {
        for index in desired.services.indices where desired.services[index].slug == "grafana" {
            desired.services[index].provider?.redirectURIs.append(RedirectURI(pattern, matching: .regex))
        }
    }

    /// Its application says what it is: no request more, whoever asks.
    @Test(arguments: Account.allCases)
    func `an ordinary provider is managed whatever its pattern`(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let report = try await homelab.pass(Self.patterned)
            #expect(report.outcomes.first { $0.plan.slug == "grafana" }?.plan.decision == .update)
            homelab.sandbox.resetRequests()
            let again = try await homelab.pass(Self.patterned)
            #expect(again.outcomes.allSatisfy { $0.plan.decision == .inSync })
            #expect(!homelab.sandbox.requests.contains { $0.path.contains("providers/proxy") })
        }
    }

    /// With its application gone only the list of proxy providers tells.
    @Test func `the list tells where no application does`() async throws {
        try await withHomelab { homelab in
            try await homelab.pass(Self.patterned)
            try await homelab.admin.deleteApplication("grafana")
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass(Self.patterned)
            #expect(report.outcomes.first { $0.plan.slug == "grafana" }?.plan.decision == .link)
            #expect(homelab.sandbox.requests.filter { $0.path.contains("providers/proxy") }.count == 1)
        }
    }

    @Test func `without the permission it is left alone, and the permission is named`() async throws {
        try await withHomelab(as: .service) { homelab in
            try await homelab.pass(Self.patterned)
            try await homelab.admin.deleteApplication("grafana")
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass(Self.patterned)
            let plan = try #require(report.outcomes.first { $0.plan.slug == "grafana" }).plan
            #expect(plan.decision == .conflict)
            #expect(
                plan.reason.contains(
                    "permission authentik_providers_proxy.view_proxyprovider"
                )
            )
            #expect(homelab.writes == [])

            var homelab = homelab
            homelab.token = try await homelab.admin.makeServiceAccount(
                "seeing",
                permissions: Admin.passPermissions + ["authentik_providers_proxy.view_proxyprovider"]
            )
            let seeing = try await homelab.pass(Self.patterned)
            #expect(seeing.outcomes.first { $0.plan.slug == "grafana" }?.plan.decision == .link)
        }
    }
}
