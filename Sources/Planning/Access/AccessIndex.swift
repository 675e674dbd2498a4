import AuthentikAPI
import Base
package import DesiredState
import JSON
package import Kinds

/// Who may open what in Authentik, as one pass saw it; groups are in ``ObservedState/groups``.
package struct ObservedAccess: Sendable, Equatable {
    /// Of applications and of everything else.
    package var bindings: [PolicyBinding]
    /// Those that the file names and that are there.
    package var users: [User]
    /// Empty also if the file names none, and nobody looked.
    package var policies: [Policy]
    /// The policy that lets nobody in; nil if there is none.
    package var nobody: ExpressionPolicy?

    package init(
        bindings: [PolicyBinding] = [],
        users: [User] = [],
        policies: [Policy] = [],
        nobody: ExpressionPolicy? = nil
    ) {
        self.bindings = bindings
        self.users = users
        self.policies = policies
        self.nobody = nobody
    }
}

/// Translates between what a file calls a group, user or policy and its pk, and tells what is bound to an application.
struct AccessIndex {
    /// What came of looking for a subject that the file names.
    enum Look: Equatable {
        case found(BindingSubject)
        /// A group that the file declares and a step makes.
        case made(by: Step.ID)
        /// It was bound by this program, and is not there any more.
        case vanished(BoundSubject)
        /// There is none; the clause says so.
        case unknown(String)
    }

    /// The policy that lets nobody in.
    let nobody: SharedObjectPlan
    private let bindingsByTarget: [String: [PolicyBinding]]
    private let pks: [SubjectKind: [ExactText: String]]
    private let names: [BindingSubject: String]
    private let made: [ExactText: Step.ID]

    init(_ observed: ObservedAccess, groups: [Group], declaredGroups: [String]) {
        nobody = .nobody(observed.nobody)
        bindingsByTarget = Dictionary(grouping: observed.bindings, by: \.target)
        let subjects: [(subject: BindingSubject, name: String)] =
            groups.map { (BindingSubject(.group, pk: $0.pk), $0.name) }
            + observed.users.map { (BindingSubject(.user, pk: "\($0.pk)"), $0.username) }
            + observed.policies.map { (BindingSubject(.policy, pk: $0.pk), $0.name) }
        pks = Dictionary(grouping: subjects, by: \.subject.kind).mapValues { subjects in
            Dictionary(subjects.map { ($0.name.exact, $0.subject.pk) }, uniquingKeysWith: { first, _ in first })
        }
        // What is bound is there, also where it was not looked for by its name.
        let bound = observed.bindings.compactMap { binding in binding.name.map { (binding.subject, $0) } }
        let closing = observed.nobody.map { [(BindingSubject(.policy, pk: $0.pk), $0.name)] } ?? []
        names = Dictionary(
            subjects.map { ($0.subject, $0.name) } + closing + bound,
            uniquingKeysWith: { first, _ in first }
        )
        let present = Set(groups.map(\.name.exact))
        made = Dictionary(
            declaredGroups.filter { !present.contains($0.exact) }
                .map { ($0.exact, SharedObjectPlan.group($0, pk: nil).id) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// What is bound to an application, in the order in which it is looked at.
    func bindings(of application: Application?) -> [PolicyBinding] {
        let bindings = application.flatMap { bindingsByTarget[$0.pk] } ?? []
        return bindings.sorted { ($0.order, $0.pk) < ($1.order, $1.pk) }
    }

    /// Looks for a subject.
    ///
    /// - Parameter bound: what the service's mark says was bound.
    func look(for declared: AccessSubject, bound: [BoundSubject]) -> Look {
        if let pk = pks[declared.kind]?[declared.name.exact] { return .found(BindingSubject(declared.kind, pk: pk)) }
        if declared.kind == .group, let step = made[declared.name.exact] { return .made(by: step) }
        let former = bound.first { $0.subject.kind == declared.kind && $0.name.exact == declared.name.exact }
        if let former {
            guard let name = names[former.subject] else { return .vanished(former) }
            return .unknown("the \(declared.description) is now called '\(name)'")
        }
        return .unknown(absence(of: declared).description)
    }

    private func absence(of declared: AccessSubject) -> LookUpError {
        let known = (pks[declared.kind] ?? [:]).keys.map(\.text)
        var error = LookUpError("there is no \(declared.description)", meant: declared.name, among: known)
        // Only the users that the file names were looked up.
        if declared.kind == .user { error.names = nil }
        return error.located(at: declared.location)
    }

    /// What is wrong with the name of somebody who may open a service; nil if there is such a one, or will be.
    func mistake(_ declared: AccessSubject) -> LookUpError? {
        if case .unknown = look(for: declared, bound: []) { absence(of: declared) } else { nil }
    }

    /// Whether a subject is known to be there.
    func isThere(_ subject: BindingSubject) -> Bool { names[subject] != nil }

    /// What a subject is called; its pk where that is not known.
    func name(of subject: BindingSubject) -> String { names[subject] ?? subject.pk }

    /// The policy that lets nobody in, to be bound.
    var closing: Ref<BindingSubject> {
        nobody.pk.map { .existing(BindingSubject(.policy, pk: $0)) } ?? .made(by: nobody.id)
    }
}

extension AccessSubject {
    /// For people: `group 'admins'`.
    package var description: String { "\(kind.rawValue) '\(name)'" }
}
