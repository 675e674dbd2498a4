import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct HalfDoneTests {
    @Test(arguments: Account.allCases)
    func anApplicationWithoutAProviderIsFinished(_ account: Account) async throws {
        try await withHomelab(isConverged: false, as: account) { homelab in
            try await homelab.admin.send("POST", "core/applications/", ["name": "Grafana", "slug": "grafana"])
            try await homelab.expectFinished(decision: .adopt)
        }
    }

    @Test(arguments: Account.allCases)
    func aProviderWithoutItsApplicationIsFinished(_ account: Account) async throws {
        try await withHomelab(isConverged: false, as: account) { homelab in
            let provider = try await homelab.admin.makeProvider("grafana")
            try await homelab.expectFinished(decision: .link)
            #expect(try await homelab.admin.application("grafana")["provider"] == provider["pk"])
        }
    }

    @Test(arguments: Account.allCases)
    func aProviderFoundByItsClientIDIsFinished(_ account: Account) async throws {
        try await withHomelab(isConverged: false, as: account) { homelab in
            let provider = try await homelab.admin.makeProvider("Provider for Grafana", clientID: "grafana")
            try await homelab.expectFinished(decision: .link)
            #expect(try await homelab.admin.application("grafana")["provider"] == provider["pk"])
        }
    }

    @Test(arguments: Account.allCases)
    func bothThereAndNotLinkedAreLinked(_ account: Account) async throws {
        try await withHomelab(isConverged: false, as: account) { homelab in
            let provider = try await homelab.admin.makeProvider("grafana")
            try await homelab.admin.send("POST", "core/applications/", ["name": "Grafana", "slug": "grafana"])
            try await homelab.expectFinished(decision: .adopt)
            #expect(try await homelab.admin.application("grafana")["provider"] == provider["pk"])
        }
    }

    @Test(arguments: Account.allCases, [true, false])
    func aLinkThatPointsElsewhereIsPutRight(_ account: Account, _ isMarked: Bool) async throws {
        try await withHomelab(isConverged: isMarked, as: account) { homelab in
            let admin = homelab.admin
            if !isMarked {
                try await admin.makeProvider("grafana")
                try await admin.send("POST", "core/applications/", ["name": "Grafana", "slug": "grafana"])
            }
            let own = try await admin.provider("grafana")
            let intruder = try await admin.makeProvider("intruder")
            try await admin.changeApplication("grafana", ["provider": intruder["pk"] ?? .null])
            try await homelab.expectFinished(decision: isMarked ? .link : .adopt, providers: 3)
            #expect(try await admin.application("grafana")["provider"] == own["pk"])
            #expect(try await admin.provider("intruder") == intruder)
        }
    }

    /// Authentik lists proxy providers among the OAuth2 ones, which they are built on.
    @Test(arguments: [true, false])
    func aProxyProviderIsNobodysOwn(_ isLinked: Bool) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let proxy = try await homelab.admin.send(
                "POST",
                "providers/proxy/",
                [
                    "name": "grafana", "mode": "forward_single", "external_host": "https://grafana.example.org",
                    "authorization_flow": try await homelab.admin.flow(
                        "default-provider-authorization-implicit-consent"
                    ),
                    "invalidation_flow": try await homelab.admin.flow("default-provider-invalidation-flow"),
                ]
            )
            let pk = proxy["pk"] ?? .null
            if isLinked {
                let body: JSONValue = ["name": "Grafana", "slug": "grafana", "provider": pk]
                try await homelab.admin.send("POST", "core/applications/", body)
            }
            #expect(try await homelab.admin.list("providers/oauth2/").map { $0["pk"] } == [pk])
            let report = try await homelab.pass()
            #expect(report.outcomes.first { $0.plan.slug == "grafana" }?.plan.decision == .conflict)
            #expect(try await homelab.admin.list("providers/proxy/").first?["redirect_uris"] == proxy["redirect_uris"])
        }
    }

    @Test(arguments: Account.allCases)
    func anApplicationWithoutItsMarkIsMarked(_ account: Account) async throws {
        try await withHomelab(isConverged: false, as: account) { homelab in
            // What a transaction leaves behind when the program is killed right after it.
            var desired = try Homelab.desiredState()
            desired.services.removeAll { $0.slug != "grafana" }
            _ = try await homelab.makePass(of: desired).run()
            let mark = try await homelab.admin.list("core/application_entitlements/").first
            try await homelab.admin.send(
                "DELETE",
                "core/application_entitlements/\(mark?["pbm_uuid"]?.string ?? "")/"
            )
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: desired).run()
            #expect(report.outcomes.map(\.plan.decision) == [.adopt])
            #expect(homelab.writes == ["POST /api/v3/core/application_entitlements/"])
        }
    }
}

@Suite(.timeLimit(.minutes(60))) struct RefusalTests {
    @Test(arguments: Account.allCases)
    func whatAuthentikRefusesIsSaidInItsOwnWordsAndHoldsUpNoOther(_ account: Account) async throws {
        try await withHomelab(isConverged: false, as: account) { homelab in
            // The loader refuses so long an id; Authentik has to, where its limit is another one.
            let report = try await homelab.pass { desired in
                for index in desired.services.indices where desired.services[index].slug == "grafana" {
                    desired.services[index].provider?.clientID = String(repeating: "x", count: 256)
                }
            }
            #expect(!report.isConverged)
            let failed = report.outcomes.filter { $0.failure != nil }
            #expect(failed.map(\.plan.slug) == ["grafana"])
            let fields = try #require(failed.first?.failure).fields
            #expect(fields.map(\.field) == ["provider.client_id"])
            #expect(fields.map(\.message) == ["Ensure this field has no more than 255 characters."])
            #expect(try await homelab.admin.list("core/applications/").count == 6)
            // What it refuses once more after a second look is not sent a second time.
            #expect(homelab.writes.count { $0.hasPrefix("PUT") } == 2)
        }
    }

    @Test(arguments: Account.allCases)
    func anotherOwnersApplicationIsNotTouched(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            try await homelab.admin.changeApplication("trivy", ["name": "By hand"])
            let before = try await homelab.state()
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass { $0.owner = "somebody-else" }
            #expect(!report.isConverged)
            #expect(report.outcomes.allSatisfy { $0.plan.decision == .conflict })
            #expect(homelab.writes == [])
            #expect(try await homelab.state() == before)
        }
    }

    @Test(arguments: Account.allCases)
    func aWrongTokenIsRefusedBeforeAnythingIsPlanned(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let pass = try await homelab.makePass(of: try Homelab.desiredState(), token: "wrong")
            await #expect { try await pass.run() } throws: { error in
                (error as? PassFailure)?.kind == .refused
            }
            #expect(homelab.writes == [])
        }
    }
}

extension Homelab {
    /// The next pass finishes `grafana`, twice nothing; the one after that does nothing.
    fileprivate func expectFinished(decision: Decision, providers: Int = 2) async throws {
        let report = try await pass()
        #expect(report.isConverged)
        #expect(report.outcomes.first { $0.plan.slug == "grafana" }?.plan.decision == decision)
        let provider = try await admin.provider("grafana")
        #expect(provider["client_id"] == "grafana")
        #expect(provider["client_secret"] == "grafana-secret")
        #expect(provider["assigned_application_slug"] == "grafana")
        #expect(try await admin.mark(of: "grafana")?["provider"] == provider["pk"])
        #expect(try await admin.list("core/applications/").count == 7)
        #expect(try await admin.list("providers/oauth2/").count == providers)
        try await expectNothingToDo()
    }
}
