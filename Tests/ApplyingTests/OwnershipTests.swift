import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// Whose things are, and what goes: the rows of the decision table that are about it, through the sandbox.
@Suite(.timeLimit(.minutes(60))) struct OwnershipTests {
    private func decision(_ report: PassReport, _ slug: String) -> Decision? {
        report.outcomes.first { $0.plan.slug == slug }?.plan.decision
    }

    private func without(_ slugs: String..., prune: Bool = true) -> @Sendable (inout DesiredState) -> Void {
        { desired in
            desired.prune = prune
            desired.services.removeAll { slugs.contains($0.slug) }
        }
    }

    // MARK: - Orphans

    @Test(arguments: Account.allCases)
    func `an orphan is reported and left alone`(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let before = try await homelab.state()
            let report = try await homelab.pass(without("grafana", "trivy", prune: false))
            #expect(report.isConverged)
            #expect(decision(report, "grafana") == .orphan)
            #expect(homelab.writes == [])
            #expect(try await homelab.state() == before)
        }
    }

    @Test(arguments: [Account.superuser, .deleting])
    func `an orphan is deleted with prune, its provider first`(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let pk = try await homelab.admin.provider("grafana")["pk"]?.integer ?? 0
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass(without("grafana", "trivy"))
            #expect(report.isConverged)
            #expect(decision(report, "grafana") == .delete)
            #expect(decision(report, "trivy") == .delete)
            #expect(
                Set(homelab.writes) == [
                    "DELETE /api/v3/providers/oauth2/\(pk)/", "DELETE /api/v3/core/applications/grafana/",
                    "DELETE /api/v3/core/applications/trivy/",
                ]
            )
            let order = homelab.writes.filter { !$0.contains("trivy") }
            #expect(order.first?.contains("providers") == true)
            homelab.sandbox.resetRequests()
            let second = try await homelab.pass(without("grafana", "trivy"))
            #expect(second.outcomes.allSatisfy { $0.plan.decision == .inSync })
            #expect(homelab.writes == [])
        }
    }

    @Test func `what was half deleted is still ours, and goes with the next pass`() async throws {
        try await withHomelab { homelab in
            try await homelab.admin.deleteProvider("grafana")
            let report = try await homelab.pass(without("grafana"))
            #expect(decision(report, "grafana") == .delete)
            #expect(try await homelab.admin.list("core/applications/?slug=grafana").isEmpty)
        }
    }

    @Test func `a provider that another application has by now stays`() async throws {
        try await withHomelab { homelab in
            let pk = try await homelab.admin.provider("grafana")["pk"] ?? .null
            try await homelab.admin.changeApplication("grafana", ["provider": nil])
            let other: JSONValue = ["name": "Other", "slug": "other", "provider": pk]
            try await homelab.admin.send("POST", "core/applications/", other)
            let report = try await homelab.pass(without("grafana"))
            #expect(decision(report, "grafana") == .delete)
            #expect(try await homelab.admin.application("other")["provider"] == pk)
            let notes = report.outcomes.map(\.plan.notes).joined()
            #expect(notes.contains { $0.contains("left alone") })
        }
    }

    @Test func `a provider that the mark does not name stays`() async throws {
        try await withHomelab { homelab in
            let intruder = try await homelab.admin.makeProvider("intruder")
            try await homelab.admin.changeApplication("grafana", ["provider": intruder["pk"] ?? .null])
            try await homelab.pass(without("grafana"))
            #expect(
                try await homelab.admin.list("providers/oauth2/").compactMap { $0["name"]?.string }.sorted() == [
                    "argocd", "intruder",
                ]
            )
        }
    }

    @Test func `without its mark nothing is deleted`() async throws {
        try await withHomelab { homelab in
            try await homelab.admin.removeMark(of: "grafana")
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass(without("grafana"))
            #expect(decision(report, "grafana") == nil)
            #expect(homelab.writes == [])
        }
    }

    @Test func `two owners do not touch each other`() async throws {
        try await withHomelab { homelab in
            let before = try await homelab.state()
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass { desired in
                desired.owner = "others"
                desired.prune = true
                desired.services.removeAll { $0.slug != "grafana" }
            }
            #expect(!report.isConverged)
            let grafana = try #require(report.outcomes.first)
            #expect(report.outcomes.count == 1)
            #expect(grafana.plan.decision == .conflict)
            #expect(grafana.plan.reason.contains("'homelab'"))
            #expect(homelab.writes == [])
            #expect(try await homelab.state() == before)
        }
    }

    // MARK: - Absence

    @Test func `what is to be absent is deleted, also without prune`() async throws {
        try await withHomelab { homelab in
            let absent: @Sendable (inout DesiredState) -> Void = { desired in
                for index in desired.services.indices where desired.services[index].slug == "grafana" {
                    desired.services[index].state = .absent
                    desired.services[index].provider = nil
                }
            }
            let report = try await homelab.pass(absent)
            #expect(report.isConverged)
            #expect(decision(report, "grafana") == .delete)
            #expect(try await homelab.admin.list("providers/oauth2/").count == 1)
            homelab.sandbox.resetRequests()
            #expect(decision(try await homelab.pass(absent), "grafana") == .inSync)
            #expect(homelab.writes == [])

            try await homelab.admin.send("POST", "core/applications/", ["name": "By hand", "slug": "grafana"])
            homelab.sandbox.resetRequests()
            let foreign = try await homelab.pass(absent)
            #expect(decision(foreign, "grafana") == .conflict)
            #expect(!foreign.isConverged)
            #expect(homelab.writes == [])
        }
    }

    // MARK: - The deletion limit

    @Test func `too many deletions are held back, and nothing else`() async throws {
        try await withHomelab { homelab in
            try await homelab.admin.changeApplication("argocd", ["name": "By hand"])
            homelab.sandbox.resetRequests()
            let shrunk: @Sendable (inout DesiredState) -> Void = { desired in
                desired.prune = true
                desired.services.removeAll { $0.slug != "argocd" && $0.slug != "trivy" && $0.slug != "mkdocs" }
            }
            let held = try await homelab.pass(shrunk)
            #expect(!held.isConverged)
            #expect(held.heldDeletions == HeldDeletions(deletions: 4, limit: 3, isFileEmpty: false))
            #expect(held.heldDeletions?.description.contains("--allow-deletions 4") == true)
            #expect(homelab.writes == ["PATCH /api/v3/core/applications/argocd/"])
            #expect(held.outcomes.count { $0.plan.deletion?.isHeld == true } == 4)

            var pass = try await homelab.makePass(shrunk)
            pass.allowedDeletions = 4
            let letThrough = try await pass.run()
            #expect(letThrough.isConverged)
            #expect(try await homelab.admin.list("core/applications/").count == 3)
        }
    }

    @Test(arguments: [1, 7])
    func `a file without services deletes nothing by itself`(_ services: Int) async throws {
        try await withHomelab { homelab in
            for slug in ["argocd", "infisical", "launchfast", "mkdocs", "openclaw", "trivy"].prefix(7 - services) {
                try await homelab.admin.deleteApplication(slug)
            }
            homelab.sandbox.resetRequests()
            let empty: @Sendable (inout DesiredState) -> Void = { desired in
                desired.prune = true
                desired.services = []
            }
            let held = try await homelab.pass(empty)
            #expect(!held.isConverged)
            #expect(held.heldDeletions?.isFileEmpty == true)
            #expect(homelab.writes == [])
            var pass = try await homelab.makePass(empty)
            pass.allowedDeletions = services
            #expect(try await pass.run().isConverged)
            #expect(try await homelab.admin.list("core/applications/").isEmpty)
        }
    }

    @Test func `maxDeletions of the file is the limit`() async throws {
        try await withHomelab { homelab in
            let report = try await homelab.pass { desired in
                desired.prune = true
                desired.maxDeletions = 0
                desired.services.removeAll { $0.slug == "trivy" }
            }
            #expect(report.heldDeletions == HeldDeletions(deletions: 1, limit: 0, isFileEmpty: false))
        }
    }

    // MARK: - A provider that is not wanted any more

    @Test(arguments: [false, true])
    func `a redirect path that is gone takes the provider along with prune only`(_ prune: Bool) async throws {
        try await withHomelab { homelab in
            let bookmark: @Sendable (inout DesiredState) -> Void = { desired in
                desired.prune = prune
                for index in desired.services.indices where desired.services[index].slug == "grafana" {
                    desired.services[index].provider = nil
                }
            }
            let report = try await homelab.pass(bookmark)
            #expect(report.isConverged)
            let providers = try await homelab.admin.list("providers/oauth2/").compactMap { $0["name"]?.string }
            #expect(providers.sorted() == (prune ? ["argocd"] : ["argocd", "grafana"]))
            let marked = try await homelab.admin.mark(of: "grafana")?["provider"]
            #expect((marked == JSONValue.null) == prune)
            homelab.sandbox.resetRequests()
            #expect(decision(try await homelab.pass(bookmark), "grafana") == .inSync)
            #expect(homelab.writes == [])
        }
    }

    // MARK: - Renaming

    @Test(arguments: [Account.superuser, .service, .barred])
    func `a rename moves application, provider and mark in place`(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let application = try await homelab.admin.application("grafana")
            let provider = try await homelab.admin.provider("grafana")
            homelab.sandbox.resetRequests()
            let renamed: @Sendable (inout DesiredState) -> Void = { desired in
                for index in desired.services.indices where desired.services[index].slug == "grafana" {
                    desired.services[index].slug = "graphs"
                    desired.services[index].renamedFrom = ["charts", "grafana"]
                    desired.services[index].provider?.name = "graphs"
                    desired.services[index].provider?.clientID = "graphs"
                }
            }
            let report = try await homelab.pass(renamed)
            #expect(report.isConverged)
            let graphs = try #require(report.outcomes.first { $0.plan.slug == "graphs" })
            #expect(graphs.plan.decision == .update)
            #expect(graphs.plan.notes.contains { $0.contains("issuer changes") })
            #expect(graphs.plan.notes.contains { $0.contains("client id changes from 'grafana' to 'graphs'") })
            let objects = homelab.writes.map { $0.split(separator: "/")[4] }
            #expect(objects == ["applications", "oauth2", "application_entitlements"])
            #expect(try await homelab.admin.application("graphs")["pk"] == application["pk"])
            #expect(try await homelab.admin.provider("graphs")["pk"] == provider["pk"])
            #expect(try await homelab.admin.mark(of: "graphs")?["slug"] == "graphs")
            homelab.sandbox.resetRequests()
            #expect(decision(try await homelab.pass(renamed), "graphs") == .inSync)
            #expect(homelab.writes == [])

            try await homelab.admin.send("POST", "core/applications/", ["name": "New", "slug": "grafana"])
            #expect(decision(try await homelab.pass(renamed), "graphs") == .conflict)
        }
    }

    // MARK: - Three-way

    @Test func `a field that is dropped goes back to its default, once`() async throws {
        try await withHomelab { homelab in
            let declared: @Sendable (inout DesiredState) -> Void = { desired in
                for index in desired.services.indices where desired.services[index].slug == "grafana" {
                    desired.services[index]["openInNewTab"] = .flag(true)
                    desired.services[index].provider?["accessTokenValidity"] = .duration("hours=8")
                }
            }
            try await homelab.pass(declared)
            #expect(try await homelab.admin.application("grafana")["open_in_new_tab"] == true)
            #expect(try await homelab.admin.provider("grafana")["access_token_validity"] == "hours=8")

            let report = try await homelab.pass()
            let grafana = try #require(report.outcomes.first { $0.plan.slug == "grafana" })
            #expect(grafana.plan.changes.map(\.field) == ["open_in_new_tab", "access_token_validity"])
            #expect(try await homelab.admin.application("grafana")["open_in_new_tab"] == false)
            #expect(try await homelab.admin.provider("grafana")["access_token_validity"] == "hours=1")

            try await homelab.admin.changeApplication("grafana", ["open_in_new_tab": true])
            try await homelab.admin.changeProvider("grafana", ["access_token_validity": "hours=2"])
            try await homelab.expectNothingToDo()
            #expect(try await homelab.admin.application("grafana")["open_in_new_tab"] == true)
        }
    }

    // MARK: - Waiting

    /// The provider would be taken over, were the deletion of the application that has it not left out.
    @Test func `what waits for a service that a narrowed pass leaves out is not attempted`() async throws {
        try await withHomelab { homelab in
            let before = try await homelab.state()
            let file: @Sendable (inout DesiredState) -> Void = { desired in
                desired.prune = true
                for index in desired.services.indices where desired.services[index].slug == "grafana" {
                    desired.services[index].slug = "metrics"
                    desired.services[index].provider?.name = "metrics"
                }
            }
            var pass = try await homelab.makePass(file)
            pass.narrowing = Narrowing(only: ["metrics"])
            homelab.sandbox.resetRequests()
            let report = try await pass.run()
            #expect(
                report.outcomes.first?.failure?.message.contains("'grafana' has to release something it needs first")
                    == true
            )
            #expect(homelab.writes == [])
            #expect(try await homelab.state() == before)

            #expect(try await homelab.pass(file).isConverged)
            #expect(try await homelab.admin.application("metrics")["provider"] != .null)
        }
    }
}

extension Admin {
    func removeMark(of slug: String) async throws {
        let pk = try await application(slug)["pk"]?.string ?? ""
        for entitlement in try await list("core/application_entitlements/?app=\(pk)&name=authentik-reconciler") {
            try await send("DELETE", "core/application_entitlements/\(entitlement["pbm_uuid"]?.string ?? "")/")
        }
    }
}
