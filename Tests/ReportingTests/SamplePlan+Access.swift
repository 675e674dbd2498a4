import Kinds

@testable import Planning
@testable import Reporting

/// A plan of which all is about who may open what.
extension SamplePlan {
    static let access = {
        var plan = Plan(services: [regrouped, told, exclusive, unsaid, new, closed, blocked, alsoUnsaid])
        plan.shared = [.nobody(nil)]
        return plan
    }()

    /// The same with the deletion limit on.
    static let heldAccess = {
        var plan = access
        plan.heldDeletions = HeldDeletions(deletions: 1, limit: 0, isFileEmpty: false)
        for index in plan.services.indices where plan.services[index].deletion != nil {
            plan.services[index].deletion?.isHeld = true
            plan.services[index].decision = .inSync
            plan.services[index].reason = "as declared"
            plan.services[index].changes = []
            plan.services[index] = plan.services[index].withheld
        }
        return plan
    }()

    private static let regrouped = service("chat", .update, "groups, users, group 'admins', mode differ") {
        $0.changes = [
            change(.access, "groups", .words(["admins", "guests"]), .words(["admins", "family"])),
            change(.access, "users", .words([]), .words(["bob"])),
            change(.access, "group 'admins'", .text("disabled, order 3"), .text("enabled, order 0")),
            change(.access, "mode", .text("any"), .text("all")),
        ]
        let mode = ObjectFields.application([assignment("policy_engine_mode", .text("all"))])
        let admins = BindingSubject(.group, pk: "g-admins")
        $0.add(.restriction, .update(.application(slug: "chat"), mode))
        $0.add(.grant, .create([binding(.existing(BindingSubject(.group, pk: "g-family")))]), named: "family")
        $0.add(.grant, .create([binding(.existing(BindingSubject(.user, pk: "7")))]), named: "bob")
        let key = ObjectKey(kind: .policyBinding, key: "b-admins")
        $0.add(.correction, .update(key, binding(.existing(admins))))
        $0.add(.revocation, .delete(ObjectKey(kind: .policyBinding, key: "b-guests")))
        $0.access = standing(.restricted, "group 'admins'", "group 'family'", "user 'bob'")
    }

    private static let told = service("docs", .inSync, "as declared") { $0.access = standing(.everyone) }

    private static let exclusive = service("grafana", .update, "groups, users differ") {
        $0.changes = [
            change(.access, "groups", .words(["admins", "interns"]), .words(["admins"])),
            change(.access, "users", .words(["eve"]), .words([])),
        ]
        $0.deletion = Deletion(application: nil, bindings: ["group 'interns'", "user 'eve'"])
        $0.add(.revocation, .delete(ObjectKey(kind: .policyBinding, key: "b-1")), named: "b-1")
        $0.add(.revocation, .delete(ObjectKey(kind: .policyBinding, key: "b-2")), named: "b-2")
        $0.access = standing(.restricted, "group 'admins'")
    }

    private static let unsaid = service("homepage", .inSync, "as declared") {
        $0.access = standing(.unmanaged)
        $0.access?.isExposed = true
    }

    private static let new = service("paperless", .create, "new") {
        $0.changes = [
            change(.application, "slug", nil, .text("paperless")), change(.access, "groups", nil, .words(["family"])),
        ]
        let application = ObjectFields.application([assignment("slug", .text("paperless"))])
        let family = ObjectFields.binding(
            .made(by: SharedObjectPlan.group("family", pk: nil).id),
            of: .group,
            order: 0,
            target: nil
        )
        let provider = ObjectFields.provider([assignment("name", .text("paperless"))])
        $0.add(.application, .create([application, provider, family]))
        $0.access = standing(.restricted, "group 'family'")
    }

    private static let closed = service("vault", .update, "policies differs") {
        $0.changes = [change(.access, "policies", .words([]), .words(["reconcile: nobody"]))]
        $0.add(.grant, .create([binding(.made(by: SharedObjectPlan.nobody(nil).id))]))
        $0.access = standing(.closed, "policy 'reconcile: nobody'")
        $0.access?.complaint = "the group 'admins' is gone"
        $0.hindrance = "closed to everybody: the group 'admins' is gone"
    }

    private static let blocked = service("wiki", .update, "who may open it differs from the file") {
        let complaint = "there is no group 'famliy'; did you mean 'family'?"
        $0.access = standing(.blocked)
        $0.access?.complaint = complaint
        $0.access?.isExposed = true
        $0.hindrance = "who may open it is left unchanged: \(complaint)"
    }

    private static let alsoUnsaid = service("www", .inSync, "as declared") {
        $0.access = standing(.unmanaged)
        $0.access?.isExposed = true
    }

    static func standing(_ state: AccessStanding.State, _ subjects: String...) -> AccessStanding {
        var standing = AccessStanding(state)
        standing.subjects = subjects
        return standing
    }

    private static func binding(_ subject: Ref<BindingSubject>) -> ObjectFields {
        .binding(subject, of: subject.existing?.kind ?? .policy, order: 0, target: .existing("app"))
    }
}
