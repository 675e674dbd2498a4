import AuthentikAPI
import DesiredState
import Kinds
import Planning
import Testing

/// Every row of the table in `ProxyProviders.swift`.
@Suite struct ProxyTests {
    private static let proxy = "authentik_providers_proxy.proxyprovider"
    private static let oauth2 = "authentik_providers_oauth2.oauth2provider"

    private func world(model: String?, looksLikeProxy: Bool, isLinked: Bool = true) -> World {
        var world = World(.grafana())
        world.converge(.grafana())
        world.changeApplications { $0.providerSummary?.model = model }
        if looksLikeProxy {
            world.services[0].provider?.redirectURIs = [
                RedirectURI(#"https://app.example.net/.*\?X-authentik-auth-callback=true"#, matching: .regex)
            ]
            world.changeProviders {
                $0.redirectURIs = [
                    .init(
                        matchingMode: "regex",
                        url: #"https://app.example.net/.*\?X-authentik-auth-callback=true"#
                    )
                ]
            }
        }
        if !isLinked { world.link("grafana", to: nil) }
        return world
    }

    private func kind(_ world: World, listed: Set<Int>? = nil, isAsked: Bool = false) -> OAuth2Provider.ProviderType? {
        var observed = world.observed
        observed.classifyProxiesByApplications()
        #expect(observed.needsProxies(for: DesiredState(owner: "homelab", services: world.services)) == isAsked)
        observed.classifyProxies(listed: listed?.sorted().map { ProxyProvider(pk: $0, name: "") })
        return observed.providers.first?.kind
    }

    @Test(arguments: [true, false])
    func theApplicationTells(_ looksLikeProxy: Bool) {
        // The list is asked all the same: the service's own provider is one, and has more fields than the application tells.
        #expect(kind(world(model: Self.proxy, looksLikeProxy: looksLikeProxy), isAsked: true) == .proxy)
        #expect(kind(world(model: Self.oauth2, looksLikeProxy: looksLikeProxy)) == .oauth2)
    }

    @Test func whatDoesNotLookLikeItIsNot() {
        #expect(kind(world(model: nil, looksLikeProxy: false)) == .oauth2)
        #expect(kind(world(model: Self.proxy, looksLikeProxy: false, isLinked: false)) == .oauth2)
    }

    @Test(arguments: [true, false])
    func theListTells(_ isLinked: Bool) {
        let world = world(model: nil, looksLikeProxy: true, isLinked: isLinked)
        #expect(kind(world, listed: [7], isAsked: true) == .proxy)
        #expect(kind(world, listed: [], isAsked: true) == .oauth2)
        #expect(kind(world, listed: nil, isAsked: true) == .undetermined)
    }

    /// An account that is no superuser does not see every application.
    @Test func whatNoPlanIsAboutIsNotAskedFor() {
        var world = world(model: nil, looksLikeProxy: true)
        world.services = [.argocd()]
        world.observed.applications = []
        world.observed.marks = []
        #expect(kind(world) == .undetermined)
        world.services[0].provider?.clientID = "grafana"
        #expect(kind(world, listed: [7], isAsked: true) == .proxy)
    }

    @Test func anOrdinaryProviderIsManagedWhateverItsPattern() {
        var world = world(model: Self.oauth2, looksLikeProxy: true)
        world.observed.classifyProxiesByApplications()
        #expect(world.plan.services.map(\.decision) == [.inSync])
    }

    /// Neither deleted nor forgotten.
    @Test func whatMayBeAProxyProviderStays() throws {
        var world = world(model: nil, looksLikeProxy: true, isLinked: false)
        world.observed.classifyProxiesByApplications()
        var absent = Service(slug: "grafana", location: world.services[0].location)
        absent.state = .absent
        world.services = [absent]
        let deleted = try #require(world.plan.services.first)
        #expect(deleted.decision == .conflict)
        #expect(deleted.writeSummaries == [])
        #expect(deleted.reason.contains("permission authentik_providers_proxy.view_proxyprovider"))

        world.services = [.bookmark("grafana", port: 8444)]
        world.prune = true
        let bookmark = try #require(world.plan.services.first)
        #expect(bookmark.deletion == nil)
        #expect(
            bookmark.steps.allSatisfy { step in
                guard case .updateMark(_, let content) = step.effect else { return false }
                return content.mark.provider == 7
            }
        )
    }
}
