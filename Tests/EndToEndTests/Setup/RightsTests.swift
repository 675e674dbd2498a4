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

    /// A file, and what it has beyond services.
    struct Setting: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var features: Set<FileFeature>
        /// What stands above the services.
        var head = ""
        /// Who may open each service; nil to say nothing.
        var access: String?
        /// Those of whom the file knows and that can vanish.
        var subjects: [SubjectKind] = []
        /// What stands below the services.
        var more = ""

        var services: String {
            let slugs = ["grafana", "docs"]
            let federation = "    jwtFederation: {sources: [corp]}\n"
            let services =
                features.contains(.federatedSources)
                ? Workplace.services.replacing("    redirectPath:", with: "\(federation)    redirectPath:")
                : Workplace.services
            return slugs.reduce(head + services + more) { text, slug in
                guard let access else { return text }
                return text.replacing("- slug: \(slug)\n", with: "- slug: \(slug)\n    access: \(access)\n")
            }
        }
    }

    private static let mapping = "scopeMappings: [{name: Own email, scope: email, expression: 'return {}'}]\n"

    private static let behindOutpost =
        "  - {slug: trivy, name: Trivy, port: 8448, forwardAuth: {mode: single, skipPaths: ['^/health$']}}\n"

    private static let settings = [
        Setting(testDescription: "services", features: []),
        Setting(testDescription: "groups", features: [.groups], head: "groups: [{name: family}]\n"),
        Setting(testDescription: "scope mappings", features: [.scopeMappings], head: mapping),
        Setting(testDescription: "federated sources", features: [.federatedSources]),
        Setting(testDescription: "forward-auth", features: [.forwardAuth], more: behindOutpost),
        Setting(testDescription: "everyone", features: [.access], access: "everyone"),
        Setting(
            testDescription: "access of groups",
            features: [.access, .restriction, .accessGroups],
            access: "{groups: [somebody]}",
            subjects: [.group]
        ),
        Setting(
            testDescription: "access of users",
            features: [.access, .restriction, .accessUsers],
            access: "{users: [somebody]}",
            subjects: [.user]
        ),
        Setting(
            testDescription: "access of policies",
            features: [.access, .restriction, .accessPolicies],
            access: "{policies: [somebody]}",
            subjects: [.policy]
        ),
        Setting(
            testDescription: "everything",
            features: Set(FileFeature.allCases),
            head: "groups: [{name: family}]\n" + mapping,
            access: "{groups: [family, somebody], users: [somebody], policies: [somebody], mode: all, exclusive: true}",
            subjects: SubjectKind.allCases,
            more: behindOutpost
        ),
    ]

    @Test(arguments: settings)
    func `what is granted is what is used`(setting: Setting) async throws {
        try await withWorkplace { workplace in
            let admin = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            for kind in setting.subjects { try await workplace.admin.makeSomebody(kind) }
            if setting.features.contains(.federatedSources) {
                workplace.sandbox.change { _ = $0.addSource(name: "Corp", slug: "corp") }
            }
            try workplace.write(setting.services)
            let made = try await Command(
                ["bootstrap", "--config", workplace.file.path],
                environment: admin
            ).run()
            try #require(made.status == 0)
            try Data(made.output.utf8).write(to: workplace.tokenFile)
            workplace.sandbox.resetRequests()

            try await live(workplace, setting)

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
            #expect(granted.subtracting(used).sorted() == [], "granted, and not needed")
            #expect(used.subtracting(granted).sorted() == [], "used, and not granted")
            #expect(granted == Set(RequiredPermission.needed(by: setting.features).map(\.name)))
            // The table itself, request by request.
            let table = Set(RequestUse.needed(by: setting.features).map { Kind($0.method, $0.endpoint) })
            let sent = Set(own.compactMap(Kind.init))
            #expect(own.allSatisfy { Kind($0) != nil })
            #expect(table.subtracting(sent).sorted() == [], "in the table, and never sent")
            #expect(sent.subtracting(table).sorted() == [], "sent, and not in the table")
        }
    }

    /// Everything that is done with the account: create, update, link, mark, prune, release, and look at the audit log.
    private func live(_ workplace: Workplace, _ setting: Setting) async throws {
        let admin = workplace.admin
        let services = setting.services
        func run(_ arguments: String...) async throws { try await Self.run(arguments, workplace) }
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
        try await liveWithAccess(workplace, setting)
        try await liveWithScopeMappings(workplace, setting)
        try await liveWithForwardAuth(workplace, setting)

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
        #expect(try await admin.list("providers/oauth2/?name=grafana").isEmpty)
        try workplace.write(services)
        try await run("--once")
        try await run("release")
        #expect(try await admin.list("core/application_entitlements/").isEmpty)
    }

    /// Everything that is done about a service behind an outpost: make, correct, make again, have it served, prune.
    private func liveWithForwardAuth(_ workplace: Workplace, _ setting: Setting) async throws {
        guard setting.features.contains(.forwardAuth) else { return }
        let admin = workplace.admin
        func own() async throws -> JSONValue? { try await admin.list("providers/proxy/?name__iexact=trivy").first }
        func outpost() async throws -> JSONValue { try await admin.list("outposts/instances/").first ?? .null }
        func asked() -> Int {
            let paths = workplace.sandbox.requests.filter { $0.caller == Self.account }.map(\.path)
            return paths.count { $0.contains("/outposts/") || $0.contains("/providers/proxy/") }
        }
        // Somebody else changes it, takes it out of its outpost, and deletes it.
        let first = try #require(try await own())
        let path = "providers/proxy/\(first["pk"]?.integer ?? 0)/"
        try await admin.send("PATCH", path, ["mode": "forward_single", "skip_path_regex": "^/$"])
        let embedded = "outposts/instances/\(try await outpost()["pk"]?.string ?? "")/"
        try await admin.send("PATCH", embedded, ["providers": []])
        try await Self.run(["--once"], workplace)
        #expect(try await own()?["skip_path_regex"] == "^/health$")
        #expect(try await outpost()["providers"] == [first["pk"] ?? .null])
        try await admin.send("DELETE", path)
        try await Self.run(["--once"], workplace)
        #expect(try await own()?["pk"] != first["pk"])

        try workplace.write(
            setting.services.replacing(Self.behindOutpost, with: "")
                .replacing("services:", with: "prune: true\nservices:")
        )
        try await Self.run(["--once"], workplace)
        #expect(try await own() == nil)
        // The same account asks nothing of either for a file without.
        let before = asked()
        try await Self.run(["--once"], workplace)
        #expect(asked() == before)
        try workplace.write(setting.services)
        try await Self.run(["--once"], workplace)
        #expect(try await outpost()["providers"] == [try await own()?["pk"] ?? .null])
    }

    /// Everything that is done about scope mappings: make, correct, delete, make again.
    private func liveWithScopeMappings(_ workplace: Workplace, _ setting: Setting) async throws {
        guard setting.features.contains(.scopeMappings) else { return }
        func own() async throws -> JSONValue? {
            try await workplace.admin.list("propertymappings/provider/scope/?name=Own+email").first
        }
        let path = "propertymappings/provider/scope/\(try await own()?["pk"]?.string ?? "")/"
        try await workplace.admin.send("PATCH", path, ["expression": "return 1"])
        try await Self.run(["--once"], workplace)
        #expect(try await own()?["expression"] == "return {}")
        let others = setting.services.replacing(Self.mapping, with: "scopeMappings: []\nprune: true\n")
        try workplace.write(others)
        try await Self.run(["--once"], workplace)
        #expect(try await own() == nil)
        try workplace.write(setting.services)
        try await Self.run(["--once"], workplace)
        #expect(try await own()?["managed"] == "reconcile/homelab/Own email")
    }

    /// Everything that is done about who may open a service: bind, correct, unbind, close, keep closed, open again.
    private func liveWithAccess(_ workplace: Workplace, _ setting: Setting) async throws {
        guard let access = setting.access else { return }
        let admin = workplace.admin
        func bindings() async throws -> [JSONValue] { try await admin.list("policies/bindings/?target=\(docs)") }
        let docs = try #require(try await admin.application("docs")["pk"]?.string)
        guard !setting.subjects.isEmpty else {
            // What was restricted is opened.
            try workplace.write(setting.services.replacing("access: \(access)", with: "access: {users: [akadmin]}"))
            try await Self.run(["--once"], workplace, token: Workplace.token)
            #expect(try await bindings().count == 1)
            try workplace.write(setting.services)
            try await Self.run(["--once"], workplace)
            #expect(try await bindings() == [])
            return
        }
        let bound = try await bindings()
        let first = try #require(bound.first)
        let pk = try #require(first["pk"]?.string)
        let subject = try #require(SubjectKind.allCases.map(\.rawValue).first { first[$0]?.isNull == false })
        try await admin.send(
            "PATCH",
            "policies/bindings/\(pk)/",
            ["target": .string(docs), subject: first[subject] ?? .null, "order": 7, "enabled": false]
        )
        try await admin.send(
            "POST",
            "policies/bindings/",
            ["target": .string(docs), subject: first[subject] ?? .null, "order": 99]
        )
        try await Self.run(["--once"], workplace)
        #expect(try await bindings().count == bound.count)
        for kind in setting.subjects { try await admin.deleteSomebody(kind) }
        try await Self.run(["--once"], workplace, ends: 1)
        let closing = try #require(
            try await admin.list("policies/expression/").first { $0["name"] == "reconcile: nobody" }
        )
        let path = "policies/expression/\(closing["pk"]?.string ?? "")/"
        try await admin.send("PATCH", path, ["expression": "return True"])
        try await Self.run(["--once"], workplace, ends: 1)
        #expect(try await admin.send("GET", path)["expression"] == "return False")
        for kind in setting.subjects { try await admin.makeSomebody(kind) }
        try await Self.run(["--once"], workplace)
        #expect(try await bindings().count == bound.count)
    }

    /// - Parameter token: nil for that of the account.
    private static func run(
        _ arguments: [String],
        _ workplace: Workplace,
        token: String? = nil,
        ends status: Int32? = nil
    ) async throws {
        var environment = ["AUTHENTIK_URL": workplace.address]
        if let token {
            environment["AUTHENTIK_TOKEN"] = token
        } else {
            environment["AUTHENTIK_TOKEN_FILE"] = workplace.tokenFile.path
        }
        let result = try await Command(arguments + ["--config", workplace.file.path], environment: environment).run()
        let wanted: Set<Int32> = status.map { [$0] } ?? [0, 2]
        try #require(wanted.contains(result.status), "\(arguments): \(result.output)\(result.errors)")
    }
}

extension Admin {
    private static let places: [SubjectKind: String] = [
        .group: "core/groups", .user: "core/users", .policy: "policies/expression",
    ]

    /// Makes a group, user or policy of the name `somebody`.
    fileprivate func makeSomebody(_ kind: SubjectKind) async throws {
        let body: JSONValue =
            switch kind {
            case .group: ["name": "somebody"]
            case .user: ["username": "somebody", "name": "Somebody"]
            case .policy: ["name": "somebody", "expression": "return True"]
            }
        try await send("POST", "\(Self.places[kind] ?? "")/", body)
    }

    fileprivate func deleteSomebody(_ kind: SubjectKind) async throws {
        let path = Self.places[kind] ?? ""
        let name = kind == .user ? "username" : "name"
        let found = try await list("\(path)/").first { $0[name] == "somebody" }?["pk"]
        try await send("DELETE", "\(path)/\(found?.integer.map(String.init) ?? found?.string ?? "")/")
    }
}
