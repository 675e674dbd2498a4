import AuthentikAPI
import Base
package import DesiredState
import JSON
package import Kinds

/// Access to applications in Authentik, as observed by one pass; groups are in ``ObservedState/groups``.
package struct ObservedAccess: Sendable, Equatable {
    /// Bindings of applications and of everything else.
    package var bindings: [PolicyBinding]
    /// Those named by the file that exist.
    package var users: [User]
    /// Also empty if the file names none, so that they were not read.
    package var policies: [Policy]
    /// The policy that lets nobody in; nil if it does not exist.
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

/// Translates between the file's names of groups, users and policies and their pks, and finds the bindings of an
/// application.
struct AccessIndex {
    /// The result of looking up a subject named by the file.
    enum Look: Equatable {
        case found(BindingSubject)
        /// A group that the file declares and a step creates.
        case made(by: Step.ID)
        /// This program bound it, but it no longer exists.
        case vanished(BoundSubject)
        /// It does not exist; the clause says so.
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
        // A bound subject exists, even if it was not looked up by name.
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

    /// The bindings of an application, in order of evaluation.
    func bindings(of application: Application?) -> [PolicyBinding] {
        let bindings = application.flatMap { bindingsByTarget[$0.pk] } ?? []
        return bindings.sorted { ($0.order, $0.pk) < ($1.order, $1.pk) }
    }

    /// Looks up a subject.
    ///
    /// - Parameter bound: the bindings recorded in the service's mark.
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
        // Only the users named by the file were looked up.
        if declared.kind == .user { error.names = nil }
        return error.located(at: declared.location)
    }

    /// What is wrong with the name of a subject; nil if the subject exists or will be created.
    func mistake(_ declared: AccessSubject) -> LookUpError? {
        if case .unknown = look(for: declared, bound: []) { absence(of: declared) } else { nil }
    }

    /// Whether a subject is known to exist.
    func isThere(_ subject: BindingSubject) -> Bool { names[subject] != nil }

    /// The name of a subject; its pk if the name is unknown.
    func name(of subject: BindingSubject) -> String { names[subject] ?? subject.pk }

    /// The policy that lets nobody in, as a subject to bind.
    var closing: Ref<BindingSubject> {
        nobody.pk.map { .existing(BindingSubject(.policy, pk: $0)) } ?? .made(by: nobody.id)
    }
}

extension AccessSubject {
    /// As shown to the user: `group 'admins'`.
    package var description: String { "\(kind.rawValue) '\(name)'" }
}
