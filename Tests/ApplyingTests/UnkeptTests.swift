import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// A server that takes a field and does not keep it: the service says so in every pass, the mark does not claim it, and
/// nothing is written for ever.
@Suite struct UnkeptTests {
    private static let grantTypes = "Authentik does not keep provider.grantTypes as declared"
    private static let icon = "Authentik does not keep application.icon as declared"

    /// The release takes grant types, and this candidate of it has none.
    private static func withGrantTypes(_ desired: inout DesiredState) {
        for index in desired.services.indices where desired.services[index].slug == "grafana" {
            desired.services[index].provider?["grantTypes"] = .words(["authorization_code"])
        }
    }

    @Test func `a field that no answer shows is said of a new service, and of one that is there`() async throws {
        try await withHomelab(isConverged: false, .earlyMay2026) { homelab in
            for passNumber in 1...3 {
                homelab.sandbox.resetRequests()
                let report = try await homelab.pass(only: "grafana", Self.withGrantTypes)
                #expect(!report.isConverged)
                let outcome = try #require(report.outcomes.first)
                #expect(outcome.failure?.message == Self.grantTypes)
                #expect(outcome.plan.decision == (passNumber == 1 ? .create : .update))
                #expect(homelab.writes.count == (passNumber == 1 ? 2 : 0))
                let applied = try await homelab.admin.mark(of: "grafana")?["applied"]?["provider"]
                #expect(applied == ["client_secret", "redirect_uris"])
            }
            var pass = try await homelab.makePass(Self.withGrantTypes)
            pass.narrowing = Narrowing(only: ["grafana"])
            let (plan, _, _) = try await pass.plan()
            #expect(plan.services.first?.hindrance == Self.grantTypes)
            #expect(!plan.stuck.isEmpty)
        }
    }

    @Test func `what this program sends besides, and a release does not know, is no failure`() async throws {
        try await withHomelab(isConverged: false, .earlyMay2026) { homelab in
            #expect(try await homelab.pass().isConverged)
            try await homelab.expectNothingToDo()
        }
    }

    @Test func `a change that is not kept is sent once`() async throws {
        try await withHomelab { homelab in
            let change: @Sendable (inout DesiredState) -> Void = { $0.setIcon("https://example.org/new.svg") }
            homelab.sandbox.faults.set(FaultPlan(rules: [FaultRule(.ignore(field: "meta_icon"))]))
            let first = try await homelab.pass(only: "grafana", change)
            #expect(first.outcomes.map(\.failure?.message) == [Self.icon])
            #expect(first.outcomes.first?.written == [.updateApplication, .updateMark])
            let mark = try await homelab.admin.mark(of: "grafana")
            #expect(mark?["applied"]?["application"]?.array?.contains("meta_icon") == false)
            #expect(mark?["unkept"]?["application"]?["meta_icon"]?["sent"] == "https://example.org/new.svg")

            homelab.sandbox.faults.set(FaultPlan())
            homelab.sandbox.resetRequests()
            for _ in 1...2 {
                let again = try await homelab.pass(only: "grafana", change)
                #expect(again.outcomes.map(\.failure?.message) == [Self.icon])
                #expect(again.outcomes.first?.plan.changes.isEmpty == true)
            }
            #expect(homelab.writes == [])
        }
    }

    @Test(arguments: ["another value", "changed by hand", "as declared by hand"])
    func `what was not kept is sent again as soon as anything of it is new`(what: String) async throws {
        try await withHomelab { homelab in
            let declared = "https://example.org/new.svg"
            homelab.sandbox.faults.set(FaultPlan(rules: [FaultRule(.ignore(field: "meta_icon"))]))
            _ = try await homelab.pass(only: "grafana") { $0.setIcon(declared) }
            homelab.sandbox.faults.set(FaultPlan())
            let wanted = what == "another value" ? "https://example.org/newer.svg" : declared
            let byHand: JSONValue? =
                switch what {
                case "changed by hand": "https://example.org/by-hand.svg"
                case "as declared by hand": .string(declared)
                default: nil
                }
            if let byHand { try await homelab.admin.changeApplication("grafana", ["meta_icon": byHand]) }
            let report = try await homelab.pass(only: "grafana") { $0.setIcon(wanted) }
            #expect(report.isConverged)
            #expect(try await homelab.admin.application("grafana")["meta_icon"]?.string == wanted)
            let mark = try await homelab.admin.mark(of: "grafana")
            #expect(mark?["unkept"] == nil)
            #expect(mark?["applied"]?["application"]?.array?.contains("meta_icon") == true)
        }
    }

    @Test(arguments: ["grafana", "trivy"])
    func `what a new service does not get is not marked as applied, and tried again`(slug: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            homelab.sandbox.faults.set(FaultPlan(rules: [FaultRule(.ignore(field: "meta_icon"))]))
            let first = try await homelab.pass(only: slug)
            #expect(first.outcomes.map(\.failure?.message) == [Self.icon])
            let mark = try await homelab.admin.mark(of: slug)
            #expect(mark?["owner"] == "homelab")
            #expect(mark?["applied"]?["application"]?.array?.contains("meta_icon") == false)
            homelab.sandbox.faults.set(FaultPlan())
            // What the answer to a create tells is sure; what a list tells afterwards may be somebody else's doing.
            let second = try await homelab.pass(only: slug)
            #expect(second.isConverged == (slug == "grafana"))
        }
    }

    @Test func `a provider's field and a link that are not kept are said, too`() async throws {
        try await withHomelab { homelab in
            try await homelab.admin.changeProvider("grafana", ["sub_mode": "user_email"])
            try await homelab.admin.changeApplication("grafana", ["provider": nil])
            homelab.sandbox.faults.set(
                FaultPlan(rules: [
                    FaultRule(.ignore(field: "sub_mode"), path: "/api/v3/providers/"),
                    FaultRule(.ignore(field: "provider"), path: "/api/v3/core/applications/"),
                ])
            )
            let report = try await homelab.pass(only: "grafana") { desired in
                for index in desired.services.indices where desired.services[index].slug == "grafana" {
                    desired.services[index].provider?["subjectMode"] = .text("user_id")
                }
            }
            let message = "Authentik does not keep application.provider, provider.subjectMode as declared"
            #expect(report.outcomes.map(\.failure?.message) == [message])
        }
    }

    /// Without it nobody can log in: it is not left at that, however often it fails.
    @Test func `a secret that is not kept ends the service's writes, is never shown, and is sent each time`()
        async throws
    {
        try await withHomelab { homelab in
            try await homelab.admin.changeProvider("grafana", ["client_secret": "changed by hand"])
            try await homelab.admin.changeApplication("grafana", ["name": "By hand"])
            homelab.sandbox.faults.set(FaultPlan(rules: [FaultRule(.ignore(field: "client_secret"))]))
            for _ in 1...2 {
                let report = try await homelab.pass(only: "grafana")
                let failure = try #require(report.outcomes.first?.failure)
                #expect(failure.message == "Authentik does not keep provider.clientSecret as declared")
                #expect(report.outcomes.first?.written == [])
                homelab.expectNoSecrets(in: "\(failure)")
            }
            #expect(try await homelab.admin.application("grafana")["name"] == "By hand")
            #expect(try await homelab.admin.mark(of: "grafana")?["unkept"] == nil)
            homelab.sandbox.faults.set(FaultPlan())
            #expect(try await homelab.pass().isConverged)
        }
    }

    @Test func `a mark that is not kept is said`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            homelab.sandbox.faults.set(FaultPlan(rules: [FaultRule(.ignore(field: "attributes"))]))
            let report = try await homelab.pass(only: "trivy")
            #expect(
                report.outcomes.map(\.failure?.message)
                    == ["Authentik does not keep the ownership mark as it was sent"]
            )
        }
    }
}

extension DesiredState {
    /// Declares another icon of `grafana`.
    fileprivate mutating func setIcon(_ icon: String) {
        for index in services.indices where services[index].slug == "grafana" { services[index]["icon"] = .text(icon) }
    }
}
