import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import SecretSources
import TestSupport
import Testing

/// An account that may only look is shown no client secret, from 2026.8.2 on.
@Suite(.timeLimit(.minutes(60))) struct HiddenSecretTests {
    /// A homelab as declared, and an account that may look at it.
    private func withViewer(_ body: @escaping @Sendable (Homelab) async throws -> Void) async throws {
        try await withHomelab(.august2026) { homelab in
            var homelab = homelab
            let permissions = Admin.passPermissions.filter { $0.contains(".view_") }
            homelab.token = try await homelab.admin.makeServiceAccount("viewer", permissions: permissions)
            homelab.sandbox.resetRequests()
            try await body(homelab)
        }
    }

    private func plan(_ homelab: Homelab, withoutSecrets: Bool = false) async throws -> [String: ServicePlan] {
        var pass = try await homelab.makeImpatientPass()
        pass.narrowing.withoutSecrets = withoutSecrets
        if withoutSecrets {
            let (resolver, desired, narrowing) = (SecretResolver(environment: [:]), pass.desired, pass.narrowing)
            pass.secrets = { await resolver.resolve(desired, narrowing) }
        }
        let services = try await pass.plan().plan.services
        #expect(pass.client.requestCounts.writes == 0)
        return Dictionary(uniqueKeysWithValues: services.map { ($0.slug, $0) })
    }

    @Test func `the right ones are in sync`() async throws {
        try await withViewer { homelab in
            let services = try await plan(homelab)
            let others = services.values.filter { $0.decision != .inSync || $0.hiddenSecret != nil }
            #expect(others.map(\.slug) == [])
            #expect(services["grafana"]?.notes == [])
            #expect(homelab.probes == 2)
            #expect(Set(homelab.sandbox.requests.map(\.status)) == [200])
        }
    }

    @Test func `one that changed in the file is to be set, and the other not`() async throws {
        try await withViewer { homelab in
            var homelab = homelab
            homelab.secrets["GRAFANA_OAUTH_CLIENT_SECRET"] = "rotated"
            let services = try await plan(homelab)
            #expect(services["grafana"]?.decision == .update)
            #expect(services["grafana"]?.changes.map(\.field) == ["client_secret"])
            #expect(services["argocd"]?.decision == .inSync)
            #expect(homelab.probes == 2)
        }
    }

    @Test(arguments: ["html=200", "html=404", "unavailable=503", "reset=before"])
    func `where the probe does not get through that is said, and nothing is made up`(_ fault: String) async throws {
        try await withViewer { homelab in
            homelab.sandbox.faults.set(
                FaultPlan(rules: [try FaultRule(parsing: "\(fault),path=/application/o/revoke/")])
            )
            let services = try await plan(homelab)
            let note = try #require(services["grafana"]?.notes.first)
            #expect(services["grafana"]?.decision == .inSync)
            #expect(note.contains("needs the permission authentik_providers_oauth2.change_oauth2provider"))
            #expect(note.contains("the probe at /application/o/revoke/ gave no clear answer: "))
            homelab.expectNoSecrets(in: note)
        }
    }

    @Test func `nothing is probed by an account that sees them`() async throws {
        try await withHomelab(.august2026, as: .service) { homelab in
            let services = try await plan(homelab)
            #expect(services["grafana"]?.decision == .inSync)
            #expect(homelab.probes == 0)
            #expect(homelab.sandbox.requests.count == 8)
        }
    }

    @Test func `nothing is probed where secrets are left out`() async throws {
        try await withViewer { homelab in
            let services = try await plan(homelab, withoutSecrets: true)
            #expect(services["grafana"]?.decision == .inSync)
            #expect(homelab.probes == 0)
        }
    }

    /// What this program would have made is taken over whatever `adopt` says, since a create may have been cut short.
    @Test(
        arguments: [
            ("grafana-secret", nil, .adopt), ("rotated", nil, .conflict),
            ("grafana-secret", "html=200,path=/application/o/revoke/", .conflict),
        ] as [(String, String?, Decision)]
    )
    func `only the right one proves that a provider was made by this program`(
        _ secret: String,
        _ fault: String?,
        _ decision: Decision
    ) async throws {
        try await withViewer { homelab in
            var homelab = homelab
            homelab.secrets["GRAFANA_OAUTH_CLIENT_SECRET"] = secret
            try await homelab.admin.removeMarks()
            if let fault { homelab.sandbox.faults.set(FaultPlan(rules: [try FaultRule(parsing: fault)])) }
            var pass = try await homelab.makeImpatientPass()
            for index in pass.desired.services.indices { pass.desired.services[index].adopt = .never }
            let plan = try await pass.plan().plan
            #expect(plan.services.first { $0.slug == "grafana" }?.decision == decision)
        }
    }

    /// Also a pass is kept from claiming that all is well.
    @Test func `a report says it, too`() async throws {
        try await withViewer { homelab in
            let report = try await homelab.pass(under: "html=200,path=/application/o/revoke/")
            let grafana = try #require(report.outcomes.first { $0.plan.slug == "grafana" })
            #expect(grafana.plan.notes.count == 1)
            #expect(report.requests.writes == 0)
            #expect(homelab.probes == 2)
        }
    }
}

extension Homelab {
    /// How many probes there were.
    fileprivate var probes: Int { sandbox.requests.count { $0.path == "/application/o/revoke/" } }
}

extension Admin {
    fileprivate func removeMarks() async throws {
        for mark in try await list("core/application_entitlements/") {
            try await send("DELETE", "core/application_entitlements/\(mark["pbm_uuid"]?.string ?? "")/")
        }
    }
}
