import AuthentikAPI
import DesiredState
import FoundationEssentials
import JSON
import Kinds
import Planning
import Testing

@testable import Applying

@Suite(.timeLimit(.minutes(60))) struct ManagedObjectsTests {
    private static let application = "0fbb0049-99cd-4d9f-8fb8-2b2dc8ff24a2"

    /// An entry of the audit log, about something.
    private func event(_ app: String, _ model: String, _ pk: JSONValue) throws -> AuditEvent {
        let json: JSONValue = [
            "pk": "e", "created": "2026-11-24T13:00:00.000000Z", "user": ["username": "akadmin"],
            "context": ["model": ["app": .string(app), "model_name": .string(model), "pk": pk]],
        ]
        return try AuditEvent(try JSONElement(parsing: json.serialized()))
    }

    private func objects(
        owner: String = "homelab",
        marked: String = "homelab",
        version: JSONValue = 1
    ) throws -> ManagedObjects {
        var application = Application(pk: Self.application, slug: "grafana-by-hand", name: "Grafana")
        application.provider = 7
        var mark = OwnershipMark(owner: marked, slug: "grafana", provider: 8).attributes.object ?? [:]
        mark["version"] = version
        let observed = ObservedState(
            release: try #require(Release("2025.12.4")),
            applications: [application, Application(pk: "other", slug: "other", name: "Other")],
            marks: [
                ObservedMark(
                    pk: "mark-pk",
                    application: Self.application,
                    attributes: .object(mark)
                )
            ]
        )
        return ManagedObjects(Plan(services: []), observed, owner: owner)
    }

    @Test func `knows an application, both its providers and its mark`() throws {
        let objects = try objects()
        let undashed = Self.application.filter { $0 != "-" }
        #expect(objects.slug(of: try event("authentik_core", "application", .string(undashed))) == "grafana")
        #expect(objects.slug(of: try event("authentik_providers_oauth2", "oauth2provider", 7)) == "grafana")
        #expect(objects.slug(of: try event("authentik_providers_oauth2", "oauth2provider", 8)) == "grafana")
        #expect(objects.slug(of: try event("authentik_core", "applicationentitlement", "markpk")) == "grafana")
    }

    @Test func `knows what has a mark that cannot be read`() throws {
        let objects = try objects(version: [])
        #expect(objects.slug(of: try event("authentik_core", "applicationentitlement", "markpk")) == "grafana")
        #expect(objects.slug(of: try event("authentik_providers_oauth2", "oauth2provider", 8)) == "grafana")
        let others = try self.objects(marked: "others", version: [])
        #expect(others.slug(of: try event("authentik_core", "applicationentitlement", "markpk")) == nil)
    }

    @Test(arguments: [
        ("authentik_flows", "flow"), ("authentik_crypto", "certificatekeypair"),
        ("authentik_providers_oauth2", "scopemapping"), ("authentik_sources_oauth", "oauthsource"),
    ])
    func `what a file names may be another object's name now, so everything is read`(app: String, model: String) throws
    {
        #expect(try objects().scope(of: try event(app, model, "any")) == .everything)
        #expect(try objects().scope(of: try event("authentik_events", model, "any")) == nil)
    }

    @Test func `what is not managed is not known`() throws {
        let objects = try objects()
        #expect(objects.slug(of: try event("authentik_core", "application", "other")) == nil)
        #expect(objects.slug(of: try event("authentik_core", "group", "7")) == nil)
        #expect(objects.slug(of: try event("authentik_providers_oauth2", "oauth2provider", 9)) == nil)
        let others = try self.objects(marked: "others")
        #expect(others.slug(of: try event("authentik_providers_oauth2", "oauth2provider", 8)) == nil)
    }

    @Test func `knows the groups that the file declares, as nobody's service`() throws {
        var observed = ObservedState(release: try #require(Release("2025.12.4")))
        observed.groups = [Group(pk: "a-1", name: "family"), Group(pk: "b-2", name: "Family")]
        var desired = DesiredState(owner: "homelab", services: [])
        desired.groups = ["family", "admins"]
        let plan = Planner.plan(desired, secrets: [:], observed: observed)
        var objects = ManagedObjects(plan, observed, owner: "homelab")
        let family = try event("authentik_core", "group", "a1")
        #expect(objects.include(family) && objects.slug(of: family) == nil)
        #expect(!objects.include(try event("authentik_core", "group", "b2")))
        // One that the pass makes is known as soon as it is made.
        let admins = try event("authentik_core", "group", "c3")
        #expect(!objects.include(admins))
        objects.add(SharedOutcome(plan: try #require(plan.shared.last), made: "c-3"))
        #expect(objects.include(admins) && objects.slug(of: admins) == nil)
    }

    /// Grafana, open to the group `family`, and something else that is bound.
    private func restricted(_ named: [SubjectKind: Set<String>]?) throws -> ManagedObjects {
        var observed = ObservedState(
            release: try #require(Release("2025.12.4")),
            applications: [Application(pk: Self.application, slug: "grafana", name: "Grafana")]
        )
        let bound = BoundSubject(BindingSubject(.group, pk: "e-5"), name: "gone", binding: "b-3", order: 1)
        let mark = OwnershipMark(owner: "homelab", slug: "grafana", access: [bound])
        observed.marks = [ObservedMark(pk: "m", application: Self.application, attributes: mark.attributes)]
        observed.groups = [Group(pk: "a-1", name: "family"), Group(pk: "b-2", name: "guests")]
        guard let named else { return ManagedObjects(Plan(services: []), observed, owner: "homelab") }
        let family = BindingSubject(.group, pk: "a-1")
        observed.access = ObservedAccess(
            bindings: [
                PolicyBinding(pk: "b-1", target: Self.application, subject: family),
                PolicyBinding(pk: "b-2", target: "a-flow", subject: family),
            ],
            users: [User(pk: 7, username: "bob")],
            policies: [Policy(pk: "c-3", name: "office hours"), Policy(pk: "c-4", name: "weekend")],
            nobody: ExpressionPolicy(pk: "d-4")
        )
        return ManagedObjects(Plan(services: []), observed, owner: "homelab", access: named)
    }

    private func binding(_ pk: JSONValue) throws -> AuditEvent {
        try event("authentik_policies", "policybinding", pk)
    }

    @Test func `knows the bindings of its applications, and may know those that it has not seen`() throws {
        var objects = try restricted([.group: ["family"]])
        let (own, other, new) = (try binding("b1"), try binding("b2"), try binding("b9"))
        #expect(objects.slug(of: own) == "grafana")
        #expect(objects.include(own) && !objects.isUnknown(own))
        #expect(!objects.include(other) && !objects.isUnknown(other))
        #expect(objects.include(new) && objects.isUnknown(new) && objects.slug(of: new) == nil)
        objects.add(MadeObjects(bindings: ["b-9"]), for: "grafana")
        #expect(objects.slug(of: new) == "grafana" && !objects.isUnknown(new))
    }

    @Test func `knows whom access names, whom it bound, and the policy that lets nobody in`() throws {
        let objects = try restricted([.group: ["family"], .user: ["bob"], .policy: ["office hours"]])
        let known = [
            try event("authentik_core", "group", "a1"), try event("authentik_core", "group", "e5"),
            try event("authentik_core", "user", 7),
            try event("authentik_policies_event_matcher", "eventmatcherpolicy", "c3"),
            try event("authentik_policies_expression", "expressionpolicy", "d4"),
        ]
        #expect(known.map(objects.include) == [true, true, true, true, true])
        #expect(known.compactMap(objects.slug).isEmpty)
        let unknown = [
            try event("authentik_core", "group", "b2"), try event("authentik_core", "user", 8),
            try event("authentik_policies_password", "passwordpolicy", "c4"),
            try event("authentik_core", "application", "a1"),
        ]
        #expect(unknown.map(objects.include) == [false, false, false, false])
    }

    /// One that was deleted may be made anew, with another pk.
    @Test func `while somebody is missing, each group and policy may be the one`() throws {
        let objects = try restricted([.group: ["family", "admins"], .user: ["eve"], .policy: ["office hours"]])
        #expect(objects.include(try event("authentik_core", "group", "f6")))
        #expect(!objects.include(try event("authentik_policies_password", "passwordpolicy", "c4")))
        #expect(!objects.include(try event("authentik_core", "user", 8)))
    }

    @Test func `where the file does not say who may open anything, none of that counts`() throws {
        let objects = try restricted(nil)
        let new = try binding("b9")
        #expect(!objects.include(try binding("b1")))
        #expect(!objects.include(new) && !objects.isUnknown(new))
        #expect(!objects.include(try event("authentik_core", "group", "a1")))
        #expect(!objects.include(try event("authentik_policies_expression", "expressionpolicy", "d4")))
    }

    @Test func `knows what a pass has made`() throws {
        var objects = ManagedObjects()
        objects.add(MadeObjects(application: "a-b", provider: 3, mark: "c-d"), for: "wiki")
        #expect(objects.slug(of: try event("authentik_core", "application", "ab")) == "wiki")
        #expect(objects.slug(of: try event("authentik_providers_oauth2", "oauth2provider", 3)) == "wiki")
        #expect(objects.slug(of: try event("authentik_core", "applicationentitlement", "cd")) == "wiki")
    }
}
