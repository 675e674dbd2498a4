import AuthentikAPI
import DesiredState
import Kinds
import Planning
import Secrets
import Testing

/// One row of a table of `Claim` or `ProviderMatcher`: how Authentik and the file differ from a converged `grafana` with the
/// provider 7 and `argocd` with the provider 8, and what comes of the two.
struct MatchingCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var grafana: Decision
    var argocd: Decision
    /// Part of what `grafana`'s plan says.
    var says: String
    var bend: @Sendable (inout World) -> Void

    init(
        _ name: String,
        grafana: Decision,
        argocd: Decision = .inSync,
        says: String = "",
        bend: @escaping @Sendable (inout World) -> Void
    ) {
        testDescription = name
        self.grafana = grafana
        self.argocd = argocd
        self.says = says
        self.bend = bend
    }

    func check() throws {
        var world = World(.grafana(), .argocd())
        world.converge(.grafana())
        world.converge(.argocd(), providerPK: 8)
        bend(&world)
        let plans = world.plan.services
        let grafana = try #require(plans.first { $0.slug == "grafana" })
        let argocd = try #require(plans.first { $0.slug == "argocd" })
        let said = ([grafana.reason] + grafana.notes).joined(separator: "\n")
        #expect(grafana.decision == self.grafana, "it says: \(said)")
        #expect(argocd.decision == self.argocd, "it says: \(argocd.reason)")
        #expect(says.isEmpty || said.contains(says), "it says: \(said)")
    }
}

extension World {
    /// What `grafana` or `argocd` is in the file.
    fileprivate mutating func declare(_ slug: String, _ change: (inout Service) -> Void) {
        for index in services.indices where services[index].slug == slug { change(&services[index]) }
    }

    /// An application of this owner's that no service declares, with a provider of its own.
    fileprivate mutating func addOrphan(_ slug: String, name: String, clientID: String) {
        var orphan = Service.client(slug, port: 9, path: "/", secret: "ARGOCD")
        orphan.provider?.name = name
        orphan.provider?.clientID = clientID
        converge(orphan, providerPK: 9)
    }
}

@Suite struct MatchingTests {
    static let claims = [
        MatchingCase(
            "one has its slug, and another a former one",
            grafana: .conflict,
            says: "both it and 'metrics', which it was renamed from"
        ) {
            $0.declare("grafana") { $0.renamedFrom = ["metrics"] }
            $0.observed.applications.append(Application(pk: "app-metrics", slug: "metrics", name: "Metrics"))
        },
        MatchingCase("one has a former slug", grafana: .update, says: "slug differs") {
            $0.declare("grafana") { $0.renamedFrom = ["metrics"] }
            $0.changeApplications { if $0.slug == "grafana" { $0.slug = "metrics" } }
            $0.changeProviders { if $0.pk == 7 { $0.applicationSlug = "metrics" } }
        },
        MatchingCase("one has its slug", grafana: .inSync) { _ in },
        MatchingCase("the mark of one has its slug", grafana: .update, says: "slug differs") {
            $0.changeApplications { if $0.slug == "grafana" { $0.slug = "by-hand" } }
            $0.changeProviders { if $0.pk == 7 { $0.applicationSlug = "by-hand" } }
        },
        MatchingCase("the mark of one that is declared itself has its slug", grafana: .link, argocd: .update) {
            $0.removeApplication("grafana")
            $0.set(OwnershipMark(owner: "homelab", slug: "grafana", provider: 8), on: "argocd")
        },
        MatchingCase("none", grafana: .create, says: "new") {
            $0.removeApplication("grafana")
            $0.removeProvider(7)
        },
    ]

    @Test(arguments: claims)
    func `which application is a service's`(_ row: MatchingCase) throws { try row.check() }

    static let providers = [
        MatchingCase(
            "the mark names what may be a proxy provider",
            grafana: .conflict,
            says: "its provider 'grafana' looks like a proxy provider"
        ) {
            $0.changeProviders { if $0.pk == 7 { $0.kind = .undetermined } }
        },
        MatchingCase("the mark names it, whatever its name", grafana: .update, says: "providerName, clientID differ") {
            $0.changeProviders { if $0.pk == 7 { ($0.name, $0.clientID) = ("x", "y") } }
        },
        MatchingCase(
            "the mark names what another application keeps",
            grafana: .conflict,
            says: "its provider 'grafana' is linked to the application 'else'; unlink it there"
        ) {
            $0.observed.applications.append(Application(pk: "app-else", slug: "else", name: "Else"))
            $0.link("grafana", to: nil)
            $0.link("else", to: 7)
        },
        MatchingCase(
            "the mark names what an earlier service takes",
            grafana: .conflict,
            argocd: .link,
            says: "its provider 'argocd' also belongs to another service, by their ownership marks"
        ) {
            $0.removeProvider(7)
            $0.link("argocd", to: nil)
            $0.set(OwnershipMark(owner: "homelab", slug: "grafana", provider: 8), on: "grafana")
        },
        MatchingCase(
            "its application's, of the declared name, is marked as another owner's",
            grafana: .conflict,
            says: "which the owner 'others' has marked; unlink it"
        ) {
            $0.removeMark(of: "grafana")
            $0.observed.applications.append(Application(pk: "app-else", slug: "else", name: "Else"))
            $0.set(OwnershipMark(owner: "others", slug: "else", provider: 7), on: "else")
        },
        MatchingCase("a proxy provider has its name", grafana: .conflict, says: "'grafana' is a proxy provider") {
            $0.removeApplication("grafana")
            $0.changeProviders { if $0.pk == 7 { $0.kind = .proxy } }
        },
        MatchingCase(
            "its application's and another one",
            grafana: .conflict,
            says: "several providers could be its own: 'x' (pk 7, client id 'grafana'), 'grafana' (pk 9, client id 'z')"
        ) {
            $0.removeMark(of: "grafana")
            $0.changeProviders { if $0.pk == 7 { $0.name = "x" } }
            $0.observed.providers.append(OAuth2Provider(pk: 9, name: "grafana", clientID: "z"))
        },
        MatchingCase("its application's, by the client id", grafana: .adopt, says: "differs from the file") {
            $0.removeMark(of: "grafana")
            $0.changeProviders { if $0.pk == 7 { $0.name = "x" } }
        },
        MatchingCase("a free one, by the name", grafana: .link, says: "its provider 'grafana' is there") {
            $0.removeApplication("grafana")
            $0.changeProviders { if $0.pk == 7 { $0.clientID = "x" } }
        },
        MatchingCase("a free one, by the client id", grafana: .link, says: "its provider 'x' is there") {
            $0.removeApplication("grafana")
            $0.changeProviders { if $0.pk == 7 { $0.name = "x" } }
        },
        MatchingCase(
            "an application without a mark has a provider of another type",
            grafana: .conflict,
            says: "the application has the SAML Provider 'saml'"
        ) {
            $0.removeMark(of: "grafana")
            $0.removeProvider(7)
            $0.changeApplications {
                if $0.slug == "grafana" {
                    ($0.provider, $0.providerSummary) = (70, .init(name: "saml", typeName: "SAML Provider"))
                }
            }
        },
        MatchingCase(
            "an application without a mark has what is marked as another owner's",
            grafana: .conflict,
            says: "which the owner 'others' has marked; unlink it"
        ) {
            $0.removeMark(of: "grafana")
            $0.changeProviders { if $0.pk == 7 { ($0.name, $0.clientID) = ("x", "y") } }
            $0.observed.applications.append(Application(pk: "app-else", slug: "else", name: "Else"))
            $0.set(OwnershipMark(owner: "others", slug: "else", provider: 7), on: "else")
        },
        MatchingCase("an application without a mark has one that nobody declares", grafana: .adopt) {
            $0.removeMark(of: "grafana")
            $0.changeProviders { if $0.pk == 7 { ($0.name, $0.clientID) = ("x", "y") } }
        },
        MatchingCase("none yet", grafana: .recreate) { $0.removeProvider(7) },
        MatchingCase(
            "one that another owner's mark names is not free",
            grafana: .conflict,
            says: "the name 'grafana' is taken by the provider 'grafana'"
        ) {
            $0.removeApplication("grafana")
            $0.observed.applications.append(Application(pk: "app-else", slug: "else", name: "Else"))
            $0.set(OwnershipMark(owner: "others", slug: "else", provider: 7), on: "else")
        },
        MatchingCase("one that another service's mark names is not free", grafana: .create, argocd: .link) {
            $0.removeApplication("grafana")
            $0.removeProvider(8)
            $0.set(OwnershipMark(owner: "homelab", slug: "argocd", provider: 7), on: "argocd")
        },
        MatchingCase("what an earlier service takes is not free", grafana: .create, argocd: .link) {
            $0.removeApplication("grafana")
            $0.removeApplication("argocd")
            $0.removeProvider(8)
            $0.changeProviders { $0.name = "argocd" }
        },
        MatchingCase("what it may not have, it does not take", grafana: .link, argocd: .conflict) {
            $0.removeApplication("grafana")
            $0.removeApplication("argocd")
            $0.removeProvider(8)
            $0.changeProviders { $0.name = "argocd" }
            $0.declare("argocd") { $0.adopt = .never }
        },
        MatchingCase("what it may not have falls: as if there were none", grafana: .create) {
            $0.removeApplication("grafana")
            $0.removeProvider(7)
            $0.addOrphan("old", name: "grafana", clientID: "x")
            $0.declare("grafana") { $0.adopt = .never }
            $0.prune = true
        },
        MatchingCase(
            "what it may not have is let go of, and stays: as if there were none",
            grafana: .conflict,
            argocd: .link,
            says: "the name 'grafana' is taken by the provider 'grafana'"
        ) {
            $0.removeApplication("grafana")
            $0.link("argocd", to: 7)
            $0.declare("grafana") { $0.adopt = .never }
            $0.changeProviders { if $0.pk == 7 { $0.clientID = "x" } }
        },
    ]

    @Test(arguments: providers)
    func `which provider is a service's own`(_ row: MatchingCase) throws { try row.check() }

    static let holders = [
        MatchingCase("an orphan that is pruned lets go", grafana: .link) {
            $0.removeProvider(7)
            $0.addOrphan("old", name: "grafana", clientID: "x")
            $0.prune = true
        },
        MatchingCase("an orphan that stays keeps it", grafana: .conflict, says: "of the application 'old'") {
            $0.removeProvider(7)
            $0.addOrphan("old", name: "grafana", clientID: "x")
        },
        MatchingCase(
            "an orphan that the deletion limit holds back keeps it",
            grafana: .conflict,
            says: "the deletion limit holds its deletion back"
        ) {
            $0.removeProvider(7)
            $0.addOrphan("old", name: "grafana", clientID: "x")
            $0.prune = true
            $0.maxDeletions = 0
        },
        MatchingCase("a service whose own is another one lets go", grafana: .link, argocd: .link) {
            $0.link("grafana", to: nil)
            $0.link("argocd", to: 7)
        },
        MatchingCase("a service that gets a new one lets go", grafana: .link, argocd: .recreate) {
            $0.link("grafana", to: nil)
            $0.removeProvider(8)
            $0.link("argocd", to: 7)
        },
        MatchingCase(
            "a service without its secret keeps it",
            grafana: .conflict,
            argocd: .blocked,
            says: "is linked to the application 'argocd'"
        ) {
            $0.link("grafana", to: nil)
            $0.link("argocd", to: 7)
            $0.secrets[.environment("ARGOCD")] = .missing(reason: "it is not set")
        },
        MatchingCase(
            "a service that may not have another one keeps it",
            grafana: .conflict,
            argocd: .conflict,
            says: "is linked to the application 'argocd'"
        ) {
            $0.link("grafana", to: nil)
            $0.link("argocd", to: 7)
            $0.removeMark(of: "argocd")
            $0.declare("argocd") { $0.adopt = .matching }
        },
        MatchingCase(
            "a service that does not get its name keeps it",
            grafana: .conflict,
            argocd: .conflict,
            says: "is linked to the application 'argocd'"
        ) {
            $0.link("grafana", to: nil)
            $0.link("argocd", to: 7)
            $0.declare("argocd") { $0.provider?.name = "theirs" }
            var theirs = OAuth2Provider(pk: 9, name: "theirs", clientID: "theirs")
            theirs.applicationSlug = "theirs"
            $0.observed.providers.append(theirs)
        },
        MatchingCase("a service that gets a name which is deleted lets go", grafana: .link, argocd: .link) {
            $0.link("grafana", to: nil)
            $0.link("argocd", to: 7)
            $0.declare("argocd") { $0.provider?.name = "old" }
            $0.addOrphan("old", name: "old", clientID: "old")
            $0.prune = true
        },
        MatchingCase("a service that gets a name which a third one gives up lets go", grafana: .link, argocd: .link) {
            let third = Service.client("third", port: 3, path: "/", secret: "ARGOCD")
            $0.services.append(third)
            $0.converge(third, providerPK: 9)
            $0.declare("third") { $0.provider?.name = "another" }
            $0.declare("argocd") { $0.provider?.name = "third" }
            $0.link("grafana", to: nil)
            $0.link("argocd", to: 7)
        },
        MatchingCase(
            "two that have each other's keep them",
            grafana: .conflict,
            argocd: .conflict,
            says: "is linked to the application 'argocd'"
        ) {
            $0.link("grafana", to: nil)
            $0.link("argocd", to: nil)
            $0.link("grafana", to: 8)
            $0.link("argocd", to: 7)
        },
        MatchingCase(
            "a backchannel keeps it",
            grafana: .conflict,
            says: "is linked to the application 'else'"
        ) {
            $0.link("grafana", to: nil)
            $0.changeProviders { if $0.pk == 7 { $0.backchannelApplicationSlug = "else" } }
        },
    ]

    @Test(arguments: holders)
    func `who lets go of a provider`(_ row: MatchingCase) throws { try row.check() }

    /// Each has the provider of the one before; the last gets a new one, or is stuck and keeps the one that it has.
    @Test(arguments: [false, true])
    func `a long chain is decided from its end`(_ isLastStuck: Bool) {
        let count = 2_000
        let slugs = (0..<count).map { "s\(10_000 + $0)" }
        var world = World()
        for (index, slug) in slugs.enumerated() {
            let service = Service.client(slug, port: 1, path: "/", secret: "ARGOCD")
            world.services.append(service)
            world.converge(service, providerPK: index)
        }
        for index in world.observed.applications.indices {
            let pk = index == 0 ? nil : index - 1
            world.observed.applications[index].provider = pk
            world.observed.providers[index].applicationSlug = index + 1 < count ? slugs[index + 1] : nil
        }
        world.observed.providers.removeLast()
        if isLastStuck {
            world.services[count - 1].provider?.secret = .environment("MISSING")
            world.secrets[.environment("MISSING")] = .missing(reason: "it is not set")
        }
        let plans = world.plan.services
        #expect(Set(plans.dropLast().map(\.decision)) == [isLastStuck ? .conflict : .link])
        #expect(plans.last?.decision == (isLastStuck ? .blocked : .recreate))
    }
}
