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
        return try JSONDecoder().decode(AuditEvent.self, from: Data(json.serialized()))
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

    @Test func `knows what a pass has made`() throws {
        var objects = ManagedObjects()
        objects.add(MadeObjects(application: "a-b", provider: 3, mark: "c-d"), for: "wiki")
        #expect(objects.slug(of: try event("authentik_core", "application", "ab")) == "wiki")
        #expect(objects.slug(of: try event("authentik_providers_oauth2", "oauth2provider", 3)) == "wiki")
        #expect(objects.slug(of: try event("authentik_core", "applicationentitlement", "cd")) == "wiki")
    }
}
