import AuthentikAPI
import Exporting
import Kinds
import Planning
import Testing

/// What is written of applications behind an outpost.
@Suite struct ForwardAuthExportTests {
    private func world(_ pairs: World.Pair..., served: Bool = true) -> World {
        var world = World()
        world.furnishProxies()
        for pair in pairs {
            world.add(pair)
            if served, let pk = pair.provider?.pk { world.observed.outposts[0].providers.insert(pk) }
        }
        return world
    }

    /// What is exported plans to nothing.
    private func expectNothing(_ world: World, _ export: Export, declared: Int = 1) throws {
        #expect(export.problems == [])
        #expect(export.declared == declared, "\(export.text)")
        for service in try #require(world.plan(export), "\(export.text)").services {
            #expect(service.changes.isEmpty, "\(service.changes)\n\(export.text)")
            #expect([.adopt, .inSync].contains(service.decision), "\(service.reason)\n\(export.text)")
        }
    }

    @Test func `each mode has its fields, and defaults are left out`() throws {
        var world = world(.proxy("single", pk: 1), .proxy("domain", pk: 2), .proxy("upstream", pk: 3))
        world.changeProxy("domain") { proxy in
            proxy["mode"] = .text("forward_domain")
            proxy["cookieDomain"] = .text("example.net")
            proxy["externalHost"] = .text("http://domain.example.net:9000")
            proxy["skipPaths"] = .lines(["^/health$", "^/a: b"])
            proxy["interceptAuthorization"] = .flag(false)
            proxy["accessTokenValidity"] = .duration("days=7")
            proxy["authenticationFlow"] = .reference(pk: "flow-explicit")
        }
        world.changeProxy("upstream") { proxy in
            proxy["providerName"] = .text("Provider for Upstream")
            proxy["mode"] = .text("proxy")
            proxy["upstream"] = .text("https://10.0.0.7:8443")
            proxy["verifyUpstreamTLS"] = .flag(false)
            proxy["basicAuth"] = .flag(true)
            proxy["user"] = .text("app_user")
            proxy["password"] = .text("app: password")
            proxy["authorizationFlow"] = .reference(pk: "flow-explicit")
            proxy["scopes"] = .references(pks: World.ownScopePKs + ["scope-headers", "scope-offline_access"])
        }
        let export = world.export(.all(owner: "homelab"))
        #expect(
            export.body == """
                apiVersion: reconcile/v1
                owner: homelab
                services:
                  - slug: domain
                    host: domain.example.net
                    scheme: http
                    port: 9000
                    forwardAuth:
                      mode: domain
                      cookieDomain: example.net
                      skipPaths:
                        - '^/health$'
                        - '^/a: b'
                      interceptAuthorization: false
                      accessTokenValidity: days=7
                      authenticationFlow: explicit

                  - slug: single
                    host: single.example.net
                    forwardAuth:
                      mode: single

                  - slug: upstream
                    host: upstream.example.net
                    providerName: Provider for Upstream
                    forwardAuth:
                      mode: proxy
                      upstream: https://10.0.0.7:8443
                      verifyUpstreamTLS: false
                      basicAuth:
                        user: app_user
                        password: 'app: password'
                      scopes: [headers, offline_access]
                      authorizationFlow: explicit

                # 3 applications: 3 services.

                """
        )
        try expectNothing(world, export, declared: 3)
    }

    @Test func `the file's host is not repeated`() throws {
        var world = world(.proxy("a", pk: 1), .proxy("b", pk: 2))
        world.changeProxy("a") { $0["externalHost"] = .text("https://sso.example.net:8448") }
        world.changeProxy("b") { $0["externalHost"] = .text("https://sso.example.net:8449") }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.text.contains("\nhost: sso.example.net\n"))
        #expect(export.text.contains("- slug: a\n    port: 8448\n    forwardAuth:\n      mode: single\n"))
        try expectNothing(world, export, declared: 2)
    }

    @Test(arguments: ["", "https://single.example.net", "https://single.example.net/start"])
    func `a launch URL is written where it is not the origin`(_ launchURL: String) throws {
        var world = world(.proxy("single", pk: 1))
        world.change("single") { application, _ in application.launchURL = launchURL }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.text.contains("launchURL: ") == launchURL.hasSuffix("/start"))
        try expectNothing(world, export)
    }

    @Test(arguments: ["https://[fd00::1]:8443", "http://10.0.0.7", "https://wiki.example.net:444"])
    func `an external host is an origin`(_ url: String) throws {
        var world = world(.proxy("single", pk: 1))
        world.changeProxy("single") { $0["externalHost"] = .text(url) }
        try expectNothing(world, world.export(.all(owner: "homelab")))
    }

    @Test(
        arguments: [
            "https://a.example/app", "https://a.example:443", "https://me:hunter2@a.example", "https://a_b.example",
        ]
    )
    func `one that no file can say is a comment`(_ url: String) {
        var world = world(.proxy("single", pk: 1))
        world.changeProxy("single") { $0["externalHost"] = .text(url) }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 0)
        #expect(!export.text.contains("hunter2"))
        let cause: CommentCause = url.contains("_") ? .other : .externalHost
        #expect(export.commented.map(\.cause) == [cause], "\(export.text)")
    }

    @Test func `its outpost is named`() throws {
        var world = world(.proxy("single", pk: 1), served: false)
        let unserved = world.export(.all(owner: "homelab"))
        #expect(unserved.commented.map(\.cause) == [.unserved])
        #expect(unserved.text.contains("# cannot be expressed: 'single': no outpost serves its provider"))
        #expect(unserved.text.contains("  #   forwardAuth:\n  #     mode: single\n"))
        #expect(unserved.text.contains("- 1 with a proxy provider that no outpost serves: single"))

        world.observed.outposts[1].providers = [1]
        let other = world.export(.all(owner: "homelab"))
        #expect(other.text.contains("      mode: single\n      outpost: edge\n"))
        try expectNothing(world, other)

        world.observed.outposts[0].providers = [1]
        let both = world.export(.all(owner: "homelab"))
        #expect(!both.text.contains("outpost: edge"))
        #expect(both.text.contains("# cannot be expressed: 1 other outpost serves it, too: 'edge'"))
        try expectNothing(world, both)
    }

    @Test func `a mark tells what is managed`() throws {
        var world = world(.proxy("single", pk: 1))
        world.observed.outposts[1].providers = [1]
        world.changeProxy("single") { proxy in
            proxy["skipPaths"] = .lines(["^/health$"])
            proxy["accessTokenValidity"] = .duration("days=7")
        }
        world.change("single") { application, _ in application["description"] = .text("By hand") }
        var mark = OwnershipMark(
            owner: "homelab",
            slug: "single",
            provider: 1,
            applicationFields: ["meta_launch_url"],
            providerFields: ["access_token_validity", "external_host"]
        )
        mark.outpost = "outpost-edge"
        world.mark("single", mark)
        let export = world.export(.marked(owner: "homelab"))
        #expect(
            export.body == """
                apiVersion: reconcile/v1
                owner: homelab
                host: single.example.net
                services:
                  # cannot be expressed: 1 other outpost serves it, too: 'authentik Embedded Outpost'
                  - slug: single
                    forwardAuth:
                      outpost: edge
                      accessTokenValidity: days=7
                    # set in Authentik, but not managed yet:
                    # description: By hand
                    # forwardAuth:
                    #   skipPaths:
                    #     - '^/health$'

                # 1 application: 1 service.

                """
        )
        try expectNothing(world, export)
        #expect(world.plan(export)?.services.first?.decision == .inSync)
    }

    @Test func `that no path is open is said where it is managed`() throws {
        var world = world(.proxy("single", pk: 1))
        var mark = OwnershipMark(
            owner: "homelab",
            slug: "single",
            provider: 1,
            applicationFields: ["meta_launch_url"],
            providerFields: ["external_host", "mode", "skip_path_regex"]
        )
        mark.outpost = "outpost-embedded"
        world.mark("single", mark)
        let export = world.export(.marked(owner: "homelab"))
        #expect(export.text.contains("    forwardAuth:\n      mode: single\n      skipPaths: []\n"), "\(export.text)")
        try expectNothing(world, export)
    }

    @Test func `what no file can say of it stays as it is`() throws {
        var world = world(.proxy("single", pk: 1))
        world.changeProxy("single") { proxy in
            proxy["skipPaths"] = .lines(["^/(health$"])
            proxy["accessTokenValidity"] = .duration("days=7")
            // What is left of another mode.
            proxy["upstream"] = .text("http://10.0.0.7")
            proxy["cookieDomain"] = .text("example.net")
            proxy["scopes"] = .references(pks: World.ownScopePKs.dropLast())
        }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.text.contains("it stays as it is"))
        #expect(export.text.contains("      mode: single\n      accessTokenValidity: days=7\n"))
        try expectNothing(world, export)
    }

    @Test func `a domain without the domain is a comment`() {
        var world = world(.proxy("domain", pk: 1))
        world.changeProxy("domain") { $0["mode"] = .text("forward_domain") }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.commented.map(\.reason) == ["'mode: domain' needs cookieDomain in forwardAuth"])
    }

    /// A file may take it over whatever it says of adoption.
    @Test(arguments: ["always", "matching"])
    func `what was made by hand can be adopted`(_ adopt: String) throws {
        let world = world(.proxy("single", pk: 1))
        var export = world.export(.all(owner: "homelab"))
        export.text = export.text.replacing("  - slug: single\n", with: "  - slug: single\n    adopt: \(adopt)\n")
        let plan = try #require(world.plan(export)?.services.first)
        #expect(plan.decision == .adopt && plan.changes.isEmpty, "\(plan.reason)")
    }

    @Test func `no proxy provider without an application is forgotten`() {
        var world = world(.proxy("single", pk: 1))
        world.change("single") { application, _ in application.provider = nil }
        let text = world.export(.all(owner: "homelab")).text
        #expect(text.contains("because no application uses them: proxy providers 'single'"))
    }

    /// What is still a difference, beside what is none.
    @Test func `another launch URL and another scope are differences`() throws {
        var world = world(.proxy("single", pk: 1))
        let export = world.export(.all(owner: "homelab"))
        world.changeProxy("single") { $0["scopes"] = .references(pks: World.ownScopePKs + ["scope-headers"]) }
        world.change("single") { application, _ in application.launchURL = "https://elsewhere.example.net" }
        let changes = try #require(world.plan(export)?.services.first).changes
        #expect(changes.map(\.field) == ["meta_launch_url", "property_mappings"])
    }

    @Test func `other types of providers are named and counted by type`() {
        var world = world(.proxy("single", pk: 5), .grafana)
        let types = ["LDAP Provider", "RAC Provider", "RADIUS Provider", "SAML Provider", "SAML Provider"]
        for (index, type) in types.enumerated() {
            var application = Application(
                pk: "app-\(index)",
                slug: "other-\(index)",
                name: "Other",
                provider: 90 + index
            )
            application.providerSummary = .init(name: "Provider \(index)", typeName: type)
            world.add(World.Pair(application: application))
        }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.text.contains("# not exported: 'other-0': it has the LDAP Provider 'Provider 0', which a file"))
        #expect(
            export.text.hasSuffix(
                """
                # 7 applications: 2 services, and 5 only as a comment:
                # - 2 with a provider that a file cannot declare, SAML Provider: other-3, other-4
                # - 1 with a provider that a file cannot declare, LDAP Provider: other-0
                # - 1 with a provider that a file cannot declare, RAC Provider: other-1
                # - 1 with a provider that a file cannot declare, RADIUS Provider: other-2

                """
            ),
            "\(export.text)"
        )
        #expect(export.counted.comments.map(\.slugs.count) == [2, 1, 1, 1])
    }
}

extension World {
    static let ownScopePKs = ["scope-openid", "scope-email", "scope-profile", "scope-entitlements", "scope-proxy"]

    /// What proxy providers need.
    mutating func furnishProxies() {
        observed.scopeMappings += [
            ScopeMapping(
                pk: "scope-entitlements",
                name: "Entitlements",
                scopeName: "entitlements",
                managed: "goauthentik.io/providers/oauth2/scope-entitlements"
            ),
            ScopeMapping(
                pk: "scope-proxy",
                name: "Proxy",
                scopeName: "ak_proxy",
                managed: "goauthentik.io/providers/proxy/scope-proxy"
            ),
            ScopeMapping(pk: "scope-headers", name: "Headers", scopeName: "headers"),
        ]
        observed.outposts = [
            Outpost(pk: "outpost-embedded", name: "authentik Embedded Outpost", isEmbedded: true),
            Outpost(pk: "outpost-edge", name: "edge"), Outpost(pk: "outpost-ldap", name: "ldap", type: "ldap"),
        ]
    }

    mutating func changeProxy(_ slug: String, _ change: (inout ProxyValues) -> Void) {
        self.change(slug) { _, provider in
            guard let values = provider?.proxy?.values else { return }
            var proxy = ProxyValues(values: values)
            change(&proxy)
            provider?.proxy?.values = proxy.values
            provider?.name = proxy["providerName"]?.text ?? ""
        }
    }

    /// A proxy provider's values by the file's names.
    struct ProxyValues {
        var values: FieldValues

        subscript(name: FieldName) -> FieldValue? {
            get { values[ProxyProvider.fields[name]] }
            set { values[ProxyProvider.fields[name]] = newValue }
        }
    }
}

extension World.Pair {
    /// All as this program, and Authentik, have it by default.
    static func proxy(_ slug: String, pk: Int) -> Self {
        var proxy = ProxyProvider(pk: pk, name: slug)
        var values = World.ProxyValues(values: proxy.values)
        values["mode"] = .text("forward_single")
        values["externalHost"] = .text("https://\(slug).example.net")
        values["verifyUpstreamTLS"] = .flag(true)
        values["interceptAuthorization"] = .flag(true)
        values["accessTokenValidity"] = .duration("hours=1")
        values["scopes"] = .references(pks: World.ownScopePKs)
        values["authorizationFlow"] = .reference(pk: "flow-implicit")
        values["invalidationFlow"] = .reference(pk: "flow-invalidation")
        proxy.values = values.values
        var pair = client(slug, pk: pk)
        pair.application.providerSummary = .init(name: slug, typeName: "Proxy Provider", model: ProxyProvider.model)
        pair.provider?.clientID = "made-up-\(slug)"
        pair.provider?.redirectURIs = [
            .init(matchingMode: "strict", url: "https://\(slug).example.net/cb?X-authentik-auth-callback=true")
        ]
        pair.provider?.kind = .proxy
        pair.provider?.proxy = proxy
        return pair
    }
}
