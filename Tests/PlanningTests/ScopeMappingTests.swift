import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Testing

@testable import Planning

/// Scope mappings that the file declares, and those that it declared once.
struct ScopeMappingTests {
    private static let mark = "reconcile/homelab/Own email"

    private static func declared(
        _ name: String = "Own email",
        scope: String = "email",
        _ expression: String = "return {}",
        adopt: AdoptionPolicy = .always
    ) -> DeclaredScopeMapping {
        let place = SourceLocation(file: "services.yaml", line: 4, column: 5)
        var mapping = DeclaredScopeMapping(name: name, location: place, expression: .init(location: place, lines: 1))
        mapping.values[ScopeMapping.Row.scope] = .text(scope)
        mapping.values[ScopeMapping.Row.expression] = .text(expression)
        mapping.adopt = adopt
        return mapping
    }

    private static func there(
        _ managed: String? = nil,
        name: String = "Own email",
        scope: String = "email",
        expression: String = "return {}",
        description: String = ""
    ) -> ScopeMapping {
        ScopeMapping(
            pk: "pk-\(name)",
            name: name,
            scopeName: scope,
            managed: managed,
            description: description,
            expression: expression
        )
    }

    private func world(_ declared: [DeclaredScopeMapping], _ there: [ScopeMapping], service: Bool = false) -> World {
        var world = World(.grafana())
        world.scopeMappings = declared
        world.observed.scopeMappings += there
        if service { world.converge(.grafana()) }
        return world
    }

    /// A row of the table of decisions.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var there: [ScopeMapping]
        var adopt = AdoptionPolicy.always
        var decision: Decision
        var sent: [String] = []
        var reason: String
    }

    private static let rows = [
        Row(
            testDescription: "none",
            there: [],
            decision: .create,
            sent: ["name", "scope_name", "description", "expression", "managed"],
            reason: "new scope mapping"
        ),
        Row(testDescription: "ours, as declared", there: [there(mark)], decision: .inSync, reason: "as declared"),
        Row(
            testDescription: "ours, with white space around",
            there: [there(mark, expression: "\nreturn {}\n")],
            decision: .inSync,
            reason: "as declared"
        ),
        Row(
            testDescription: "ours, changed",
            there: [there(mark, expression: "return 1", description: "by hand")],
            decision: .update,
            sent: ["description", "expression"],
            reason: "description, expression differ"
        ),
        Row(
            testDescription: "ours, called otherwise",
            there: [there(mark, name: "Other")],
            decision: .update,
            sent: ["name"],
            reason: "name differs"
        ),
        Row(
            testDescription: "ours, called otherwise, and another has its name",
            there: [there(mark, name: "Other"), there()],
            decision: .conflict,
            reason: "it is now called 'Other', and another scope mapping has its name; rename one of them"
        ),
        Row(
            testDescription: "ours, marked for a name that the file had before",
            there: [there("reconcile/homelab/Old")],
            decision: .update,
            sent: ["managed"],
            reason: "its ownership mark is out of date"
        ),
        Row(
            testDescription: "nobody's",
            there: [there()],
            decision: .adopt,
            sent: ["managed"],
            reason: "exists without an ownership mark and matches the file"
        ),
        Row(
            testDescription: "nobody's, with an empty mark",
            there: [there("", expression: "return 1")],
            decision: .adopt,
            sent: ["expression", "managed"],
            reason: "exists without an ownership mark and differs from the file"
        ),
        Row(
            testDescription: "somebody's whose name says nothing",
            there: [there("example.net/email")],
            decision: .conflict,
            sent: [],
            reason:
                "exists, and its 'managed' field is 'example.net/email', so something else manages it; give this one another "
                + "name, or clear that field in Authentik"
        ),
        Row(
            testDescription: "nobody's, and only to be adopted if it matches",
            there: [there()],
            adopt: .matching,
            decision: .adopt,
            sent: ["managed"],
            reason: "exists without an ownership mark and matches the file"
        ),
        Row(
            testDescription: "nobody's, and does not match",
            there: [there(expression: "return 1")],
            adopt: .matching,
            decision: .conflict,
            reason:
                "exists without an ownership mark and differs from the file; set 'adopt: always' to bring it in line"
        ),
        Row(
            testDescription: "nobody's, and never to be adopted",
            there: [there()],
            adopt: .never,
            decision: .conflict,
            reason: "exists without an ownership mark, and may not be adopted; give it another name, or set "
                + "'adopt: always' to take it over"
        ),
        Row(
            testDescription: "another owner's",
            there: [there("reconcile/others/Own email")],
            decision: .conflict,
            reason: "belongs to the owner 'others'; remove it from one of the two files, or have that owner run "
                + "'reconcile release'"
        ),
        Row(
            testDescription: "Authentik's own",
            there: [there("goauthentik.io/providers/oauth2/scope-own")],
            decision: .conflict,
            reason: "Authentik has a built-in scope mapping of that name, which it would restore; choose another name"
        ),
    ]

    @Test(arguments: rows)
    func `what is declared`(_ row: Row) throws {
        let plan = world([Self.declared(adopt: row.adopt)], row.there).plan
        let shared = try #require(plan.shared.first)
        #expect(plan.shared.count == 1)
        #expect(shared.decision == row.decision)
        #expect(shared.reason == row.reason)
        #expect(shared.step?.effect.sentFields ?? [] == row.sent)
        #expect(plan.isStuck == (row.decision == .conflict))
    }

    @Test func `what was sent is not sent again`() throws {
        var world = world([Self.declared(description: "Say")], [])
        let fields = try #require(world.plan.shared.first?.step?.effect.created)
        var made = Self.there()
        made.managed = fields.first { $0.field == "managed" }?.value.text
        for field in ScopeMapping.fields.rows {
            made.values[field] = fields.first { $0.field == field.attribute }?.value
        }
        world.observed.scopeMappings.append(made)
        #expect(world.plan.shared.map(\.decision) == [.inSync])
    }

    @Test func `two names are put right one after the other`() {
        let there = [Self.there("reconcile/homelab/A", name: "B", scope: "a")]
        let plan = world([Self.declared("A", scope: "a"), Self.declared("B", scope: "b")], there).plan
        #expect(plan.shared.map(\.decision) == [.update, .conflict])
        #expect(plan.shared[1].reason == "the name is taken by 'A', which gets its own name back first")
    }

    // MARK: - In services

    private func scopes(_ world: World, _ names: [FieldValue.Reference]) -> World {
        var world = world
        world.services[0].provider?["scopes"] = .references(names)
        return world
    }

    private static let own = FieldValue.Reference(named: "Own email", isByOwnName: true)
    private static let openid = FieldValue.Reference(named: "openid")

    @Test func `a service waits for the mapping that it gets`() throws {
        let plan = scopes(world([Self.declared()], []), [Self.openid, Self.own]).plan
        let service = try #require(plan.services.first)
        #expect(service.decision == .create)
        let mapping = try #require(plan.shared.first?.step)
        #expect(mapping.after == [])
        for step in service.steps where step.id.place == service.steps.first?.id.place {
            #expect(step.after.contains(mapping.id))
        }
        let change = try #require(service.changes.first { $0.field == "property_mappings" })
        #expect(change.after.shown == ["openid", "email (Own email)"])
        #expect(change.after.references.map(\.pk) == [.string("scope-openid"), .null])
        let write = try #require(service.writeRecords.first)
        #expect(write.provider?["property_mappings"] == ["scope-openid", "created"])
        // What it made is what is sent, and what the answer is compared with.
        let named = change.after.naming { $0.name == "Own email" ? .string("new") : nil }
        #expect(named.json == ["scope-openid", "new"])
    }

    @Test func `one that has it does nothing, and is about it all the same`() throws {
        var world = scopes(world([Self.declared()], [Self.there(Self.mark)], service: true), [Self.openid, Self.own])
        world.changeProviders { $0["scopes"] = .references(pks: ["scope-openid", "pk-Own email"]) }
        var mark = OwnershipMark(owner: "homelab", slug: "grafana", provider: 7)
        mark.applicationFields = ["group", "meta_launch_url", "name"]
        mark.providerFields = ["client_secret", "property_mappings", "redirect_uris"]
        world.set(mark, on: "grafana")
        #expect(world.plan.services.map(\.decision) == [.inSync])
        world.scopeMappings = [Self.declared("Own email", "return 1"), Self.declared("Other", scope: "other")]
        let plan = world.plan
        #expect(plan.services.map(\.decision) == [.inSync])
        #expect(plan.shared.map(\.decision) == [.update, .create])
        let narrowed = try plan.narrowed(to: Narrowing(only: ["grafana"]), of: world.desired)
        #expect(narrowed.shared.map(\.name) == ["Own email"])
    }

    @Test func `a mapping that was chosen is told from the others`() throws {
        var world = scopes(world([Self.declared()], [Self.there(Self.mark)], service: true), [Self.openid, Self.own])
        world.changeProviders { $0["scopes"] = .references(pks: ["scope-openid", "scope-email"]) }
        let plan = try #require(world.plan.services.first)
        let record = ChangeRecord(try #require(plan.changes.first { $0.field == "property_mappings" }))
        #expect(record.elements.kept == ["openid"])
        #expect(record.elements.removed == ["email (OpenID 'email')"])
        #expect(record.elements.added == ["email (Own email)"])
        #expect(plan.notes.first?.contains("its mapping 'Own email' is added") == true)
    }

    @Test func `a scope name means what Authentik brings, else the only one, also one that is still to be made`() throws
    {
        let groups = Self.declared("Own groups", scope: "groups")
        var plan = scopes(world([Self.declared(), groups], []), [.init(named: "email"), .init(named: "groups")]).plan
        var change = try #require(plan.services.first?.changes.first { $0.field == "property_mappings" })
        #expect(change.after.references.map(\.pk) == [.string("scope-email"), .null])
        let two = [Self.there(name: "A", scope: "groups"), Self.there(name: "B", scope: "groups")]
        plan = scopes(world([], two), [.init(named: "groups")]).plan
        #expect(plan.services.map(\.decision) == [.blocked])
        #expect(
            plan.services.first?.reason
                == "scopes: 'groups' is the scope name of 2 mappings: 'A', 'B'; choose one, as in '{mapping: A}'"
        )
        plan = scopes(world([], two), [.init(named: "B", isByOwnName: true)]).plan
        change = try #require(plan.services.first?.changes.first { $0.field == "property_mappings" })
        #expect(change.after.references.map(\.pk) == ["pk-B"])
        #expect(change.after.shown == ["groups (B)"])
        #expect(plan.shared.isEmpty)
    }

    @Test func `what is nowhere, or cannot be had, blocks who wants it`() {
        let missing = scopes(world([Self.declared()], []), [.init(named: "Own emial", isByOwnName: true)]).plan
        #expect(missing.services.map(\.decision) == [.blocked])
        #expect(
            missing.services.first?.reason == "scopes: neither the file nor Authentik has a scope mapping named "
                + "'Own emial'; did you mean 'Own email'?; there are 'OpenID 'email'', 'OpenID 'offline_access'', "
                + "'OpenID 'openid'', 'OpenID 'profile'' and 'Own email'"
        )
        let foreign = [Self.there("reconcile/others/Own email")]
        let refused = scopes(world([Self.declared()], foreign), [Self.own]).plan
        #expect(refused.services.map(\.decision) == [.blocked])
        #expect(
            refused.services.first?.reason.contains("the scope mapping 'Own email' cannot be had: belongs to") == true
        )
        // Who does not declare it may use it.
        #expect(scopes(world([], foreign), [Self.own]).plan.services.map(\.decision) == [.create])
    }

    // MARK: - Orphans

    private func orphaned(prune: Bool = true) -> World {
        var world = world([], [Self.there(Self.mark)], service: true)
        world.prune = prune
        world.changeProviders { $0["scopes"] = .references(pks: ["scope-openid", "scope-profile", "pk-Own email"]) }
        return world
    }

    @Test func `an orphan is left alone, or deleted after the providers that had it`() throws {
        let left = try #require(orphaned(prune: false).plan.shared.first)
        #expect(left.decision == .orphan)
        #expect(left.reason == "no longer in the file; declare it again to keep it, or set 'prune: true' to delete it")
        let plan = orphaned().plan
        let deleted = try #require(plan.shared.first)
        #expect(deleted.decision == .delete)
        #expect(deleted.step?.after == [Step.ID(service: "grafana", .provider)])
        guard case .delete(let key)? = deleted.step?.effect else {
            Issue.record("\(String(describing: deleted.step))")
            return
        }
        #expect(key == ObjectKey(kind: .scopeMapping, key: "pk-Own email"))
        let narrowed = try plan.narrowed(to: Narrowing(only: ["grafana"]), of: orphaned().desired)
        #expect(narrowed.shared.isEmpty)
    }

    @Test func `one that a provider keeps stays`() throws {
        var world = orphaned()
        var other = world.provider(Provider(slug: "other", redirectURIs: []), pk: 8, linkedTo: nil)
        other["scopes"] = .references(pks: ["pk-Own email"])
        world.observed.providers.append(other)
        let left = try #require(world.plan.shared.first)
        #expect(left.decision == .orphan)
        #expect(left.reason.hasSuffix("left alone because the provider 'other' has it"))
        // A service that asks for it by name keeps it, too.
        let kept = scopes(orphaned(), [Self.openid, Self.own]).plan
        #expect(kept.shared.map(\.decision) == [.orphan])
    }

    @Test func `the deletion limit counts them`() throws {
        var world = orphaned()
        world.maxDeletions = 0
        let plan = world.plan
        #expect(plan.heldDeletions?.deletions == 1)
        let held = try #require(plan.shared.first)
        #expect(held.decision == .orphan)
        #expect(held.isHeld)
        #expect(held.step == nil)
        let narrowed = try plan.narrowed(to: Narrowing(), of: world.desired)
        #expect(narrowed.heldDeletions != nil)
        world.services = []
        #expect(world.plan.heldDeletions?.isFileEmpty == true)
    }

    @Test func `a release takes the marks of one owner off`() throws {
        let others = Self.there("reconcile/others/Other", name: "Other")
        let plan = Planner.release(
            owner: "homelab",
            applications: [],
            marks: [],
            scopeMappings: [others, Self.there(Self.mark), Self.there(name: "Third")]
        )
        #expect(plan.shared.map(\.title) == ["scope mapping 'Own email'"])
        #expect(plan.shared.map(\.decision) == [.release])
        guard case .update(_, let fields)? = plan.shared.first?.step?.effect else {
            Issue.record("it sends something else")
            return
        }
        #expect(fields.assignments.map(\.field) == ["managed"])
        #expect(fields.assignments.map(\.value) == [.none])
    }

    @Test func `marks are read as they are written`() {
        let mark = ScopeMappingMark(owner: "home-lab", name: "a/b c")
        #expect(mark.text == "reconcile/home-lab/a/b c")
        #expect(ScopeMappingMark(mark.text) == mark)
        for text in [
            "", "reconcile/", "reconcile/a", "reconcile/a/", "reconcile//a", "other/a/b", "goauthentik.io/a/b",
        ] {
            #expect(ScopeMappingMark(text) == nil)
        }
    }
}

extension ScopeMappingTests {
    private static func declared(description: String) -> DeclaredScopeMapping {
        var mapping = declared()
        mapping.values[ScopeMapping.Row.description] = .text(description)
        return mapping
    }
}

extension Effect {
    fileprivate var created: [FieldAssignment]? {
        guard case .create(let objects) = self else { return nil }
        return objects.flatMap(\.assignments)
    }

    fileprivate var sentFields: [String] {
        switch self {
        case .create(let objects): objects.flatMap(\.assignments).map(\.field)
        case .update(_, let fields): fields.assignments.map(\.field)
        default: []
        }
    }
}
