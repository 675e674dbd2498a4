import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Planning
import Secrets
import Testing

/// One row of a decision table: how Authentik differs from a converged `grafana`, and what is planned.
struct DecisionCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Bends a world in which `grafana` is converged, with the provider 7.
    var bend: @Sendable (inout World) -> Void
    var decision: Decision
    var writes: [String]
    /// Part of the reason or of a note.
    var says: String

    init(
        _ name: String,
        _ decision: Decision,
        writes: [String] = [],
        says: String = "",
        bend: @escaping @Sendable (inout World) -> Void
    ) {
        testDescription = name
        self.bend = bend
        self.decision = decision
        self.writes = writes
        self.says = says
    }
}

@Suite struct DecisionTests {
    static let cases = [
        DecisionCase("as declared", .inSync) { _ in },
        DecisionCase("nothing there", .create, writes: ["create both", "mark created provider -"]) {
            $0.removeApplication("grafana")
            $0.removeProvider(7)
        },
        DecisionCase(
            "application deleted",
            .link,
            writes: ["create application link 7", "mark created provider 7"],
            says: "its provider 'grafana' is there"
        ) { $0.removeApplication("grafana") },
        DecisionCase(
            "application deleted, provider changed",
            .link,
            writes: ["patch provider 7: client_id", "create application link 7", "mark created provider 7"]
        ) {
            $0.removeApplication("grafana")
            $0.changeProviders { $0.clientID = "other" }
        },
        DecisionCase(
            "application deleted, provider known by its client id only",
            .link,
            writes: ["patch provider 7: name", "create application link 7", "mark created provider 7"]
        ) {
            $0.removeApplication("grafana")
            $0.changeProviders { $0.name = "Grafana provider" }
        },
        DecisionCase(
            "application deleted, two providers could be its own",
            .conflict,
            says: "several providers could be its own"
        ) {
            $0.removeApplication("grafana")
            $0.changeProviders { $0.name = "Grafana provider" }
            $0.observed.providers.append(OAuth2Provider(pk: 8, name: "grafana", clientID: "x"))
        },
        DecisionCase(
            "provider deleted",
            .recreate,
            writes: [
                "create provider", "patch application grafana:  link created", "change mark-grafana provider -",
            ],
            says: "its provider is gone"
        ) { $0.removeProvider(7) },
        DecisionCase("provider unlinked", .link, writes: ["patch application grafana:  link 7"]) {
            $0.link("grafana", to: nil)
        },
        DecisionCase(
            "provider unlinked, and a field of each differs",
            .link,
            writes: ["patch provider 7: signing_key", "patch application grafana: group link 7"]
        ) {
            $0.link("grafana", to: nil)
            $0.changeProviders { $0["signingKey"] = .none }
            $0.changeApplications { $0["group"] = .text("") }
        },
        DecisionCase(
            "linked to another provider",
            .link,
            writes: ["patch application grafana:  link 7"],
            says: "the application's present provider 'intruder' is left alone"
        ) {
            $0.observed.providers.append(OAuth2Provider(pk: 9, name: "intruder", clientID: "intruder"))
            $0.link("grafana", to: 9)
        },
        DecisionCase(
            "linked to another provider, its own is gone",
            .recreate,
            writes: [
                "create provider", "patch application grafana:  link created", "change mark-grafana provider -",
            ],
            says: "'intruder'"
        ) {
            $0.observed.providers.append(OAuth2Provider(pk: 9, name: "intruder", clientID: "intruder"))
            $0.link("grafana", to: 9)
            $0.removeProvider(7)
        },
        DecisionCase(
            "its provider has another application",
            .conflict,
            says: "its provider 'grafana' is linked to the application 'thief'"
        ) {
            $0.observed.applications.append(Application(pk: "app-thief", slug: "thief", name: "Thief"))
            $0.link("grafana", to: nil)
            $0.link("thief", to: 7)
        },
        DecisionCase("a field differs", .update, writes: ["patch application grafana: name"], says: "name differs") {
            $0.changeApplications { $0.name = "Something" }
        },
        DecisionCase("slug changed by hand", .update, writes: ["patch application grafana-old: slug"]) {
            $0.changeApplications { $0.slug = "grafana-old" }
            $0.changeProviders { $0.applicationSlug = "grafana-old" }
        },
        DecisionCase(
            "mark names another provider",
            .update,
            writes: ["change mark-grafana provider 7"],
            says: "its ownership mark is out of date"
        ) {
            $0.set(
                OwnershipMark(
                    owner: "homelab",
                    slug: "grafana",
                    provider: 99,
                    applicationFields: ["group", "meta_launch_url", "name"],
                    providerFields: ["client_secret", "redirect_uris"]
                ),
                on: "grafana"
            )
        },
        DecisionCase("marked as ours, and not to be seen", .conflict, says: "another slug now") {
            $0.observed.applications = []
        },
        DecisionCase("mark deleted", .adopt, writes: ["mark app-grafana provider 7"], says: "matches the file") {
            $0.removeMark(of: "grafana")
        },
        DecisionCase(
            "mark unreadable",
            .conflict,
            says: #"cannot be read, so its owner is unknown: {"note":"hello"}"#
        ) {
            $0.set(attributes: ["note": "hello"], on: "grafana")
        },
        DecisionCase("another owner's mark", .conflict, says: "belongs to the owner 'other'") {
            $0.set(OwnershipMark(owner: "other", slug: "grafana", provider: 7), on: "grafana")
            $0.changeApplications { $0.name = "Theirs" }
        },
        DecisionCase("mark of a newer version", .conflict, says: "version 2 of the ownership mark") {
            $0.set(attributes: ["version": 2, "owner": "homelab"], on: "grafana")
        },
        DecisionCase(
            "unmarked application without a provider",
            .adopt,
            writes: [
                "create provider", "patch application grafana:  link created", "mark app-grafana provider -",
            ]
        ) {
            $0.removeMark(of: "grafana")
            $0.removeProvider(7)
        },
        DecisionCase(
            "unmarked application with a provider of its own making",
            .adopt,
            writes: ["mark app-grafana provider 7", "patch provider 7: name, client_id"]
        ) {
            $0.removeMark(of: "grafana")
            $0.changeProviders { ($0.name, $0.clientID) = ("Grafana by hand", "c1i3nt") }
        },
        DecisionCase(
            "unmarked application with another service's provider",
            .adopt,
            writes: ["create provider", "patch application grafana:  link created", "mark app-grafana provider -"]
        ) {
            $0.services.append(.argocd())
            $0.removeMark(of: "grafana")
            $0.changeProviders { ($0.name, $0.clientID) = ("argocd", "argocd") }
        },
        DecisionCase(
            "unmarked application with a proxy provider",
            .conflict,
            says: "the Proxy Provider 'forward-auth'"
        ) {
            $0.removeMark(of: "grafana")
            $0.removeProvider(7)
            $0.changeApplications {
                ($0.provider, $0.providerSummary) = (70, .init(name: "forward-auth", typeName: "Proxy Provider"))
            }
        },
        DecisionCase(
            "its own provider may be a proxy provider",
            .conflict,
            says: "permission authentik_providers_proxy.view_proxyprovider"
        ) {
            $0.changeProviders { $0.kind = .undetermined }
        },
        DecisionCase(
            "unmarked application with what may be a proxy provider",
            .conflict,
            says: "the application's provider 'grafana' looks like a proxy provider"
        ) {
            $0.removeMark(of: "grafana")
            $0.changeProviders { ($0.kind, $0.name, $0.clientID) = (.undetermined, "grafana", "x") }
        },
        DecisionCase("a proxy provider of its name", .conflict, says: "'grafana' is a proxy provider") {
            $0.removeApplication("grafana")
            $0.changeProviders { $0.kind = .proxy }
        },
        DecisionCase(
            "what may be a proxy provider of its client id",
            .conflict,
            says: "permission authentik_providers_proxy.view_proxyprovider"
        ) {
            $0.removeApplication("grafana")
            $0.changeProviders { ($0.kind, $0.name) = (.undetermined, "other") }
        },
        DecisionCase("secret not at hand", .blocked, says: "is not set") {
            $0.secrets[.environment("GRAFANA")] = .missing(reason: "the secret (env GRAFANA) is not set")
            $0.changeApplications { $0.name = "Something" }
        },
        DecisionCase("secret on its way", .waiting, says: "is not there yet") {
            $0.secrets[.environment("GRAFANA")] = .waiting(reason: "the secret (env GRAFANA) is not there yet")
        },
        DecisionCase("flow unknown", .blocked, says: "authorizationFlow: Authentik has no flow 'nope'") {
            $0.services[0].provider?["authorizationFlow"] = .reference(.init(named: "nope"))
        },
        DecisionCase(
            "flow misspelt",
            .blocked,
            says: "no flow 'default-provider-invalidaton-flow'; did you mean 'default-provider-invalidation-flow'?"
        ) {
            $0.services[0].provider?["invalidationFlow"] = .reference(.init(named: "default-provider-invalidaton-flow"))
        },
        DecisionCase("key unknown", .blocked, says: "signingKey") { $0.observed.keys = [] },
        DecisionCase("key not unique", .blocked, says: "2 certificates") {
            $0.observed.keys.append(CertificateKeyPair(pk: "key2", name: ProgramDefaults.signingKey))
        },
        DecisionCase("scope unknown", .blocked, says: "no scope mapping 'groups'") {
            $0.services[0].provider?.scopes.append("groups")
        },
        DecisionCase(
            "a scope and an outpost unknown",
            .blocked,
            says: "; also forwardAuth: Authentik has no outpost 'nope'"
        ) {
            var forwardAuth = ForwardAuth(slug: "grafana", externalHost: "https://grafana.example.net", outpost: "nope")
            forwardAuth.values[ProxyProvider.Row.scopes] = .references([.init(named: "groups")])
            $0.services[0].login = .forwardAuth(forwardAuth)
        },
        DecisionCase("scope name not unique", .blocked, says: "'groups' is the scope name of 2 mappings: 'A', 'B'") {
            $0.services[0].provider?.scopes.append("groups")
            $0.observed.scopeMappings += [
                ScopeMapping(pk: "a", name: "A", scopeName: "groups"),
                ScopeMapping(pk: "b", name: "B", scopeName: "groups"),
            ]
        },
        DecisionCase(
            "client id of somebody else's provider",
            .conflict,
            says: "the client id 'grafana' is taken by the provider 'theirs' of the application 'theirs'"
        ) {
            $0.removeApplication("grafana")
            $0.removeProvider(7)
            var theirs = OAuth2Provider(pk: 8, name: "theirs", clientID: "grafana")
            theirs.applicationSlug = "theirs"
            $0.observed.providers.append(theirs)
        },
    ]

    @Test(arguments: cases)
    func decision(_ row: DecisionCase) throws {
        var world = World(.grafana())
        world.converge(.grafana())
        row.bend(&world)
        let plan = try #require(world.plan.services.first { $0.slug == "grafana" })
        #expect(plan.decision == row.decision)
        #expect(plan.writeSummaries == row.writes)
        let said = ([plan.reason] + plan.notes).joined(separator: "\n")
        #expect(row.says.isEmpty || said.contains(row.says), "it says: \(said)")
    }

    @Test func orphansAreReportedAndLeftAlone() throws {
        var world = World(.grafana())
        world.converge(.grafana())
        world.converge(.bookmark("old", port: 1))
        let orphan = try #require(world.plan.services.first { $0.slug == "old" })
        #expect(orphan.decision == .orphan)
        #expect(orphan.steps.isEmpty)
    }

    @Test func anotherOwnersApplicationIsNoOrphan() {
        var world = World(.grafana())
        world.converge(.grafana())
        world.converge(.bookmark("theirs", port: 1))
        world.set(OwnershipMark(owner: "other", slug: "theirs"), on: "theirs")
        #expect(world.plan.services.map(\.slug) == ["grafana"])
    }

    @Test func oneUnlinkedProviderIsTakenOnce() {
        var world = World(.grafana(), .argocd())
        var provider = world.provider(
            Service.grafana().provider ?? Provider(slug: "", redirectURIs: []),
            pk: 5,
            linkedTo: nil
        )
        // Named as the one, with the client id of the other.
        provider.name = "argocd"
        world.observed.providers = [provider]
        #expect(world.plan.services.map(\.decision) == [.link, .create])
    }
}
