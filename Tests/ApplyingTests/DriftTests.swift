import Applying
import AuthentikSandbox
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// A change by hand, and how the next pass corrects it.
struct Drift: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The one field that differs.
    var field: String
    /// The object that is corrected: `providers/oauth2` or `core/applications`.
    var endpoint: String
    var slug: String
    var make: @Sendable (Admin) async throws -> Void

    static func provider(
        _ field: String,
        _ name: String,
        _ value: @escaping @Sendable (Admin) async throws -> JSONValue
    )
        -> Drift
    {
        Drift(testDescription: name, field: field, endpoint: "providers/oauth2", slug: "grafana") { admin in
            try await admin.changeProvider("grafana", .object([field: try await value(admin)]))
        }
    }

    static func application(_ field: String, _ value: JSONValue, of slug: String = "grafana") -> Drift {
        Drift(testDescription: "\(field) of \(slug)", field: field, endpoint: "core/applications", slug: slug) {
            try await $0.changeApplication(slug, .object([field: value]))
        }
    }
}

@Suite(.timeLimit(.minutes(60))) struct DriftTests {
    static let drifts: [Drift] = [
        .provider("redirect_uris", "redirect URI") { _ in [["matching_mode": "strict", "url": "https://evil.example"]]
        },
        .provider("redirect_uris", "redirect URI too many") { admin in
            let present = try await admin.provider("grafana")["redirect_uris"]?.array ?? []
            return .array(present + [["matching_mode": "regex", "url": ".*"]])
        },
        .provider("client_secret", "client secret") { _ in "changed-by-hand" },
        .provider("client_id", "client id") { _ in "changed-by-hand" },
        .provider("client_type", "client type") { _ in "public" },
        .provider("signing_key", "signing key gone") { _ in nil },
        .provider("property_mappings", "scope missing") {
            [try await $0.scope("openid"), try await $0.scope("email")]
        },
        .provider("property_mappings", "scope too many") { admin in
            let present = try await admin.provider("grafana")["property_mappings"]?.array ?? []
            return .array(present + [try await admin.scope("offline_access")])
        },
        .provider("authorization_flow", "wrong authorization flow") {
            try await $0.flow("default-provider-authorization-explicit-consent")
        },
        .provider("invalidation_flow", "wrong invalidation flow") { try await $0.flow("default-invalidation-flow") },
        .application("name", "Renamed by hand"),
        .application("meta_launch_url", "https://elsewhere.example"),
        .application("meta_launch_url", "", of: "mkdocs"),
        .application("group", "Elsewhere"),
        .application("meta_icon", ""),
        .application("meta_description", "Changed by hand", of: "trivy"),
        .application("meta_publisher", ""),
        .application("slug", "grafana-by-hand"),
    ]

    @Test(arguments: Account.allCases, drifts)
    func aFieldIsMendedByAPatchOfJustThatField(_ account: Account, _ drift: Drift) async throws {
        try await withHomelab(as: account) { homelab in
            let before = try await homelab.state()
            try await drift.make(homelab.admin)
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass()
            let outcome = try #require(report.outcomes.first { $0.plan.slug == drift.slug })
            #expect(report.isConverged)
            #expect(outcome.plan.decision == .update)
            #expect(outcome.plan.changes.map(\.field) == [drift.field])
            #expect(homelab.writes.count == 1)
            #expect(homelab.writes.allSatisfy { $0.hasPrefix("PATCH /api/v3/\(drift.endpoint)/") })
            #expect(try await homelab.state() == before)
            try await homelab.expectNothingToDo()
        }
    }

    @Test(arguments: Account.allCases)
    func aProviderThatWasRenamedIsRenamedBack(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let before = try await homelab.state()
            try await homelab.admin.changeProvider("grafana", ["name": "by hand"])
            try await homelab.pass()
            #expect(try await homelab.state() == before)
        }
    }

    @Test(arguments: Account.allCases)
    func aProviderThatWasUnlinkedIsLinkedAgain(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let before = try await homelab.state()
            try await homelab.admin.changeApplication("grafana", ["provider": nil])
            homelab.sandbox.resetRequests()
            try await homelab.pass()
            #expect(homelab.writes == ["PATCH /api/v3/core/applications/grafana/"])
            #expect(try await homelab.state() == before)
            try await homelab.expectNothingToDo()
        }
    }

    @Test(arguments: Account.allCases)
    func aProviderThatWasDeletedIsMadeAgain(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let before = try await homelab.state()
            try await homelab.admin.deleteProvider("grafana")
            try await homelab.pass()
            #expect(try await homelab.state().withoutPKs == before.withoutPKs)
            try await homelab.expectNothingToDo()
        }
    }

    @Test(arguments: Account.allCases, ["grafana", "trivy"])
    func anApplicationThatWasDeletedIsMadeAgain(_ account: Account, _ slug: String) async throws {
        try await withHomelab(as: account) { homelab in
            let before = try await homelab.state()
            try await homelab.admin.deleteApplication(slug)
            try await homelab.pass()
            let after = try await homelab.state()
            #expect(after.withoutPKs == before.withoutPKs)
            #expect(after.providers == before.providers)
            try await homelab.expectNothingToDo()
        }
    }

    @Test(arguments: Account.allCases)
    func everythingAtOnceIsMended(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let before = try await homelab.state()
            for drift in Self.drifts where drift.field != "slug" { try await drift.make(homelab.admin) }
            try await homelab.admin.deleteApplication("argocd")
            try await homelab.admin.deleteApplication("openclaw")
            try await homelab.pass()
            #expect(try await homelab.state().withoutPKs == before.withoutPKs)
            try await homelab.expectNothingToDo()
        }
    }

    @Test(arguments: Account.allCases)
    func theMarkIsKeptTrue(_ account: Account) async throws {
        try await withHomelab(as: account) { homelab in
            let before = try await homelab.admin.mark(of: "grafana")
            let pk = try await homelab.admin.application("grafana")["pk"]?.string ?? ""
            let entitlement = try await homelab.admin.list("core/application_entitlements/?app=\(pk)").first
            let path = "core/application_entitlements/\(entitlement?["pbm_uuid"]?.string ?? "")/"
            try await homelab.admin.send(
                "PATCH",
                path,
                ["attributes": ["owner": "homelab", "version": 1, "slug": "grafana"]]
            )
            try await homelab.pass()
            #expect(try await homelab.admin.mark(of: "grafana") == before)
            try await homelab.admin.send("DELETE", path)
            try await homelab.pass()
            #expect(try await homelab.admin.mark(of: "grafana") == before)
            try await homelab.expectNothingToDo()
        }
    }
}
