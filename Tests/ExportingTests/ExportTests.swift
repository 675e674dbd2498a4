import AuthentikAPI
import DesiredState
import Exporting
import JSON
import Kinds
import Planning
import Secrets
import Testing

@Suite(.timeLimit(.minutes(60))) struct ExportTests {
    @Test func leavesOutWhatIsDefaultAndSharesTheHost() {
        var world = World()
        world.add(.grafana)
        world.add(.docs)
        world.add(.elsewhere)
        #expect(
            world.export(.all(owner: "homelab")).body == """
                apiVersion: reconcile/v1
                owner: homelab
                host: sso.example.net
                services:
                  - slug: docs
                    name: Homelab Docs
                    port: 8080

                  - slug: elsewhere
                    group: 'yes'
                    launchURL: https://elsewhere.example.org/start
                    openInNewTab: true
                    redirectURIs:
                      - https://elsewhere.example.org/callback
                      - url: 'https://.*\\.example\\.org/'
                        matching: regex
                    providerName: Provider for Elsewhere
                    clientID: '4711'
                    clientType: public
                    scopes: [openid, offline_access]
                    authorizationFlow: explicit
                    accessTokenValidity: minutes=5
                    subjectMode: user_email
                    includeClaimsInIDToken: false

                  - slug: grafana
                    name: Grafana
                    port: 8444
                    redirectPath: /login/generic_oauth
                    secretRef: {env: GRAFANA_CLIENT_SECRET}

                # 3 applications: 3 services.

                """
        )
    }

    @Test func whatCannotBeDeclaredIsAComment() {
        var world = World()
        world.add(.docs)
        world.change("docs") { application, _ in application.launchURL = "" }
        world.add(.grafana)
        world.change("grafana") { _, provider in provider?.redirectURIs = [] }
        world.add(.elsewhere)
        world.change("elsewhere") { application, _ in
            application.provider = 99
            application.providerSummary = .init(name: "SAML\n- slug: evil", typeName: "SAML Provider")
        }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 0)
        #expect(export.commented.map(\.slug) == ["docs", "elsewhere", "grafana"])
        #expect(
            export.body == """
                apiVersion: reconcile/v1
                owner: homelab
                services: []
                  # cannot be expressed: 'docs': a bookmark has nothing to launch; a file needs a launchURL or port
                  # - slug: docs
                  #   name: Homelab Docs

                  # not exported: 'elsewhere': it has the SAML Provider 'SAML\\u{A}- slug: evil', which a file cannot declare

                  # cannot be expressed: 'grafana': its provider has no redirect URI, so Authentik adopts the first one that is used; list its redirect URIs in redirectURIs, and remove the comment signs
                  # - slug: grafana
                  #   name: Grafana
                  #   launchURL: https://sso.example.net:8444
                  #   redirectURIs: []  # to be filled in: for example [https://grafana.example.org/callback]
                  #   secretRef: {env: GRAFANA_CLIENT_SECRET}

                # not exported, because no application uses them: OAuth2 providers 'Provider for Elsewhere'
                # 3 applications: 0 services, and 3 only as a comment:
                # - 1 with a provider that a file cannot declare, SAML Provider: elsewhere
                # - 1 with an OAuth2 provider without a redirect URI: grafana
                # - 1 with neither a provider nor a launch URL: docs

                """
        )
    }

    @Test func aProviderWithoutAKeyIsDeclaredSo() {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { _, provider in provider?["signingKey"] = .none }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 1)
        #expect(export.text.contains("    signingKey: none  # HS256\n"))
        #expect(world.plan(export)?.services.first?.changes.isEmpty == true)
    }

    @Test func aMarkTellsWhatIsManaged() {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { application, _ in
            application["description"] = .text("By hand\nand long")
            application["group"] = .text("")
        }
        world.mark(
            "grafana",
            OwnershipMark(
                owner: "homelab",
                slug: "grafana",
                provider: 1,
                applicationFields: ["group", "meta_launch_url", "name"],
                providerFields: ["client_secret", "redirect_uris", "sub_mode"]
            )
        )
        world.add(.docs)
        let export = world.export(.marked(owner: "homelab"))
        #expect(export.others == 1)
        #expect(
            export.body == """
                apiVersion: reconcile/v1
                owner: homelab
                host: sso.example.net
                services:
                  - slug: grafana
                    name: Grafana
                    group: ''
                    port: 8444
                    redirectPath: /login/generic_oauth
                    secretRef: {env: GRAFANA_CLIENT_SECRET}
                    subjectMode: hashed_user_id
                    # set in Authentik, but not managed yet:
                    # description: "By hand\\nand long"

                # 1 other application does not carry the mark of 'homelab'; 'reconcile export --all' exports everything.
                # 1 application: 1 service.

                """
        )
        #expect(world.plan(export)?.services.first { $0.slug == "grafana" }?.decision == .inSync)
    }

    @Test func anotherOwnersAreLeftOutByName() {
        var world = World()
        world.add(.docs)
        world.mark("docs", OwnershipMark(owner: "office", slug: "docs"))
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 0)
        #expect(export.text.contains("# not exported: 'docs': it belongs to the owner 'office'"))
        // Nobody named an owner, and there is one only.
        #expect(world.export(.all(owner: nil)).text.contains("owner: office  # the only owner"))
        world.unmark()
        #expect(world.export(.all(owner: nil)).text.contains("owner: homelab  # a placeholder"))
    }

    @Test func aMarkOfANewerVersionIsLeftAlone() {
        var world = World()
        world.add(.docs)
        world.observed.marks = [
            ObservedMark(
                pk: "mark",
                application: "app-docs",
                attributes: ["version": 2, "owner": "homelab"]
            )
        ]
        for scope in [Export.Scope.marked(owner: "homelab"), .all(owner: "homelab"), .all(owner: "office")] {
            let export = world.export(scope)
            #expect(export.declared == 0)
            #expect(
                export.commented.first?.reason.contains("has version 2, which this program does not understand") == true
            )
        }
        #expect(world.export(.marked(owner: "office")).others == 1)
    }

    /// A mark that names another slug is brought up to date by a pass; the rest stays.
    @Test func anotherSlugThanTheMarksIsSaid() {
        var world = World()
        world.add(.docs)
        world.mark(
            "docs",
            OwnershipMark(owner: "homelab", slug: "old", applicationFields: ["meta_launch_url", "name"])
        )
        let export = world.export(.marked(owner: "homelab"))
        #expect(export.declared == 1)
        #expect(export.text.contains("# cannot be expressed: its slug, which is 'old' in its file"))
        #expect(export.text.contains("# cannot be expressed: its ownership mark, which is out of date"))
        #expect(world.plan(export)?.services.flatMap(\.changes).isEmpty == true)
    }

    @Test func whatStaysAsItIsIsSaid() {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { application, provider in
            application.policyEngineMode = "all"
            application.backchannelProviders = [.init(name: "SCIM", typeName: "SCIM Provider")]
            application["description"] = .text("a\u{7}b")
        }
        world.bindings = [
            PolicyBinding(pk: "b", target: "app-grafana", subject: BindingSubject(.group, pk: "g"), name: "admins")
        ]
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 1)
        for text in [
            "access: {groups: [admins], mode: all}", "1 backchannel provider: 'SCIM'",
            "description has a control character in it; it stays as it is",
        ] {
            #expect(export.text.contains("# cannot be expressed: \(text)") || export.text.contains(text), "\(text)")
        }
        #expect(world.plan(export)?.services.first?.changes.isEmpty == true)
    }

    @Test func namesOfVariablesAreValidAndDifferent() {
        var world = World()
        for (index, slug) in ["a-b", "a_b", "2fa", "A-B"].enumerated() {
            world.add(.client(slug, pk: 10 + index))
            world.change(slug) { _, provider in
                provider?.redirectURIs = [.init(matchingMode: "strict", url: "https://example.net/\(index)")]
            }
        }
        let text = world.export(.all(owner: "homelab")).text
        for name in [
            "_2FA_CLIENT_SECRET", "A_B_CLIENT_SECRET", "A_B_CLIENT_SECRET_2", "A_B_CLIENT_SECRET_3",
        ] {
            #expect(text.contains("secretRef: {env: \(name)}"))
        }
        #expect(world.export(.all(owner: "homelab")).declared == 4)
    }

    @Test func scopesHaveTheNameThatMeansThemAlone() {
        var world = World()
        world.observed.scopeMappings += [
            ScopeMapping(pk: "own-email", name: "My email", scopeName: "email", managed: "example.net/email"),
            ScopeMapping(pk: "twin-1", name: "Twin 1", scopeName: "twin"),
            ScopeMapping(pk: "twin-2", name: "Twin 2", scopeName: "twin"),
        ]
        world.add(.grafana)
        world.change("grafana") { _, provider in provider?["scopes"] = .references(pks: ["scope-openid", "own-email"]) }
        #expect(world.export(.all(owner: "homelab")).text.contains("scopes: [openid, example.net/email]\n"))
        world.change("grafana") { _, provider in provider?["scopes"] = .references(pks: ["scope-openid", "twin-2"]) }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 1)
        #expect(export.text.contains("scopes: [openid, {mapping: Twin 2}]\n"))
        world.observed.scopeMappings[world.observed.scopeMappings.count - 1].name = "Twin\u{7}2"
        let unnamed = world.export(.all(owner: "homelab"))
        #expect(unnamed.declared == 0)
        #expect(unnamed.text.contains("its scope name 'twin' is shared with another"))
    }

    @Test(arguments: ["", "no key", "marked"])
    func aPasswordInAURLIsNotRepeated(_ variant: String) {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { application, provider in
            application.launchURL = "https://me:hunter2@grafana.example.net"
            if variant == "marked" { return }
            provider?.redirectURIs = [.init(matchingMode: "strict", url: "https://me:hunter2@grafana.example.net/cb")]
            if variant == "no key" { provider?["signingKey"] = .none }
        }
        if variant == "marked" {
            world.mark("grafana", OwnershipMark(owner: "homelab", slug: "grafana", provider: 1))
        }
        let export = world.export(.all(owner: "homelab"))
        #expect(!export.text.contains("hunter2"))
        #expect(export.problems == [])
        #expect(export.declared == (variant == "marked" ? 1 : 0))
        if variant != "marked" { #expect(export.text.contains("has a user name or password in it")) }
    }

    /// Swift, and so the reader of the file, takes both spellings for one.
    @Test func namesThatLookAlikeAreNoTrouble() {
        var world = World()
        world.add(.grafana)
        world.add(.client("twin", pk: 20))
        world.change("grafana") { _, provider in provider?.name = "e\u{301}clair" }
        world.change("twin") { _, provider in provider?.name = "\u{E9}clair" }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.problems == [])
        #expect(export.declared == 1)
        #expect(world.plan(export)?.services.flatMap(\.changes).isEmpty == true)
    }

    @Test func aProxyProviderIsNoOAuth2Provider() {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { application, provider in
            application.providerSummary = .init(name: "Gate", typeName: "OAuth2/OpenID Provider")
            provider?.kind = .proxy
        }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.declared == 0)
        #expect(export.text.contains("# not exported: 'grafana': its Proxy Provider 'Gate' could not be read"))
    }

    /// Its redirect URI may look like one of a proxy provider.
    @Test func anOAuth2ProviderIsOneWhateverItsPattern() {
        var world = World()
        world.add(.grafana)
        world.change("grafana") { _, provider in
            provider?.redirectURIs = [
                .init(matchingMode: "strict", url: "https://a.example/cb?X-authentik-auth-callback=true")
            ]
        }
        #expect(world.export(.all(owner: "homelab")).declared == 1)
    }

    @Test(arguments: ["homelab", "office", nil])
    func aMarkThatCannotBeReadIsLeftOut(_ owner: String?) {
        var world = World()
        world.add(.docs)
        var attributes: [String: JSONValue] = ["version": [], "slug": "docs"]
        if let owner { attributes["owner"] = .string(owner) }
        world.observed.marks = [
            ObservedMark(
                pk: "mark",
                application: "app-docs",
                attributes: .object(attributes)
            )
        ]
        let all = world.export(.all(owner: "homelab"))
        #expect(all.declared == 0)
        #expect(all.text.contains("# not exported: 'docs': its ownership mark cannot be read"))
        let marked = world.export(.marked(owner: "homelab"))
        #expect(marked.declared == 0)
        #expect(marked.commented.isEmpty == (owner == "office"))
        #expect(marked.others == (owner == "office" ? 1 : 0))
    }

    @Test func aWrongOwnerHearsOfTheOthers() {
        var world = World()
        world.add(.grafana)
        world.mark("grafana", OwnershipMark(owner: "homelab", slug: "grafana", provider: 1))
        let export = world.export(.marked(owner: "hoemlab"))
        #expect(export.declared == 0)
        #expect(export.text.contains("# Owners with marks in Authentik: 'homelab'."))
    }

    @Test func servicesOfOneRedirectURIAreBothThere() {
        var world = World()
        world.add(.grafana)
        world.add(.client("twin", pk: 20))
        world.change("twin") { application, provider in
            application.launchURL = "https://sso.example.net:8444"
            provider?.redirectURIs = [
                .init(matchingMode: "strict", url: "https://sso.example.net:8444/login/generic_oauth")
            ]
        }
        #expect(world.export(.all(owner: "homelab")).declared == 2)
    }

    @Test(arguments: ["", "two words", "-", "a\nb"])
    func anOwnerMustBeOne(_ owner: String) {
        #expect(Export.complaint(aboutOwner: owner) != nil)
        #expect(Export.complaint(aboutOwner: "homelab") == nil)
    }

    @Test func thousandsOfServicesAreNoTrouble() {
        var world = World()
        for index in 0..<2_000 { world.add(.client("s\(index)", pk: 100 + index)) }
        // Each of them wants something else of the checks.
        for index in stride(from: 0, to: 2_000, by: 10) {
            world.change("s\(index)") { application, provider in
                application["description"] = .text("\u{7}")
                if index % 20 == 0 { provider?.redirectURIs = [] }
            }
        }
        let export = world.export(.all(owner: "homelab"))
        #expect(export.problems == [])
        #expect(export.declared == 1_900)
    }
}

extension Export {
    /// The text without the comments at the top.
    var body: String {
        String(
            text.split(separator: "\n", omittingEmptySubsequences: false).drop { $0.hasPrefix("#") }
                .joined(separator: "\n")
        )
    }
}
