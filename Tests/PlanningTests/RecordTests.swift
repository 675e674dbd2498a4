import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Secrets
import Testing

@testable import Planning

/// A way in which a world can move between a plan and its application.
struct Move: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The differences, as `slug: message`; a prefix of each.
    var says: [String]
    /// Bends a world in which `docs` is new and `grafana` has lost its signing key.
    var bend: @Sendable (inout World) -> Void

    init(_ name: String, _ says: String..., bend: @escaping @Sendable (inout World) -> Void) {
        testDescription = name
        self.says = says
        self.bend = bend
    }
}

@Suite struct RecordTests {
    static let moves = [
        Move("nothing") { _ in },
        Move("order") { $0.observed.flows.reverse() },
        Move("a line in the file") { $0.services[0].location.line = 9 },
        Move("the release", "Authentik's release: planned 2025.12.4; now 2026.2.0") {
            $0.observed.release = World.release("2026.2.0")
        },
        Move(
            "the service converged meanwhile",
            "grafana: planned: update, signingKey differs; now: in-sync, as declared"
        ) { $0.changeProviders { $0["signingKey"] = .reference(pk: "key") } },
        Move("a field", "grafana: provider.clientID: planned unchanged; now other → grafana") {
            $0.changeProviders { $0.clientID = "other" }
        },
        Move(
            "a value before",
            "grafana: provider.signingKey: planned (none, HS256) → authentik Self-signed Certificate; now"
        ) {
            $0.observed.keys.append(CertificateKeyPair(pk: "other", name: "Other"))
            $0.changeProviders { $0["signingKey"] = .reference(pk: "other") }
        },
        Move("a secret", "grafana: provider.clientSecret: planned unchanged; now (changed)") {
            $0.changeProviders { $0.clientSecret = Secret("by-hand") }
        },
        Move("a uuid behind a name", "grafana: planned to send update-provider 7 (signing_key); now update-provider 7")
        {
            $0.observed.keys[0].pk = "anew"
        },
        Move("a new pk", "grafana: planned to send") { world in
            world.observed.providers[0].pk = 8
            world.changeApplications { $0.provider = $0.slug == "grafana" ? 8 : nil }
            var mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 8)
            mark.applicationFields = ["group", "meta_launch_url", "name"]
            mark.providerFields = ["client_secret", "redirect_uris"]
            world.set(mark, on: "grafana")
        },
        Move("a service more in the file", "zeta: not in the plan; now: create, new") {
            $0.services.append(.bookmark("zeta", port: 9))
        },
        Move("a service less in the file", "docs: planned: create; now: neither declared nor owned") {
            $0.services.removeAll { $0.slug == "docs" }
        },
        Move("another owner's mark", "grafana: planned: update, signingKey differs; now: conflict, belongs to") {
            $0.set(OwnershipMark(owner: "other", slug: "grafana"), on: "grafana")
        },
    ]

    @Test(arguments: moves)
    func whatDecidesIsCompared(_ move: Move) throws {
        var world = World(.bookmark("docs", port: 1), .grafana())
        world.converge(.grafana())
        world.changeProviders { $0["signingKey"] = .none }
        let before = world.record()
        move.bend(&world)
        let found = before.differences(from: world.record()).map { ($0.slug.map { "\($0): " } ?? "") + $0.message }
        #expect(found.count == move.says.count, "\(found)")
        for (found, says) in zip(found, move.says) { #expect(found.hasPrefix(says), "\(found)") }
    }

    @Test func ownerNarrowingAndHeldDeletionsAreCompared() {
        var before = World(.bookmark("docs", port: 1)).record()
        var now = before
        now.owner = "other"
        now.narrowing = Narrowing(only: ["docs"], withoutSecrets: true)
        before.heldDeletions = HeldDeletionsRecord(HeldDeletions(deletions: 4, limit: 3, isFileEmpty: false))
        #expect(
            before.differences(from: now).map(\.message) == [
                "the owner: planned homelab; now other",
                "the narrowing: planned none; now --only docs --without-secrets",
                "deletions: planned held back by the deletion limit; now not held back",
            ]
        )
    }

    @Test func aDeletionIsCompared() {
        func record(_ deletion: Deletion?) -> PlanRecord {
            var service = ServicePlan(slug: "old", decision: .delete, reason: "gone")
            service.deletion = deletion
            var record = World().record()
            record.services = [ServiceRecord(service)]
            return record
        }
        let differences = record(Deletion(application: "old", providers: ["old"]))
            .differences(from: record(Deletion(application: "old")))
        #expect(
            differences.map(\.message) == [
                "deletion: planned application 'old' and provider 'old'; now application 'old'"
            ]
        )
    }

    @Test func bindingsOfOthersThatGoAreCompared() {
        func record(_ bindings: [String], isHeld: Bool = false) -> PlanRecord {
            var service = ServicePlan(slug: "docs", decision: .update, reason: "differs")
            service.deletion = Deletion(application: nil, bindings: bindings)
            service.deletion?.isHeld = isHeld
            var record = World().record()
            record.services = [ServiceRecord(service)]
            return record
        }
        let planned = record(["group 'interns'"])
        #expect(planned.differences(from: record(["group 'interns'"])).isEmpty)
        #expect(
            planned.differences(from: record(["group 'interns'", "user 'eve'"])).map(\.message) == [
                "deletion: planned binding of group 'interns'; now binding of group 'interns' and binding of user 'eve'"
            ]
        )
        #expect(
            planned.differences(from: record(["group 'interns'"], isHeld: true)).map(\.message) == [
                "deletion: planned binding of group 'interns'; now binding of group 'interns' (held back)"
            ]
        )
    }

    @Test func whoIsBoundIsCompared() throws {
        func record(_ subject: BindingSubject, order: Int = 0) -> PlanRecord {
            var service = ServicePlan(slug: "docs", decision: .update, reason: "differs")
            let binding = ObjectFields.binding(
                .existing(subject),
                of: subject.kind,
                order: order,
                target: .existing("app")
            )
            service.add(.grant, .create([binding]))
            service.add(.correction, .update(ObjectKey(kind: .policyBinding, key: "b"), binding))
            service.add(.revocation, .delete(ObjectKey(kind: .policyBinding, key: "c")))
            var record = World().record()
            record.services = [ServiceRecord(service)]
            return record
        }
        let planned = record(BindingSubject(.group, pk: "g"))
        let writes = try #require(planned.services.first?.writes)
        #expect(
            writes.map(\.description) == ["create-binding for group", "update-binding b for group", "delete-binding c"]
        )
        #expect(
            writes.first?.bindings == [
                ["order": 0, "enabled": true, "negate": false, "failure_result": false, "group": "g"]
            ]
        )
        #expect(planned.differences(from: record(BindingSubject(.group, pk: "g"))).isEmpty)
        let others = [
            record(BindingSubject(.group, pk: "h")), record(BindingSubject(.user, pk: "7")),
            record(BindingSubject(.group, pk: "g"), order: 1),
        ]
        for other in others {
            let message = try #require(planned.differences(from: other).first?.message)
            #expect(message.hasPrefix("planned to send create-binding for group, "))
        }
    }

    @Test func aWriteShowsEverythingButSecrets() throws {
        let record = World(.grafana()).record()
        let write = try #require(record.services.first?.writes.first)
        #expect(write.action == .createApplicationAndProvider)
        #expect(write.secretFields == ["client_secret"])
        #expect(write.provider?["client_secret"] == nil)
        #expect(write.provider?["signing_key"] == "key")
        #expect(record.services.first?.writes.last?.mark?["owner"] == "homelab")
    }
}

@Suite struct PlanNarrowingTests {
    @Test func `what nobody needs any more who is left goes, too`() throws {
        let world = World(.grafana(), .argocd())
        var plan = world.plan
        for name in ["grafana", "argocd", "nobody"] {
            let group = SharedObjectPlan.group(name, pk: nil)
            plan.shared.append(group)
            for index in plan.services.indices where plan.services[index].slug == name {
                plan.services[index].add(.publication, .deleteMark(entitlement: "m"), after: [group.id])
            }
        }
        let narrow = try plan.narrowed(to: Narrowing(only: ["grafana"]), of: world.desired)
        #expect(narrow.shared.map(\.name) == ["grafana"])
        let whole = try plan.narrowed(to: Narrowing(), of: world.desired)
        #expect(whole.shared.map(\.name) == ["grafana", "argocd", "nobody"])
    }

    @Test func theRestOfThePlanStaysAsItWas() throws {
        let world = World(.grafana(), .argocd(), .bookmark("docs", port: 1))
        let narrow = try world.plan.narrowed(to: Narrowing(only: ["docs", "argocd"]), of: world.desired)
        #expect(narrow.services.map(\.slug) == ["argocd", "docs"])
        #expect(narrow.services.map(\.decision) == [.create, .create])
    }

    @Test func unknownNamesAreAllNamed() {
        let world = World(.grafana())
        let error = #expect(throws: UnknownServices.self) {
            try world.plan.narrowed(to: Narrowing(only: ["grafna", "xyz"]), of: world.desired)
        }
        #expect(
            error?.description
                == "there is no service 'grafna', neither declared nor an orphan; did you mean 'grafana'?"
                + "\nthere is no service 'xyz', neither declared nor an orphan"
        )
    }

    /// The whole file decides whether deletions are held back; a narrow plan without any says nothing of it.
    @Test(arguments: [("old", true), ("grafana", false)])
    func theDeletionLimitHoldsForANarrowPlan(_ slug: String, _ isHeld: Bool) throws {
        let world = World(.grafana())
        var plan = world.plan
        var old = ServicePlan(slug: "old", decision: .delete, reason: "gone")
        old.deletion = Deletion(application: "old")
        old.deletion?.isHeld = true
        plan.services.append(old)
        plan.heldDeletions = HeldDeletions(deletions: 4, limit: 3, isFileEmpty: false)
        let narrow = try plan.narrowed(to: Narrowing(only: [slug]), of: world.desired)
        #expect((narrow.heldDeletions != nil) == isHeld)
    }

    @Test func withoutSecretsNothingOfThemIsPlanned() throws {
        var world = World(.grafana(), .argocd())
        world.converge(.grafana())
        world.changeProviders { $0.clientSecret = Secret("by-hand") }
        world.secrets = world.secrets.mapValues { _ in .leftOut }
        let plan = try world.plan.narrowed(to: Narrowing(withoutSecrets: true), of: world.desired)
        #expect(plan.services.map(\.decision) == [.create, .inSync])
        #expect(plan.services.map(\.needsSecret) == [true, false])
        #expect(plan.services.map(\.notes) == [[], ["its secret was not compared"]])
        let secret = try #require(plan.services[0].changes.first { $0.field == "client_secret" })
        #expect(secret.after.shown == ["(not resolved)"])
        #expect(secret.after.json.isNull)
    }

    /// Whether it matches, and whether it is our own unfinished create, cannot be told without its secret.
    @Test(arguments: [
        (AdoptionPolicy.always, Decision.adopt, false), (.matching, .adopt, true), (.never, .conflict, false),
    ])
    func withoutSecretsNothingIsTakenOverAsMatching(
        _ policy: AdoptionPolicy,
        _ decision: Decision,
        _ needsSecret: Bool
    ) throws {
        var service = Service.grafana()
        service.adopt = policy
        var world = World(service)
        world.converge(service)
        world.removeMark(of: "grafana")
        world.secrets = world.secrets.mapValues { _ in .leftOut }
        let plan = try world.plan.narrowed(to: Narrowing(withoutSecrets: true), of: world.desired)
        #expect(plan.services.map(\.decision) == [decision])
        #expect(plan.services.map(\.needsSecret) == [needsSecret])
    }

    @Test func aPublicClientHasNoSecretToLeaveOut() throws {
        var service = Service.grafana()
        service.provider?.clientType = .public
        service.provider?.secret = nil
        let world = World(service)
        let plan = try world.plan.narrowed(to: Narrowing(withoutSecrets: true), of: world.desired)
        #expect(plan.services.first?.needsSecret == false)
    }
}

extension World {
    func record() -> PlanRecord {
        guard let address = AuthentikAddress("https://sso.example.net") else { preconditionFailure("no address") }
        return PlanRecord(plan, release: observed.release, address: address, owner: owner)
    }
}
