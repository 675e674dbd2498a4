import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// One row of the decision table in `Planner`: what is done by hand to a converged homelab, what its file says then, and
/// what a pass decides of a service.
struct DecisionRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let slug: String
    let decision: Decision
    var account = Account.superuser
    let bend: @Sendable (Homelab) async throws -> Void
    let edit: @Sendable (inout DesiredState) -> Void

    init(
        _ description: String,
        _ decision: Decision,
        of slug: String = "grafana",
        as account: Account = .superuser,
        edit: @escaping @Sendable (inout DesiredState) -> Void = { _ in },
        bend: @escaping @Sendable (Homelab) async throws -> Void = { _ in }
    ) {
        testDescription = description
        self.slug = slug
        self.decision = decision
        self.account = account
        self.edit = edit
        self.bend = bend
    }
}

extension DesiredState {
    /// Edits the service 'grafana'.
    fileprivate mutating func grafana(_ edit: (inout Service) -> Void) {
        for index in services.indices where services[index].slug == "grafana" { edit(&services[index]) }
    }

    fileprivate mutating func removeGrafana() {
        grafana {
            $0.state = .absent
            $0.provider = nil
        }
    }
}

/// Every row of the decision table, through the sandbox; what one pass did, the next one finds done.
@Suite(.timeLimit(.minutes(60))) struct DecisionTableTests {
    static let rows: [DecisionRow] = [
        DecisionRow(
            "there under the slug and a former one",
            .conflict,
            edit: {
                $0.grafana { $0.renamedFrom = ["grafana-old"] }
            },
            bend: {
                try await $0.admin.send("POST", "core/applications/", ["name": "Old", "slug": "grafana-old"])
            }
        ),
        DecisionRow(
            "another owner's mark",
            .conflict,
            bend: {
                try await $0.admin.mark("grafana", ["owner": "others", "version": 1, "slug": "grafana"])
            }
        ),
        DecisionRow(
            "a newer version's mark",
            .conflict,
            bend: {
                try await $0.admin.mark("grafana", ["owner": "homelab", "version": 2, "slug": "grafana"])
            }
        ),
        DecisionRow(
            "a mark that cannot be read",
            .conflict,
            bend: {
                try await $0.admin.mark("grafana", ["owner": "others", "version": [], "slug": "grafana"])
            }
        ),
        DecisionRow(
            "out of sight, its mark ours",
            .conflict,
            of: "trivy",
            as: .barred,
            bend: {
                try await $0.admin.changeApplication("trivy", ["slug": "by-hand"])
            }
        ),
        DecisionRow(
            "to be absent, missing",
            .inSync,
            edit: { $0.removeGrafana() },
            bend: {
                try await $0.admin.deleteApplication("grafana")
                try await $0.admin.deleteProvider("grafana")
            }
        ),
        DecisionRow(
            "to be absent, missing, its provider there",
            .conflict,
            edit: { $0.removeGrafana() },
            bend: {
                try await $0.admin.deleteApplication("grafana")
            }
        ),
        DecisionRow(
            "to be absent, there without a mark",
            .conflict,
            edit: { $0.removeGrafana() },
            bend: {
                try await $0.admin.removeMark(of: "grafana")
            }
        ),
        DecisionRow("to be absent, there and ours", .delete, edit: { $0.removeGrafana() }),
        DecisionRow(
            "two candidates",
            .conflict,
            bend: {
                try await $0.admin.deleteApplication("grafana")
                try await $0.admin.changeProvider("grafana", ["client_id": "else"])
                try await $0.admin.makeProvider("other", clientID: "grafana")
            }
        ),
        DecisionRow(
            "its own provider is another application's",
            .conflict,
            bend: {
                let pk = try await $0.admin.provider("grafana")["pk"] ?? .null
                try await $0.admin.changeApplication("grafana", ["provider": nil])
                try await $0.admin.changeApplication("trivy", ["provider": pk])
            }
        ),
        DecisionRow(
            "linked to a provider of another type",
            .conflict,
            bend: {
                try await $0.admin.removeMark(of: "grafana")
                try await $0.admin.deleteProvider("grafana")
                let proxy = try await $0.admin.makeProxyProvider("forward-auth")
                try await $0.admin.changeApplication("grafana", ["provider": proxy])
            }
        ),
        DecisionRow(
            "a proxy provider has its name",
            .conflict,
            bend: {
                try await $0.admin.deleteApplication("grafana")
                try await $0.admin.deleteProvider("grafana")
                _ = try await $0.admin.makeProxyProvider("grafana")
            }
        ),
        DecisionRow(
            "its secret cannot be resolved",
            .blocked,
            edit: {
                $0.grafana { $0.provider?.secret = .environment("MISSING") }
            }
        ),
        DecisionRow(
            "its flow cannot be resolved",
            .blocked,
            edit: {
                $0.grafana { $0.provider?["authorizationFlow"] = .reference(.init(named: "no-such-flow")) }
            }
        ),
        DecisionRow(
            "its key cannot be resolved",
            .blocked,
            edit: {
                $0.grafana { $0.provider?["signingKey"] = .reference(.init(named: "no such key")) }
            }
        ),
        DecisionRow(
            "its scope cannot be resolved",
            .blocked,
            edit: {
                $0.grafana { $0.provider?.scopes.append("no-such-scope") }
            }
        ),
        DecisionRow(
            "a client id that another provider keeps",
            .conflict,
            edit: {
                $0.grafana { $0.provider?.clientID = "taken" }
            },
            bend: {
                let provider = try await $0.admin.makeProvider("theirs", clientID: "taken")["pk"] ?? .null
                try await $0.admin.send(
                    "POST",
                    "core/applications/",
                    ["name": "Theirs", "slug": "theirs", "provider": provider]
                )
            }
        ),
        DecisionRow(
            "missing, no provider wanted",
            .create,
            of: "trivy",
            bend: { try await $0.admin.deleteApplication("trivy") }
        ),
        DecisionRow(
            "missing with its provider",
            .create,
            bend: {
                try await $0.admin.deleteApplication("grafana")
                try await $0.admin.deleteProvider("grafana")
            }
        ),
        DecisionRow("missing, its provider there", .link, bend: { try await $0.admin.deleteApplication("grafana") }),
        DecisionRow("there without a mark", .adopt, bend: { try await $0.admin.removeMark(of: "grafana") }),
        DecisionRow("ours, its provider missing", .recreate, bend: { try await $0.admin.deleteProvider("grafana") }),
        DecisionRow(
            "ours, not linked to its provider",
            .link,
            bend: {
                try await $0.admin.changeApplication("grafana", ["provider": nil])
            }
        ),
        DecisionRow(
            "ours, its provider not wanted any more, pruned",
            .update,
            edit: {
                $0.prune = true
                $0.grafana { $0.provider = nil }
            }
        ),
        DecisionRow(
            "ours, a field differs",
            .update,
            bend: {
                try await $0.admin.changeProvider("grafana", ["client_secret": "by-hand"])
            }
        ),
        DecisionRow(
            "ours, its mark differs",
            .update,
            bend: {
                let mark = try await $0.admin.mark(of: "grafana")?.object ?? [:]
                let changed = mark.merging(["applied": ["application": ["group"], "provider": []]]) { $1 }
                try await $0.admin.mark("grafana", .object(changed))
            }
        ),
        DecisionRow("ours, as declared", .inSync),
        DecisionRow(
            "ours, without a launch URL, its redirect URIs in another order",
            .update,
            edit: {
                $0.grafana {
                    $0.launchURL = nil
                    $0.provider?.redirectURIs.append(RedirectURI("http://localhost:3000/cb"))
                }
            },
            bend: {
                let provider = try await $0.admin.provider("grafana")
                let uris = provider["redirect_uris"]?.array ?? []
                let local: JSONValue = ["matching_mode": "strict", "url": "http://localhost:3000/cb"]
                try await $0.admin.changeApplication("grafana", ["meta_launch_url": ""])
                try await $0.admin.changeProvider("grafana", ["redirect_uris": .array([local] + uris)])
            }
        ),
        DecisionRow(
            "declared nowhere, its mark not to be read",
            .conflict,
            edit: {
                $0.prune = true
                $0.services.removeAll { $0.slug == "grafana" }
            },
            bend: {
                try await $0.admin.mark("grafana", ["owner": "homelab", "version": [], "slug": "grafana"])
            }
        ),
        DecisionRow("an orphan", .orphan, edit: { $0.services.removeAll { $0.slug == "grafana" } }),
        DecisionRow(
            "an orphan, pruned",
            .delete,
            edit: {
                $0.prune = true
                $0.services.removeAll { $0.slug == "grafana" }
            }
        ),
    ]

    @Test(arguments: rows)
    func `a row of the decision table`(_ row: DecisionRow) async throws {
        try await withHomelab(as: row.account) { homelab in
            try await row.bend(homelab)
            homelab.sandbox.resetRequests()
            let before = try await homelab.state()
            let report = try await homelab.pass(row.edit)
            let service = try #require(report.outcomes.first { $0.plan.slug == row.slug })
            #expect(service.failure == nil)
            #expect(service.plan.decision == row.decision, "\(service.plan.reason)")
            #expect(service.plan.reason != "")

            let isStuck = row.decision == .conflict || row.decision == .blocked
            #expect(report.isConverged != isStuck)
            let isIdle = isStuck || row.decision == .inSync || row.decision == .orphan
            #expect(homelab.writes.isEmpty == isIdle)
            if isIdle { #expect(try await homelab.state() == before) }

            homelab.sandbox.resetRequests()
            try await homelab.pass(row.edit)
            #expect(homelab.writes == [], "the second pass")
        }
    }
}

extension Admin {
    /// Replaces what an application's mark says.
    fileprivate func mark(_ slug: String, _ attributes: JSONValue) async throws {
        let application = try await application(slug)["pk"]?.string ?? ""
        let path = "core/application_entitlements/"
        let entitlement = try await list("\(path)?app=\(application)&name=authentik-reconciler").first
        try await send("PATCH", "\(path)\(entitlement?["pbm_uuid"]?.string ?? "")/", ["attributes": attributes])
    }

    /// - Returns: its pk.
    fileprivate func makeProxyProvider(_ name: String) async throws -> JSONValue {
        let body: JSONValue = [
            "name": .string(name), "mode": "forward_single", "external_host": "https://app.example.net",
            "authorization_flow": try await flow("default-provider-authorization-implicit-consent"),
            "invalidation_flow": try await flow("default-provider-invalidation-flow"),
        ]
        return try await send("POST", "providers/proxy/", body)["pk"] ?? .null
    }
}
