import AuthentikAPI
import AuthentikSandbox
import Foundation
import JSON
import Kinds
import TestSupport
import Testing

/// What the account that `bootstrap` makes is granted is what passes, a release and the daemon use: no more, so that a
/// leaked token can do nothing else, and no less.
@Suite struct RightsTests {
    private static let account = "reconcile"

    /// A kind of request, as ``RequestUse`` has it.
    private struct Kind: Hashable, Comparable, CustomStringConvertible {
        var method: String
        var endpoint: Endpoint

        var description: String { "\(method) \(endpoint.path)" }

        static func < (left: Kind, right: Kind) -> Bool { left.description < right.description }

        init(_ method: String, _ endpoint: Endpoint) {
            self.method = method
            self.endpoint = endpoint
        }

        init?(_ request: RequestLogEntry) {
            let path = request.path.prefix { $0 != "?" }
            let known = RequestUse.all.map(\.endpoint) + [.users, .groups, .roles, .tokens, .permissions]
            let endpoint = known.filter { path.hasPrefix("/api/v3/\($0.path)/") }
                .max { $0.path.count < $1.path.count }
            guard let endpoint else { return nil }
            self.init(request.method, endpoint)
        }
    }

    @Test(arguments: [false, true])
    func `what is granted is what is used`(withGroups: Bool) async throws {
        try await withWorkplace { workplace in
            let admin = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            let services = (withGroups ? "groups: [{name: family}]\n" : "") + Workplace.services
            try workplace.write(services)
            let features: Set<FileFeature> = withGroups ? [.groups] : []
            let made = try await Command(
                ["bootstrap", "--config", workplace.file.path],
                environment: admin
            ).run()
            try #require(made.status == 0)
            try Data(made.output.utf8).write(to: workplace.tokenFile)
            workplace.sandbox.resetRequests()

            try await live(workplace, services)

            let own = workplace.sandbox.requests.filter { $0.caller == Self.account }
            #expect(own.filter { $0.status == 403 }.map(\.path) == [])
            let used = Set(own.flatMap(\.permissions))
            let role = try #require(
                try await workplace.admin.list("rbac/roles/?name=\(Self.account)").first?["pk"]?.string
            )
            let granted = Set(
                try await workplace.admin.list("rbac/permissions/?role=\(role)").map {
                    "\($0["app_label"]?.string ?? "").\($0["codename"]?.string ?? "")"
                }
            )
            #expect(granted.subtracting(used).sorted() == [], "granted, and used by nothing")
            #expect(used.subtracting(granted).sorted() == [], "used, and not granted")
            #expect(granted == Set(RequiredPermission.needed(by: features).map(\.name)))
            // The table itself, request by request.
            let table = Set(RequestUse.needed(by: features).map { Kind($0.method, $0.endpoint) })
            let sent = Set(own.compactMap(Kind.init))
            #expect(own.allSatisfy { Kind($0) != nil })
            #expect(table.subtracting(sent).sorted() == [], "in the table, and never sent")
            #expect(sent.subtracting(table).sorted() == [], "sent, and not in the table")
        }
    }

    /// Everything that is done with the account: create, update, link, mark, prune, release, and look at the audit log.
    private func live(_ workplace: Workplace, _ services: String) async throws {
        let admin = workplace.admin
        let environment = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN_FILE": workplace.tokenFile.path]
        func run(_ arguments: String...) async throws {
            let result = try await Command(
                arguments + ["--config", workplace.file.path],
                environment: environment
            ).run()
            try #require([0, 2].contains(result.status), "\(arguments): \(result.output)\(result.errors)")
        }
        // Only the list of proxy providers tells what this is: no application does.
        try await admin.send(
            "POST",
            "providers/oauth2/",
            [
                "name": "grafana", "client_id": "grafana",
                "authorization_flow": try await admin.flow("default-provider-authorization-implicit-consent"),
                "invalidation_flow": try await admin.flow("default-provider-invalidation-flow"),
                "redirect_uris": [
                    ["matching_mode": "strict", "url": "https://g.example.net/?X-authentik-auth-callback=true"]
                ],
            ]
        )
        try await run("plan")
        try await run("--once")
        // The client secret can be read by who may change the provider; nothing is to be done.
        try await run("plan")
        try await admin.changeApplication("grafana", ["group": "Elsewhere"])
        try await admin.changeProvider("grafana", ["include_claims_in_id_token": false, "client_id": "other"])
        try await run("--once")
        // A provider is made anew, linked, and marked.
        try await admin.deleteProvider("grafana")
        try await run("--once")
        // An application that somebody else made, without a mark, is adopted.
        try await admin.deleteApplication("docs")
        try await admin.send("POST", "core/applications/", ["name": "By hand", "slug": "docs"])
        try await run("--once")

        let daemon = try workplace.daemon()
        let status = try await daemon.settled("in sync") { $0["isInSync"] == true }
        #expect(status["authentik"]?["isAuditLogWatched"] == true)
        try await admin.changeApplication("docs", ["name": "By hand"])
        try await daemon.eventually("the name is changed back") {
            try await admin.application("docs")["name"] == "Docs" ? true : nil
        }
        #expect(try await daemon.end() == 0)

        try workplace.write(
            services.replacing("services:", with: "prune: true\nservices:")
                .replacing("  - slug: grafana", with: "  - slug: grafana\n    state: absent")
        )
        try await run("--once")
        #expect(try await admin.list("providers/oauth2/").isEmpty)
        try workplace.write(services)
        try await run("--once")
        try await run("release")
        #expect(try await admin.list("core/application_entitlements/").isEmpty)
    }
}
