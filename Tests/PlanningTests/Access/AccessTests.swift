import DesiredState
import JSON
import Kinds
import Testing

@testable import Planning

/// One row of the tables of `AccessDraft`: how the world differs from a `grafana` that is open to the groups `a` and `b`.
struct AccessCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var state: AccessStanding.State
    var steps: [String]
    /// What changes of its access.
    var changes: [String]
    /// What the mark says in the end.
    var marked: [String]?
    /// What cannot be as declared; empty if all can.
    var says: String
    /// What is planned of the closing policy; nil if it is not needed.
    var closing: Decision?
    var world: World

    init(
        _ name: String,
        _ state: AccessStanding.State = .restricted,
        steps: [String] = [],
        changes: [String] = [],
        marked: [String]?,
        says: String = "",
        closing: Decision? = nil,
        _ world: World = .guarded(),
        bend: (inout World) -> Void = { _ in }
    ) {
        testDescription = name
        self.state = state
        self.steps = steps
        self.changes = changes
        self.marked = marked
        self.says = says
        self.closing = closing
        self.world = world
        bend(&self.world)
    }
}

@Suite struct AccessTests {
    /// Who is to be bound, and how.
    static let wanted = [
        AccessCase("as declared", marked: ["a x", "b y"]),
        AccessCase("everyone, who may", .everyone, marked: [], .open(.everyone)) { $0.changeMark { $0.access = [] } },
        AccessCase(
            "everyone, where somebody was bound",
            .everyone,
            steps: ["revocation x", "revocation y", "mark"],
            changes: ["groups: a b → "],
            marked: []
        ) { $0.access = .everyone },
        AccessCase(
            "everyone, and the mode stays",
            .everyone,
            steps: ["revocation x", "revocation y", "mark"],
            changes: ["groups: a b → "],
            marked: []
        ) {
            $0.access = .everyone
            $0.changeApplications { $0.policyEngineMode = "all" }
        },
        AccessCase(
            "one more",
            steps: ["note", "grant group 'z'", "mark"],
            changes: ["groups: a b → a b z"],
            marked: ["a x", "b y", "z ?"]
        ) { $0.access = .any(.group("a"), .group("b"), .group("z")) },
        AccessCase("one less", steps: ["revocation y", "mark"], changes: ["groups: a b → a"], marked: ["a x"]) {
            $0.access = .any(.group("a"))
        },
        AccessCase(
            "others of every kind",
            steps: ["note", "policyGrant policy 'hours'", "grant group 'z'", "grant user 'bob'"]
                + ["revocation x", "revocation y", "mark"],
            changes: ["groups: a b → z", "users:  → bob", "policies:  → hours"],
            marked: ["z ?", "bob ?", "hours ?"]
        ) { $0.access = .any(.group("z"), .user("bob"), .policy("hours")) },
        AccessCase("all instead of any", steps: ["restriction"], changes: ["mode: any → all"], marked: ["a x", "b y"]) {
            $0.access = .all(.group("a"), .group("b"))
        },
        AccessCase("any instead of all", steps: ["opening"], changes: ["mode: all → any"], marked: ["a x", "b y"]) {
            $0.changeApplications { $0.policyEngineMode = "all" }
        },
        AccessCase(
            "any, then all of others",
            steps: ["note", "restriction", "grant group 'z'", "revocation y", "mark"],
            changes: ["groups: a b → a z", "mode: any → all"],
            marked: ["a x", "z ?"]
        ) { $0.access = .all(.group("a"), .group("z")) },
        AccessCase(
            "all, then any of others",
            steps: ["note", "grant group 'z'", "revocation x", "opening", "mark"],
            changes: ["groups: a b → b z", "mode: all → any"],
            marked: ["b y", "z ?"]
        ) {
            $0.changeApplications { $0.policyEngineMode = "all" }
            $0.access = .any(.group("b"), .group("z"))
        },
        AccessCase(
            "nobody was bound before",
            steps: ["note", "grant group 'a'", "mark"],
            changes: ["groups:  → a"],
            marked: ["a ?"],
            .open(.any(.group("a")))
        ),
        AccessCase(
            "a group that is made in this pass",
            steps: ["note", "grant group 'new'", "revocation y", "mark"],
            changes: ["groups: a b → a new"],
            marked: ["a x", "new ?"]
        ) {
            $0.groups = ["new"]
            $0.access = .any(.group("a"), .group("new"))
        },
    ]

    /// Who is not there.
    static let missing = [
        AccessCase(
            "one was never there: all stay, also whom the file dropped",
            .blocked,
            marked: ["a x", "b y"],
            says: "who may open it is left unchanged: there is no group 'guests'"
        ) { $0.access = .any(.group("a"), .group("guests")) },
        AccessCase(
            "each of those that were never there is named",
            .blocked,
            marked: ["a x", "b y"],
            says:
                "who may open it is left unchanged: there is no user 'bobb' (services.yaml:1:1); did you mean 'bob'?; "
                + "there is no policy 'weekend'"
        ) { $0.access = .all(.user("bobb"), .policy("weekend")) },
        AccessCase(
            "the spelling counts",
            .blocked,
            marked: ["a x", "b y"],
            says:
                "who may open it is left unchanged: there is no group 'A' (services.yaml:1:1); did you mean 'a'?; there are 'a', 'b' and 'z'"
        ) { $0.access = .any(.group("A")) },
        AccessCase(
            "one was never there, and nobody was bound before",
            .blocked,
            marked: nil,
            says: "who may open it is left unchanged: there is no group 'guests'",
            .open(.any(.group("guests")))
        ),
        AccessCase(
            "one has another name by now",
            .blocked,
            marked: ["a x", "b y"],
            says: "who may open it is left unchanged: the group 'b' is now called 'renamed'"
        ) { world in
            world.observed.groups[1].name = "renamed"
            world.changeBinding("y") { $0.name = "renamed" }
        },
        AccessCase(
            "a user who is named no more is known by his binding",
            .blocked,
            marked: ["bob u"],
            says: "who may open it is left unchanged: the user 'bob' is now called 'robert'",
            .guarded(.any(.user("bob")))
        ) { world in
            world.unbind("x", "y")
            world.bind(.bob, "u", order: 0) { $0.name = "robert" }
            world.changeMark { $0.access = [BoundSubject(.bob, name: "bob", binding: "u", order: 0)] }
            world.observed.access?.users = []
        },
        AccessCase(
            "what drifted is corrected where one was never there",
            .blocked,
            steps: ["grant x"],
            changes: ["group 'a': disabled → enabled"],
            marked: ["a x", "b y"],
            says: "who may open it is left unchanged: there is no group 'guests'"
        ) { world in
            world.access = .any(.group("a"), .group("guests"))
            world.changeBinding("x") { $0.isEnabled = false }
        },
        AccessCase(
            "one was never there, and the mark tells of another one twice",
            .blocked,
            steps: ["mark"],
            marked: ["a x", "b y"],
            says: "who may open it is left unchanged: there is no group 'guests'"
        ) {
            $0.tell([("a", "x"), ("b", "y"), ("a", nil), ("b", nil)])
            $0.access = .any(.group("a"), .group("guests"))
        },
        AccessCase(
            "any, and one is gone: the others, and the mark remembers who is gone",
            steps: ["mark"],
            marked: ["a -", "b y"],
            says: "the group 'a' is gone"
        ) { $0.remove(.group("a")) },
        AccessCase("any, and one is still gone", marked: ["a -", "b y"], says: "the group 'a' is gone") {
            $0.remove(.group("a"))
            $0.tell([("a", nil), ("b", "y")])
        },
        AccessCase(
            "any, and nobody is left",
            .closed,
            steps: ["note", "policyGrant policy 'reconcile: nobody'", "mark"],
            changes: ["policies:  → reconcile: nobody"],
            marked: ["a -", "b -", "reconcile: nobody ?"],
            says: "closed to everybody: the group 'a' and the group 'b' are gone",
            closing: .create
        ) {
            $0.remove(.group("a"))
            $0.remove(.group("b"))
        },
        AccessCase(
            "all, and one is gone: the others, and nobody",
            .closed,
            steps: ["note", "policyGrant policy 'reconcile: nobody'", "mark"],
            changes: ["policies:  → reconcile: nobody"],
            marked: ["a -", "b y", "reconcile: nobody ?"],
            says: "closed to everybody: the group 'a' is gone",
            closing: .inSync,
            .guarded(.all(.group("a"), .group("b")))
        ) {
            $0.changeApplications { $0.policyEngineMode = "all" }
            $0.addNobody()
            $0.remove(.group("a"))
        },
        AccessCase(
            "one is gone, and one was never there",
            .blocked,
            steps: ["mark"],
            marked: ["a -", "b y"],
            says: "who may open it is left unchanged: there is no group 'guests'"
        ) {
            $0.remove(.group("a"))
            $0.access = .any(.group("a"), .group("b"), .group("guests"))
        },
        AccessCase(
            "one was never there, and none of those who were bound is left",
            .closed,
            steps: ["note", "policyGrant policy 'reconcile: nobody'", "mark"],
            changes: ["policies:  → reconcile: nobody"],
            marked: ["a -", "b -", "reconcile: nobody ?"],
            says: "closed to everybody: there is no group 'guests'",
            closing: .create
        ) {
            $0.remove(.group("a"))
            $0.remove(.group("b"))
            $0.access = .any(.group("guests"))
        },
        AccessCase(
            "one was never there, and all had to let in, of whom one is gone",
            .closed,
            steps: ["note", "policyGrant policy 'reconcile: nobody'", "mark"],
            changes: ["policies:  → reconcile: nobody"],
            marked: ["a -", "b y", "reconcile: nobody ?"],
            says: "closed to everybody: there is no group 'guests'",
            closing: .create,
            .guarded(.all(.group("b"), .group("guests")))
        ) {
            $0.changeApplications { $0.policyEngineMode = "all" }
            $0.remove(.group("a"))
        },
    ]

    /// What becomes of what is closed.
    static let closed = [
        AccessCase(
            "it stays closed",
            .closed,
            marked: ["a -", "reconcile: nobody n"],
            says: "closed to everybody: the group 'a' is gone",
            closing: .inSync,
            .closed()
        ),
        AccessCase(
            "it is opened again when somebody is back, whatever the pk",
            steps: ["note", "grant group 'a'", "policyRevocation n", "mark"],
            changes: ["groups:  → a", "policies: reconcile: nobody → "],
            marked: ["a ?"],
            .closed()
        ) { $0.observed.groups.append(Group(pk: "anew", name: "a")) },
        AccessCase(
            "it is opened to another",
            steps: ["note", "grant group 'b'", "policyRevocation n", "mark"],
            changes: ["groups:  → b", "policies: reconcile: nobody → "],
            marked: ["b ?"],
            .closed(.any(.group("b")))
        ),
        AccessCase(
            "it is opened on purpose",
            .everyone,
            steps: ["policyRevocation n", "mark"],
            changes: ["policies: reconcile: nobody → "],
            marked: [],
            .closed(.everyone)
        ),
        AccessCase(
            "the closing policy was deleted, and its binding with it",
            .closed,
            steps: ["note", "policyGrant policy 'reconcile: nobody'", "mark"],
            changes: ["policies:  → reconcile: nobody"],
            marked: ["a -", "reconcile: nobody ?"],
            says: "closed to everybody: the group 'a' is gone",
            closing: .create,
            .closed()
        ) {
            $0.unbind("n")
            $0.observed.access?.nobody = nil
        },
        AccessCase(
            "the closing policy was changed",
            .closed,
            marked: ["a -", "reconcile: nobody n"],
            says: "closed to everybody: the group 'a' is gone",
            closing: .update,
            .closed()
        ) { $0.addNobody("return True") },
        AccessCase(
            "the binding of the closing policy was disabled",
            .closed,
            steps: ["policyGrant n"],
            changes: ["policy 'reconcile: nobody': disabled → enabled"],
            marked: ["a -", "reconcile: nobody n"],
            says: "closed to everybody: the group 'a' is gone",
            closing: .inSync,
            .closed()
        ) { $0.changeBinding("n") { $0.isEnabled = false } },
        AccessCase(
            "one was never there: it stays closed",
            .closed,
            marked: ["a -", "reconcile: nobody n"],
            says: "closed to everybody: there is no group 'guests'",
            closing: .inSync,
            .closed(.any(.group("a"), .group("guests")))
        ),
        AccessCase(
            "one is back, and one was never there: it stays closed",
            .closed,
            marked: ["a -", "reconcile: nobody n"],
            says: "closed to everybody: there is no group 'guests'",
            closing: .inSync,
            .closed(.any(.group("a"), .group("guests")))
        ) { $0.observed.groups.append(Group(pk: "anew", name: "a")) },
        AccessCase(
            "one was never there, and the mode was changed by hand: it stays closed to all",
            .closed,
            steps: ["restriction"],
            changes: ["mode: any → all"],
            marked: ["a -", "b y", "reconcile: nobody n"],
            says: "closed to everybody: there is no group 'guests'",
            closing: .inSync,
            .closed(.all(.group("a"), .group("b"), .group("guests")))
        ) { world in
            world.bind(.group("b"), "y", order: 1)
            world.changeMark { $0.access?.append(BoundSubject(.group("b"), name: "b", binding: "y", order: 1)) }
            world.changeMark { $0.access = $0.access?.sorted() }
        },
        AccessCase(
            "a binding of the closing policy that no mark tells of goes",
            steps: ["policyRevocation n"],
            changes: ["policies: reconcile: nobody → "],
            marked: ["a x", "b y"]
        ) {
            $0.addNobody()
            $0.bind(.nobody, "n", order: 7)
        },
    ]

    /// What is wrong with bindings, and whose they are.
    static let drift = [
        AccessCase(
            "deleted",
            steps: ["note", "grant group 'a'", "mark"],
            changes: ["groups: b → a b"],
            marked: ["b y", "a ?"]
        ) { $0.unbind("x") },
        AccessCase(
            "disabled",
            steps: ["grant x"],
            changes: ["group 'a': disabled → enabled"],
            marked: ["a x", "b y"]
        ) { $0.changeBinding("x") { $0.isEnabled = false } },
        AccessCase(
            "negated",
            steps: ["correction x"],
            changes: ["group 'a': negated → not negated"],
            marked: ["a x", "b y"]
        ) { $0.changeBinding("x") { $0.isNegated = true } },
        AccessCase(
            "negated, where all have to let in",
            steps: ["note", "grant group 'a'", "grant group 'b'", "revocation x", "revocation y", "mark"],
            changes: ["group 'a': negated → not negated", "group 'b': negated → not negated"],
            marked: ["a ?", "b ?"],
            .guarded(.all(.group("a"), .group("b")))
        ) { world in
            world.changeApplications { $0.policyEngineMode = "all" }
            for pk in ["x", "y"] { world.changeBinding(pk) { $0.isNegated = true } }
        },
        AccessCase(
            "moved",
            steps: ["correction x"],
            changes: ["group 'a': order 9 → order 0"],
            marked: ["a x", "b y"]
        ) { $0.changeBinding("x") { $0.order = 9 } },
        AccessCase(
            "lets in on failure",
            steps: ["correction x"],
            changes: ["group 'a': lets in on failure → keeps out on failure"],
            marked: ["a x", "b y"]
        ) { $0.changeBinding("x") { $0.letsInOnFailure = true } },
        AccessCase(
            "all of it at once",
            steps: ["grant x"],
            changes: [
                "group 'a': disabled, negated, lets in on failure, order 9 → enabled, not negated, keeps out on failure, "
                    + "order 0"
            ],
            marked: ["a x", "b y"]
        ) {
            $0.changeBinding("x") {
                ($0.isEnabled, $0.isNegated, $0.letsInOnFailure, $0.order) = (false, true, true, 9)
            }
        },
        AccessCase(
            "its group was swapped",
            steps: ["note", "grant group 'a'", "revocation x", "mark"],
            changes: ["groups: z b → a b"],
            marked: ["b y", "a ?"]
        ) { $0.changeBinding("x") { ($0.subject, $0.name) = (.group("z"), "z") } },
        AccessCase(
            "bound three times: the one that the mark names stays",
            steps: ["revocation 0", "revocation 1"],
            changes: ["group 'a': bound 3 times → bound once"],
            marked: ["a x", "b y"]
        ) {
            $0.bind(.group("a"), "0", order: 0)
            $0.bind(.group("a"), "1", order: 5)
        },
        AccessCase(
            "bound twice, and no mark tells which: one that lets in stays",
            steps: ["revocation 0", "mark"],
            changes: ["group 'a': bound 2 times → bound once"],
            marked: ["a x", "b y"]
        ) {
            $0.bind(.group("a"), "0", order: -1) { $0.isNegated = true }
            $0.changeMark { $0.access = [BoundSubject(.group("b"), name: "b", binding: "y", order: 1)] }
        },
        AccessCase(
            "moved, and the policy is bound at its place once more: it stays where it is now",
            steps: ["policyRevocation q", "mark"],
            changes: ["policy 'hours': bound 2 times → bound once"],
            marked: ["hours p"],
            .guarded(.any(.policy("hours")))
        ) { world in
            world.unbind("x", "y")
            world.bind(.policy("hours"), "p", order: 4)
            world.bind(.policy("hours"), "q", order: 0)
            world.changeMark { $0.access = [BoundSubject(.policy("hours"), name: "hours", binding: "p", order: 0)] }
        },
        AccessCase(
            "about to be made by a pass that ended, and named no more",
            steps: ["revocation w", "mark"],
            changes: ["groups: a b z → a b"],
            marked: ["a x", "b y"]
        ) {
            $0.bind(.group("z"), "w", order: 2)
            $0.tell([("a", "x"), ("b", "y"), ("z", nil)])
        },
        AccessCase(
            "about to be made by a pass that ended before it made them",
            steps: ["grant group 'a'", "grant group 'b'", "mark"],
            changes: ["groups:  → a b"],
            marked: ["a ?", "b ?"]
        ) {
            $0.unbind("x", "y")
            $0.tell([("a", nil), ("b", nil)])
        },
        AccessCase(
            "about to be made by a pass that ended after it made one",
            steps: ["grant group 'b'", "mark"],
            changes: ["groups: a → a b"],
            marked: ["a x", "b ?"]
        ) {
            $0.unbind("y")
            $0.tell([("a", nil), ("b", nil)])
        },
        AccessCase(
            "binds something else, too",
            steps: ["note", "grant group 'a'", "revocation x", "mark"],
            changes: ["group 'a': bound with another → bound alone"],
            marked: ["b y", "a ?"]
        ) { $0.changeBinding("x") { $0.isAmbiguous = true } },
        AccessCase("of others: left alone", marked: ["a x", "b y"]) { $0.bind(.group("z"), "w", order: -1) },
        AccessCase(
            "of others, and the file names it now: it is this program's from now on",
            steps: ["mark"],
            marked: ["z w", "a x", "b y"]
        ) {
            $0.bind(.group("z"), "w", order: -1)
            $0.access = .any(.group("a"), .group("b"), .group("z"))
        },
        AccessCase(
            "ends by itself: left alone, whatever it is, and not counted",
            steps: ["note", "grant group 'a'", "mark"],
            changes: ["groups:  → a"],
            marked: ["a ?"],
            .open(.any(.group("a"), exclusive: true))
        ) {
            $0.bind(.group("a"), "x", order: 0) { $0.isExpiring = true }
            $0.bind(.group("z"), "w", order: 1) { ($0.isExpiring, $0.isEnabled) = (true, false) }
        },
        AccessCase("of another application: no matter", marked: ["a x", "b y"]) {
            $0.bind(.group("z"), "w", order: 0, to: "other")
        },
        AccessCase("an answer does not say what is bound is called", marked: ["a x", "b y"]) { world in
            for pk in ["x", "y"] { world.changeBinding(pk) { $0.name = nil } }
        },
    ]

    @Test(arguments: wanted + missing + closed + drift)
    func `who may open a service that is there`(_ row: AccessCase) throws {
        let plan = row.world.plan
        let service = try #require(plan.services.first)
        #expect(service.access?.state == row.state)
        #expect(service.stepNames == row.steps)
        #expect(service.accessChanges == row.changes)
        #expect(service.markedAccess == row.marked)
        // Behind it stands who there is.
        #expect(row.says.isEmpty ? service.hindrance == nil : service.hindrance?.hasPrefix(row.says) == true)
        #expect(plan.shared.filter { $0.kind == .expressionPolicy }.map(\.decision) == (row.closing.map { [$0] } ?? []))
        // What is sent is told, and what is told is sent.
        let isIdle = row.steps.isEmpty && row.says.isEmpty
        #expect((service.decision == .inSync) == isIdle, "\(service.decision)")
        #expect(row.changes.isEmpty || !row.steps.isEmpty)
        #expect(row.world.only.changes.allSatisfy { $0.object == .access })
        service.expectOrder(shared: Set(plan.shared.map(\.id)))
    }
}

extension ServicePlan {
    /// Each step comes after all of the places before it, and after what it refers to.
    func expectOrder(shared: Set<Step.ID>, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
        var before = shared
        var previous: Set<Step.ID> = []
        for (place, steps) in Dictionary(grouping: steps, by: \.id.place).sorted(by: { $0.key < $1.key }) {
            for step in steps {
                #expect(step.after.filter { $0.service == slug } == previous, sourceLocation: sourceLocation)
                #expect(step.effect.references.isSubset(of: before), "\(place)", sourceLocation: sourceLocation)
                #expect(step.after.isSubset(of: before), "\(place)", sourceLocation: sourceLocation)
                // Nothing waits for what is made only when somebody else asks for it.
                let needed = step.effect.references.filter { $0.service == nil }
                let reached = step.after.union(previous.isEmpty ? [] : before)
                #expect(needed.isSubset(of: reached), "\(place)", sourceLocation: sourceLocation)
            }
            previous = Set(steps.map(\.id))
            before.formUnion(previous)
        }
        #expect(Set(steps.map(\.id)).count == steps.count, "two steps of one name", sourceLocation: sourceLocation)
    }
}
