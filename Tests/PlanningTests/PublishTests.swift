import AuthentikAPI
import DesiredState
import JSON
import Kinds
import KubernetesAPI
import Secrets
import Testing

@testable import Planning

/// What is planned of what a service publishes, in a world in which all else of it is as declared.
@Suite struct PublishTests {
    private static let object = PublishedObjectName(.configMap, namespace: "n", name: "o")
    private static let secretObject = PublishedObjectName(.secret, namespace: "n", name: "o")
    private static let base = "https://sso.example.net"

    private static func world(_ keys: [String: PublishedValue] = ["ID": .clientID, "ISSUER": .issuer]) -> World {
        var world = World(.grafana())
        let object = keys.values.contains(.clientSecret) ? secretObject : object
        world.services[0].provider?.publication = Publication(object, keys: keys.mapValues(PublishedText.value))
        world.converge(world.services[0])
        world.observed.published[object] = .seen(KubernetesObject())
        return world
    }

    private static func seen(
        _ values: [String: String],
        own: Set<String>? = nil,
        labels: [String: String] = [:],
        ownLabels: Set<String> = []
    ) -> PublishedObservation {
        .seen(
            KubernetesObject(
                data: values.mapValues { Secret($0) },
                labels: labels,
                ownKeys: own ?? Set(values.keys),
                ownLabels: ownLabels
            )
        )
    }

    private static let wanted = ["ID": "grafana", "ISSUER": "\(base)/application/o/grafana/"]

    @Test func `every value`() throws {
        let keys = Dictionary(uniqueKeysWithValues: PublishedValue.allCases.map { ($0.rawValue, $0) })
        let plan = try #require(Self.world(keys).plan.services.first)
        let application = "\(Self.base)/application/o/grafana/"
        let values = Dictionary(uniqueKeysWithValues: plan.changes.map { ($0.field, $0.after.json.string ?? "") })
        #expect(
            values == [
                "clientID": "grafana", "clientSecret": "grafana-secret", "issuer": application,
                "authorizationURL": "\(Self.base)/application/o/authorize/",
                "tokenURL": "\(Self.base)/application/o/token/",
                "userInfoURL": "\(Self.base)/application/o/userinfo/", "endSessionURL": "\(application)end-session/",
                "jwksURL": "\(application)jwks/",
                "configurationURL": "\(application).well-known/openid-configuration",
                "redirectURI": "https://host:8444/login/generic_oauth", "launchURL": "https://host:8444",
                "scopes": "openid email profile", "authentikURL": Self.base,
            ]
        )
        #expect(plan.changes.filter(\.isSecret).map(\.field) == ["clientSecret"])
        let record = try #require(plan.writeRecords.last)
        #expect(
            record.description.hasPrefix("publish Secret n/o (authentikURL, authorizationURL, clientID, clientSecret, ")
        )
        #expect(record.secretFields == ["clientSecret"])
        #expect(record.published?["clientSecret"] == nil)
    }

    @Test func `the issuer is that of the provider's mode, and of the public address`() throws {
        func issuer(_ bend: (inout World) -> Void) throws -> String? {
            var world = Self.world(["ISSUER": .issuer])
            bend(&world)
            let plan = try #require(world.plan.services.first)
            return plan.changes.last { $0.object == .published }?.after.json.string
        }
        let own = "\(Self.base)/application/o/grafana/"
        #expect(try issuer { _ in } == own)
        #expect(try issuer { $0.services[0].provider?["issuerMode"] = .text("global") } == "\(Self.base)/")
        #expect(try issuer { $0.changeProviders { $0["issuerMode"] = .text("global") } } == "\(Self.base)/")
        let givenUp = try issuer { world in
            world.changeProviders { $0["issuerMode"] = .text("global") }
            guard case .mark(var mark)? = world.observed.marks.first?.reading else {
                return
            }
            mark.providerFields.append("issuer_mode")
            world.set(mark, on: "grafana")
        }
        #expect(givenUp == own)
        #expect(
            try issuer { $0.services[0].provider?.publication?.publicURL = "https://login.net/x" }
                == "https://login.net/x/application/o/grafana/"
        )
    }

    /// Its keys get what `text` is, in an object of their own.
    private func change(_ text: PublishedText, in object: PublishedObjectName = object) throws -> FieldChange {
        var world = Self.world()
        world.services[0].provider?.publication = Publication(object, keys: ["KEY": text])
        world.observed.published[object] = .seen(KubernetesObject())
        let plan = try #require(world.plan.services.first)
        return try #require(plan.changes.first { $0.object == .published })
    }

    @Test func `constants and templates`() throws {
        #expect(try change(.constant("true")).after == .text("true"))
        #expect(try change(.constant("")).after == .text(""))
        let template = try PublishedText(template: "{authentikURL}/if/flow/?client={clientID}&json={{}}")
        #expect(try change(template).after == .text("\(Self.base)/if/flow/?client=grafana&json={}"))
    }

    @Test func `a template with the client secret is a secret as a whole`() throws {
        let template = try PublishedText(template: "{clientID}:{clientSecret}")
        let change = try change(template, in: Self.secretObject)
        #expect(change.isSecret)
        #expect(change.after == .secret(Secret("grafana:grafana-secret")))
    }

    @Test func `quotes and backslashes of a secret do not end the JSON that it is in`() throws {
        var world = Self.world()
        let tool = try #require(ClientTool.named("immich"))
        let object = Self.secretObject
        world.services[0].provider?.publication = Publication(object, keys: tool.keys)
        world.secrets = world.secrets.mapValues { _ in .present(Secret(#"a"b\c"#)) }
        world.observed.published[object] = .seen(KubernetesObject())
        let plan = try #require(world.plan.services.first)
        guard case .secret(let secret)? = plan.changes.first(where: { $0.object == .published })?.after else {
            Issue.record("no secret is published")
            return
        }
        let json = try JSONValue(parsing: Array(secret.exposed.utf8))
        #expect(json["oauth"]?["clientSecret"] == .string(#"a"b\c"#))
        #expect(json["oauth"]?["issuerUrl"] == .string("\(Self.base)/application/o/grafana/"))
        #expect(json["oauth"]?["enabled"] == true)
    }

    @Test func `scopes by their managed names are published by their own`() throws {
        var world = Self.world(["SCOPES": .scopes])
        world.services[0].provider?.scopes = ["openid", "goauthentik.io/providers/oauth2/scope-offline_access"]
        let plan = try #require(world.plan.services.first)
        #expect(plan.changes.last?.after.shown == ["openid offline_access"])
    }

    @Test(arguments: [
        ("not there", seen([:]), ["ID", "ISSUER"]),
        ("as declared", seen(wanted), []),
        ("another value", seen(["ID": "x", "ISSUER": wanted["ISSUER"] ?? ""]), ["ID"]),
        ("a key given up", seen(wanted.merging(["OLD": "x"]) { $1 }), ["OLD"]),
        ("somebody else's key", seen(wanted.merging(["OLD": "x"]) { $1 }, own: ["ID", "ISSUER"]), []),
        ("white space counts", seen(["ID": "grafana ", "ISSUER": wanted["ISSUER"] ?? ""]), ["ID"]),
    ])
    func `what there is`(name: String, there: PublishedObservation, fields: [String]) throws {
        var world = Self.world()
        world.observed.published[Self.object] = there
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == (fields.isEmpty ? .inSync : .update))
        #expect(plan.changedFields == fields.map { "published.\($0)" })
        #expect(plan.writeSummaries == (fields.isEmpty ? [] : ["publish ConfigMap n/o: ID, ISSUER"]))
    }

    @Test func `keys that somebody else wrote so are taken over`() throws {
        var world = Self.world()
        world.observed.published[Self.object] = Self.seen(Self.wanted, own: ["ID"])
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .update)
        #expect(plan.reason == "its keys in ConfigMap n/o are not marked as its own")
        #expect(plan.writeSummaries == ["publish ConfigMap n/o: ID, ISSUER"])
    }

    @Test func `labels, as a reader needs them`() throws {
        var world = Self.world()
        world.services[0].provider?.publication?.labels = ["part-of": "argocd"]
        world.observed.published[Self.object] = Self.seen(Self.wanted)
        #expect(world.plan.services.first?.changedFields == ["published.metadata.labels.part-of"])
        world.observed.published[Self.object] =
            Self.seen(Self.wanted, labels: ["part-of": "argocd"], ownLabels: ["part-of"])
        #expect(world.plan.services.first?.decision == .inSync)
    }

    @Test func `it comes last, and its fields count among the reasons`() throws {
        var world = Self.world()
        world.changeApplications { $0["group"] = .text("Elsewhere") }
        let plan = try #require(world.plan.services.first)
        #expect(plan.writeSummaries == ["patch application grafana: group", "publish ConfigMap n/o: ID, ISSUER"])
        #expect(plan.reason == "group, ID, ISSUER differ")
    }

    @Test func `a new service publishes last`() throws {
        var world = Self.world()
        world.removeApplication("grafana")
        world.removeProvider(7)
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .create)
        #expect(
            plan.writeSummaries == ["create both", "mark created provider -", "publish ConfigMap n/o: ID, ISSUER"]
        )
    }

    @Test func `what it publishes does not keep a service from being adopted`() throws {
        var world = Self.world()
        world.services[0].adopt = .matching
        world.removeMark(of: "grafana")
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .adopt)
        #expect(plan.writeSummaries.last == "publish ConfigMap n/o: ID, ISSUER")
    }

    @Test func `a workload that reads the secret from there restarts after that`() throws {
        for (keys, isBefore) in [(["S": PublishedValue.clientSecret], true), (["ID": .clientID], false)] {
            var world = Self.world(keys)
            let reference = SecretReference.kubernetes(namespace: "n", name: "s", key: "k")
            world.services[0].provider?.secret = reference
            world.services[0].provider?.restart = Workload(.deployment, namespace: "n", name: "d")
            let version = SecretVersion(uid: "u", resourceVersion: "2")
            world.secrets[reference] = .present(Secret("new"), version: version)
            let plan = try #require(world.plan.services.first)
            let kinds = plan.writeSummaries.map { String($0.prefix { $0 != " " }) }
            let expected =
                isBefore
                ? ["change", "patch", "publish", "restart", "change"]
                : ["change", "patch", "restart", "change", "publish"]
            #expect(kinds == expected)
        }
    }

    @Test func `what cannot be read holds up nothing else`() throws {
        var world = Self.world()
        world.observed.published[Self.object] = .unreadable(reason: "forbidden")
        var plan = world.plan
        #expect(plan.services[0].decision == .update)
        #expect(plan.services[0].hindrance == "ConfigMap n/o cannot be published: forbidden")
        #expect(plan.services[0].steps.isEmpty)
        #expect(plan.stuck.map(\.slug) == ["grafana"])
        world.changeApplications { $0["group"] = .text("Elsewhere") }
        plan = world.plan
        #expect(plan.services[0].writeSummaries == ["patch application grafana: group"])
        #expect(plan.services[0].hindrance != nil)
    }

    @Test(arguments: [
        (["S": PublishedValue.clientSecret], ["change", "patch"]),
        (["ID": .clientID], ["change", "patch", "restart", "change"]),
    ])
    func `a restart waits for what its workload reads`(keys: [String: PublishedValue], writes: [String]) throws {
        var world = Self.world(keys)
        let reference = SecretReference.kubernetes(namespace: "n", name: "s", key: "k")
        world.services[0].provider?.secret = reference
        world.services[0].provider?.restart = Workload(.deployment, namespace: "n", name: "d")
        let version = SecretVersion(uid: "u", resourceVersion: "2")
        world.secrets[reference] = .present(Secret("new"), version: version)
        for object in [Self.object, Self.secretObject] {
            world.observed.published[object] = .unreadable(reason: "forbidden")
        }
        let plan = try #require(world.plan.services.first)
        #expect(plan.writeSummaries.map { String($0.prefix { $0 != " " }) } == writes)
    }

    @Test func `what was not looked at is left out`() throws {
        var world = Self.world()
        world.observed.published = [:]
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .inSync)
        #expect(plan.notes == ["ConfigMap n/o was not compared"])
    }

    @Test func `a service that is stuck publishes nothing`() throws {
        var world = Self.world()
        world.secrets = [:]
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .blocked)
        #expect(plan.changes.isEmpty && plan.hindrance == nil)
    }

    @Test func `a secret that is given up is not shown`() throws {
        var world = Self.world(["S": .clientSecret])
        let values = ["S": "grafana-secret", "OLD": "0ld-s3cr3t"]
        world.observed.published[Self.secretObject] = Self.seen(values)
        let plan = try #require(world.plan.services.first)
        #expect(plan.changedFields == ["published.OLD"])
        #expect(plan.changes.map(\.isSecret) == [true])
    }

    @Test(arguments: [Set<String>(), ["ID"]])
    func `what a Secret held is never shown, also where the key is to get something that may be`(own: Set<String>)
        throws
    {
        var world = Self.world(["ID": .clientID, "SECRET": .clientSecret])
        world.observed.published[Self.secretObject] = Self.seen(["ID": "som3b0dys-passw0rd"], own: own)
        let plan = try #require(world.plan.services.first)
        let change = try #require(plan.changes.first { $0.field == "ID" })
        #expect(change.isSecret)
        #expect(change.before?.shown == ["(secret)"])
        let record = String(decoding: JSONValue.string("\(ServiceRecord(plan))").serialized(), as: UTF8.self)
        #expect(!record.contains("passw0rd"))
    }
}
