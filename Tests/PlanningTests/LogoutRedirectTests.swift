import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Planning
import Testing

/// Redirect URIs for logouts: entries of the same attribute as those for logins, and a field of their own in the file.
struct LogoutRedirectTests {
    private static let login = "strict https://host:8444/login/generic_oauth"

    /// A service that Authentik has with these logout URIs, beside the one for logins.
    ///
    /// - Parameters:
    ///   - declared: those of the file.
    ///   - isMarked: whether the file had some the last time.
    private func world(
        _ declared: [RedirectURI]?,
        there held: [String] = [],
        isMarked: Bool = false,
        release: String = "2026.5.8"
    ) -> World {
        var service = Service.grafana()
        service.provider?.logoutRedirectURIs = declared
        var world = World(service)
        world.observed.release = World.release(release)
        world.converge(service)
        world.changeProviders {
            $0["grantTypes"] = .words(["authorization_code", "refresh_token"])
            $0.redirectURIs += held.map { .init(matchingMode: "strict", url: $0, type: "logout") }
        }
        var mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 7)
        mark.applicationFields = ["group", "meta_launch_url", "name"]
        mark.providerFields = (isMarked ? ["logout_redirect_uris"] : []) + ["client_secret", "redirect_uris"]
        mark.providerFields.sort()
        world.set(mark, on: "grafana")
        return world
    }

    private func plan(_ world: World) throws -> ServicePlan { try #require(world.plan.services.first) }

    /// What the one change is to; nil for none.
    private func shown(_ world: World) throws -> [String]? {
        let changes = try plan(world).changes
        #expect(changes.allSatisfy { $0.object == .provider && $0.field == "redirect_uris" }, "\(changes)")
        #expect(changes.count <= 1)
        return changes.first?.after.shown
    }

    @Test func `those made by hand are kept where the file says nothing`() throws {
        var world = world(nil, there: ["https://by-hand"])
        #expect(try plan(world).decision == .inSync)
        world.changeProviders { $0.redirectURIs[0].url = "https://evil" }
        #expect(try shown(world) == [Self.login, "strict https://by-hand (logout)"])
    }

    @Test func `a declared list replaces them`() throws {
        let world = world([RedirectURI("https://a"), RedirectURI("b.*", matching: .regex)], there: ["https://by-hand"])
        let plan = try plan(world)
        #expect(plan.writeSummaries.first == "patch provider 7: redirect_uris")
        #expect(try shown(world) == [Self.login, "strict https://a (logout)", "regex b.* (logout)"])
        let sent = try #require(plan.changes.first?.after.json.array)
        #expect(sent.map { $0["redirect_uri_type"]?.string } == [nil, "logout", "logout"])
    }

    @Test func `an empty list takes them away`() throws {
        #expect(try shown(world([], there: ["https://by-hand"])) == [Self.login])
        #expect(try plan(world([], isMarked: true)).decision == .inSync)
    }

    @Test func `those that the file drops go once`() throws {
        #expect(try shown(world(nil, there: ["https://a"], isMarked: true)) == [Self.login])
        #expect(try shown(world(nil, there: ["https://a"])) == nil)
        // They are gone already: only the mark is behind.
        let plan = try plan(world(nil, isMarked: true))
        #expect(plan.changes.isEmpty && plan.reason == "its ownership mark is out of date")
    }

    @Test func `their order is no difference`() throws {
        let declared = [RedirectURI("https://a"), RedirectURI("https://b")]
        var world = world(declared, there: ["https://b", "https://a"], isMarked: true)
        #expect(try plan(world).decision == .inSync)
        world.changeProviders { $0.redirectURIs.reverse() }
        #expect(try plan(world).decision == .inSync)
    }

    @Test func `one for logins is none for logouts`() throws {
        var world = world([RedirectURI("https://a")], there: ["https://a"], isMarked: true)
        world.changeProviders { $0.redirectURIs[1].type = "authorization" }
        #expect(try shown(world) == [Self.login, "strict https://a (logout)"])
    }

    @Test func `where a tile leads only those for logins say`() throws {
        var world = world([RedirectURI("https://a")], there: ["https://a"], isMarked: true)
        world.services[0].launchURL = nil
        world.changeApplications { $0.launchURL = "" }
        world.changeProviders { $0.redirectURIs.reverse() }
        #expect(try plan(world).changes.isEmpty)
        world.services[0].provider?.redirectURIs.insert(RedirectURI("https://first"), at: 0)
        #expect(
            try shown(world) == ["strict https://first (first)", Self.login, "strict https://a (logout)"]
        )
        world.changeProviders {
            $0.redirectURIs.append(.init(matchingMode: "strict", url: "https://first"))
        }
        let change = try #require(try plan(world).changes.first)
        #expect(
            change.before?.shown == [
                "strict https://a (logout)", "\(Self.login) (first)", "strict https://first",
            ]
        )
    }

    @Test(arguments: ["2025.12.4", "2026.2.7"])
    func `a release without them is said, and sent none`(release: String) throws {
        let note = "logoutRedirectURIs is not managed: Authentik \(release) does not support it"
        var world = world([RedirectURI("https://a")], release: release)
        world.changeProviders { $0["grantTypes"] = .none }
        #expect(try plan(world).decision == .inSync)
        #expect(try plan(world).notes == [note])
        world.changeProviders { $0.redirectURIs[0].url = "https://evil" }
        #expect(try shown(world) == [Self.login])
        world.removeApplication("grafana")
        world.removeProvider(7)
        let created = try plan(world)
        #expect(created.changes.first { $0.field == "redirect_uris" }?.after.shown == [Self.login])
        #expect(created.notes == [note])
    }

    @Test(arguments: ["2026.5.0-rc1", "2026.5.8", "2026.8.5"])
    func `a new provider has them behind the others`(release: String) throws {
        var world = world([RedirectURI("https://a")], release: release)
        world.removeApplication("grafana")
        world.removeProvider(7)
        let change = try #require(try plan(world).changes.first { $0.field == "redirect_uris" })
        #expect(change.after.shown == [Self.login, "strict https://a (logout)"])
        #expect(try plan(world).changes.allSatisfy { $0.field != "logout_redirect_uris" })
    }

    /// What a create of this program left half done is its own, and nothing else is.
    @Test(
        arguments: [
            (["https://a"], ["https://a"], true), (["https://a"], nil, false), (["https://a"], [], false),
            ([], nil, true), ([], [], true), ([], ["https://a"], false),
        ] as [([String], [String]?, Bool)]
    )
    func `adopt never tells what this program made`(held: [String], declared: [String]?, isOurs: Bool) throws {
        var world = world(declared?.map { RedirectURI($0) }, there: held)
        world.services[0].adopt = .never
        world.removeMark(of: "grafana")
        // As a create leaves it.
        for field in OAuth2Provider.fields.attributes(in: world.observed.release) {
            world.changeProviders { provider in
                if provider.values[field] == nil { provider.values[field] = field.fallback(slug: "grafana") }
            }
        }
        let plan = try plan(world)
        #expect(plan.decision == (isOurs ? .adopt : .conflict), "\(plan.reason)")
    }
}
