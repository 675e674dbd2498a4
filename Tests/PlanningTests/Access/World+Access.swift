import DesiredState
import JSON
import Kinds

@testable import Planning

extension Access {
    static let everyone = Access(.everyone, location: SourceLocation(file: "services.yaml", line: 1, column: 1))

    static func any(_ subjects: AccessSubject..., exclusive: Bool = false) -> Access {
        Access(.subjects(Subjects(subjects, mode: .any, isExclusive: exclusive)), location: everyone.location)
    }

    static func all(_ subjects: AccessSubject..., exclusive: Bool = false) -> Access {
        Access(.subjects(Subjects(subjects, mode: .all, isExclusive: exclusive)), location: everyone.location)
    }
}

extension AccessSubject {
    static func group(_ name: String) -> AccessSubject { AccessSubject(.group, name) }
    static func user(_ name: String) -> AccessSubject { AccessSubject(.user, name) }
    static func policy(_ name: String) -> AccessSubject { AccessSubject(.policy, name) }

    private init(_ kind: SubjectKind, _ name: String) {
        self.init(kind, name, location: Access.everyone.location)
    }
}

extension BindingSubject {
    /// The one that a world has of that name; the pks of users are numbers.
    static func group(_ name: String) -> BindingSubject { BindingSubject(.group, pk: "group-\(name)") }
    static func policy(_ name: String) -> BindingSubject { BindingSubject(.policy, pk: "policy-\(name)") }
    static let nobody = BindingSubject.policy("nobody")
    static let bob = BindingSubject(.user, pk: "5")
}

/// Groups `a`, `b` and `z`, the user `bob`, the policy `hours`, and a `grafana` that is open to `a` and `b`, marked.
extension World {
    static func guarded(_ access: Access? = .any(.group("a"), .group("b"))) -> World {
        var service = Service.grafana()
        service.access = access
        var world = World(service)
        world.converge(service)
        world.observed.groups = ["a", "b", "z"].map { Group(pk: "group-\($0)", name: $0) }
        world.observed.access = ObservedAccess(
            users: [User(pk: 5, username: "bob")],
            policies: [Policy(pk: "policy-hours", name: "hours")]
        )
        world.bind(.group("a"), "x", order: 0)
        world.bind(.group("b"), "y", order: 1)
        world.tell([("a", "x"), ("b", "y")])
        return world
    }

    /// One that nobody restricts, of an older mark.
    static func open(_ access: Access?) -> World {
        var world = guarded(access)
        world.unbind("x", "y")
        world.changeMark { $0.access = nil }
        return world
    }

    /// One that is closed because its only group `a` is gone.
    static func closed(_ access: Access = .any(.group("a"))) -> World {
        var world = guarded(access)
        world.unbind("y")
        world.remove(.group("a"))
        world.addNobody()
        world.bind(.nobody, "n", order: 1)
        world.changeMark {
            $0.access = [
                BoundSubject(.group("a"), name: "a", order: 0),
                BoundSubject(.nobody, name: ExpressionPolicy.nobodyName, binding: "n", order: 1),
            ]
        }
        return world
    }

    var bindings: [PolicyBinding] {
        get { observed.access?.bindings ?? [] }
        set { observed.access?.bindings = newValue }
    }

    var access: Access? {
        get { services[0].access }
        set { services[0].access = newValue }
    }

    mutating func addNobody(_ expression: String = ExpressionPolicy.nobodyExpression) {
        observed.access?.nobody = ExpressionPolicy(pk: "policy-nobody", expression: expression)
    }

    mutating func bind(
        _ subject: BindingSubject,
        _ pk: String,
        order: Int,
        to slug: String = "grafana",
        _ change: (inout PolicyBinding) -> Void = { _ in }
    ) {
        let names: [BindingSubject: String] = [
            .bob: "bob", .policy("hours"): "hours", .nobody: ExpressionPolicy.nobodyName,
        ]
        let name = names[subject] ?? observed.groups.first { $0.pk == subject.pk }?.name
        var binding = PolicyBinding(pk: pk, target: "app-\(slug)", subject: subject, name: name, order: order)
        change(&binding)
        bindings.append(binding)
    }

    mutating func unbind(_ pks: String...) { bindings.removeAll { pks.contains($0.pk) } }

    mutating func changeBinding(_ pk: String, _ change: (inout PolicyBinding) -> Void) {
        for index in bindings.indices where bindings[index].pk == pk { change(&bindings[index]) }
    }

    /// Takes a group away, and its bindings with it, as Authentik does.
    mutating func remove(_ subject: BindingSubject) {
        observed.groups.removeAll { $0.pk == subject.pk }
        bindings.removeAll { $0.subject == subject }
    }

    mutating func changeMark(_ change: (inout OwnershipMark) -> Void) {
        for observed in observed.marks {
            guard case .mark(var mark) = observed.reading else { continue }
            change(&mark)
            set(mark, on: mark.slug)
        }
    }

    /// Has the mark tell of bindings of groups; of those that have none, that they are about to be made.
    mutating func tell(_ groups: [(name: String, binding: String?)]) {
        changeMark { mark in
            mark.access = groups.enumerated().map { order, group in
                BoundSubject(.group(group.name), name: group.name, binding: group.binding, order: order)
            }
        }
    }

    /// Gives the provider what a create of this program leaves it, also where the file says nothing.
    mutating func finishProvider() {
        let release = observed.release
        changeProviders { provider in
            for field in OAuth2Provider.fields.rows(in: release) where provider.values[field] == nil {
                provider.values[field] = field.fallback(slug: "grafana")
            }
        }
    }

    /// The plan of the service.
    var only: ServicePlan { plan.services[0] }
}

extension ServicePlan {
    /// Each step's place, and what tells it from others there.
    var stepNames: [String] { steps.map { "\($0.id.place) \($0.id.name)".trimmed } }

    /// As in `groups: a b → a c`.
    var accessChanges: [String] {
        changes.filter { $0.object == .access }.map { change in
            let before = change.before.map { $0.shown.joined(separator: " ") } ?? "-"
            return "\(change.field): \(before) → \(change.after.shown.joined(separator: " "))"
        }
    }

    /// What the mark says in the end of who is bound, with `?` for what is not known before: `a x`, `b ?`.
    var markedAccess: [String]? {
        guard let content = steps.compactMap({ $0.id.place == .mark || $0.id.place == .claim ? $0.effect : nil }).last
        else { return standingMark?.mark.access?.map(\.short) }
        guard case .createMark(_, let mark, _) = content else {
            guard case .updateMark(_, let mark) = content else { return nil }
            return mark.short
        }
        return mark.short
    }
}

extension MarkContent {
    /// Those that are there first, then those that are made.
    var short: [String]? { mark.access.map { $0.map(\.short) + bindings.map { "\($0.name) ?" } } }
}

extension BoundSubject {
    fileprivate var short: String { "\(name) \(binding ?? "-")" }
}

extension String {
    fileprivate var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
