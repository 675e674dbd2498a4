import AuthentikAPI
import DesiredState
import JSON
import Kinds
import KubernetesAPI
import Secrets
import Testing

@testable import Planning

@Suite("What Authentik keeps of what was sent")
struct UnkeptTests {
    private static func sent(_ field: String, _ value: FieldValue) -> FieldAssignment {
        FieldAssignment(field: field, value: value)
    }

    private static func references(_ pks: String...) -> FieldValue {
        .references(pks.map { .init(pk: .string($0), name: $0) })
    }

    private func names(_ provider: OAuth2Provider, _ sent: [FieldAssignment], declared: [String] = []) -> [String] {
        provider.unkept(of: SentFields(sent, declared: declared)).map(\.name)
    }

    @Test("Another spelling of the same is kept")
    func normalized() {
        var provider = OAuth2Provider(pk: 1, name: "grafana", clientID: "grafana")
        provider.clientSecret = Secret("s3cret")
        provider["scopes"] = .references(pks: ["b", "a"])
        provider["accessTokenValidity"] = .duration("minutes=60")
        provider.redirectURIs = [.init(matchingMode: "strict", url: "https://a", type: "authorization")]
        provider["grantTypes"] = .words(["refresh_token", "authorization_code"])
        let sent = [
            Self.sent("name", .text(" grafana ")), Self.sent("client_secret", .secret(Secret("s3cret\n"))),
            Self.sent("property_mappings", Self.references("a", "b")),
            Self.sent("access_token_validity", .duration("hours=1")),
            Self.sent("redirect_uris", .redirectURIs([.init(matchingMode: "strict", url: "https://a")])),
            Self.sent("grant_types", .words(["authorization_code", "refresh_token"])),
            Self.sent("encryption_key", .none), Self.sent("logout_uri", .text("")),
        ]
        #expect(names(provider, sent) == [])
    }

    @Test("Another value is not kept")
    func other() {
        var provider = OAuth2Provider(pk: 1, name: "grafana", clientID: "grafana")
        provider.clientSecret = Secret("other")
        provider["grantTypes"] = .words([])
        let sent = [
            Self.sent("client_secret", .secret(Secret("s3cret"))), Self.sent("property_mappings", Self.references("a")),
            Self.sent("grant_types", .words(["authorization_code"])),
        ]
        #expect(
            names(provider, sent) == ["provider.clientSecret", "provider.scopes", "provider.grantTypes"]
        )
    }

    @Test("A secret that is not shown counts as kept, and a field that is unknown only if the file sets it")
    func unknown() {
        let provider = OAuth2Provider(pk: 1, name: "grafana", clientID: "grafana")
        let sent = [
            Self.sent("client_secret", .secret(Secret("s3cret"))),
            Self.sent("grant_types", .words(["authorization_code"])),
        ]
        #expect(names(provider, sent) == [])
        #expect(names(provider, sent, declared: ["grant_types"]) == ["provider.grantTypes"])
    }

    @Test("An application's fields and its link are compared")
    func application() {
        var application = Application(pk: "a", slug: "grafana", name: "Grafana", provider: 7)
        application["group"] = .text("Apps")
        let sent = [Self.sent("group", .text("Apps ")), Self.sent("meta_icon", .text("fa://x"))]
        func unkept(link: Int) -> [String] {
            application.unkept(of: SentFields(sent, references: ["provider": .integer(link)])).map(\.name)
        }
        #expect(unkept(link: 7) == ["application.icon"])
        #expect(unkept(link: 8) == ["application.icon", "application.provider"])
    }

    @Test("A mark remembers what was not kept, and reads back as it was written")
    func mark() throws {
        var mark = OwnershipMark(
            owner: "homelab",
            slug: "grafana",
            applicationFields: ["group", "meta_icon"],
            providerFields: ["client_secret", "sub_mode"]
        )
        let fields = [
            UnkeptField(kind: .application, assignment: Self.sent("meta_icon", .text("fa://x")), kept: .text("")),
            UnkeptField(
                kind: .oauth2Provider,
                assignment: Self.sent("client_secret", .secret(Secret("s3cret"))),
                kept: .secret(Secret("other"))
            ),
            UnkeptField(kind: .oauth2Provider, assignment: Self.sent("sub_mode", .text("user_id")), kept: nil),
        ]
        var uncertain = mark
        uncertain.leaveOut(fields, isCertain: false, World.release("2026.5.0"))
        mark.leaveOut(fields, isCertain: true, World.release("2026.5.0"))
        #expect(mark.applicationFields == ["group"])
        #expect(mark.providerFields == [])
        #expect(mark.attributes["unkept"]?["application"] == ["meta_icon": ["sent": "fa://x", "kept": ""]])
        #expect(mark.attributes["unkept"]?["provider"] == [:])
        #expect(OwnershipMark.read(mark.attributes) == .mark(mark))
        #expect(uncertain.unkept == nil)
        #expect(uncertain.applicationFields == ["group"])
        #expect(!String(decoding: mark.attributes.serialized(), as: UTF8.self).contains("s3cret"))
    }

    @Test(
        "What is noted is not sent again, until anything of it is new",
        arguments: [
            ("2025.12.4", "fa://new", "fa://old", true), ("2025.12.5", "fa://new", "fa://old", false),
            ("2025.12.4", "fa://newer", "fa://old", false), ("2025.12.4", "fa://new", "fa://by-hand", false),
            ("2025.12.4", "fa://new\u{301}", "fa://old", false),
        ]
    )
    func noted(release: String, declared: String, present: String, isWithheld: Bool) throws {
        var service = Service.bookmark("docs", port: 1)
        service["icon"] = .text("fa://old")
        var world = World(service)
        world.converge(service)
        world.services[0]["icon"] = .text(declared)
        world.observed.release = World.release(release)
        world.observed.applications[0]["icon"] = .text(present)
        var mark = OwnershipMark(
            owner: "homelab",
            slug: "docs",
            applicationFields: ["group", "meta_launch_url", "name"]
        )
        var note = UnkeptNote(release: "2025.12.4")
        note.note("meta_icon", of: .application, .init(sent: .text("fa://new"), kept: .text("fa://old")))
        mark.unkept = note
        world.observed.marks[0].reading = .mark(mark)
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .update)
        #expect(plan.steps.isEmpty == isWithheld)
        #expect(plan.changes.map(\.field) == (isWithheld ? [] : ["meta_icon"]))
        let complaint = "Authentik does not keep application.icon as declared"
        #expect(plan.hindrance == (isWithheld ? complaint : nil))
    }

    @Test("What is not sent has no consequences, and a client is told what is there")
    func withheldIsNotAnnounced() throws {
        var service = Service.grafana()
        var world = World(service)
        world.converge(service)
        let object = PublishedObjectName(.configMap, namespace: "monitoring", name: "grafana-oidc")
        service.provider?["issuerMode"] = .text("global")
        service.provider?.publication = Publication(object, keys: ["ISSUER": .value(.issuer)])
        world.services = [service]
        world.observed.published = [object: .seen(KubernetesObject())]
        world.changeProviders { ($0["issuerMode"], $0["signingKey"]) = (.text("per_provider"), .none) }
        guard case .mark(var mark) = world.observed.marks[0].reading else {
            Issue.record("there is no mark")
            return
        }
        let key = FieldValue.reference(.init(pk: .string(world.observed.keys[0].pk), name: ""))
        var note = UnkeptNote(release: world.observed.release.description)
        note.note("signing_key", of: .provider, .init(sent: key, kept: .none))
        note.note("issuer_mode", of: .provider, .init(sent: .text("global"), kept: .text("per_provider")))
        mark.unkept = note
        world.observed.marks[0].reading = .mark(mark)
        let plan = try #require(world.plan.services.first)
        #expect(plan.notes == [])
        #expect(plan.changes.map(\.field) == ["ISSUER"])
        #expect(plan.changes.first?.after.shown.first?.hasSuffix("/application/o/grafana/") == true)
    }
}
