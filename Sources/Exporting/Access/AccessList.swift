import Base
package import Kinds
package import Planning

/// Who may open what, as Authentik has it at one moment.
///
/// `manifests/schemas/access.schema.json` describes its JSON. Additions keep the version; anything else raises it.
package struct AccessList: Sendable, Equatable, Codable {
    package var kind = "access"
    package var version = 1
    package var authentik: AuthentikRecord
    /// Whose access was checked; absent for nobody's.
    package var user: String?
    /// What the list is narrowed to; absent for everything.
    package var group: String?
    /// Whether an application without a binding is open to everybody, and not to nobody.
    package var isOpenWithoutBinding: Bool
    /// Ordered by slug.
    package var applications: [ApplicationAccess]

    /// - Parameters:
    ///   - bindings: of all objects.
    ///   - marks: of all owners.
    package init(
        authentik: AuthentikRecord,
        applications: [Application],
        bindings: [PolicyBinding],
        marks: [ObservedMark],
        isOpenWithoutBinding: Bool = true
    ) {
        self.authentik = authentik
        self.isOpenWithoutBinding = isOpenWithoutBinding
        let bindings = Dictionary(grouping: bindings, by: \.target)
        let readings = Dictionary(marks.map { ($0.application, $0.reading) }, uniquingKeysWith: { first, _ in first })
        self.applications = applications.sorted { ($0.slug, $0.pk) < ($1.slug, $1.pk) }.map { application in
            let mark: OwnershipMark? =
                if case .mark(let mark) = readings[application.pk] { mark } else { nil }
            return ApplicationAccess(application, bindings[application.pk] ?? [], mark, isOpenWithoutBinding)
        }
    }

    /// Leaves what a group's binding lets its members open, and what everybody may open.
    package mutating func narrow(toGroup name: String) {
        group = name
        applications = applications.filter { application in
            switch application.openTo {
            case .everybody: true
            case .nobody: false
            case .some: application.bindings.contains { $0.letsIn(group: name) }
            }
        }
    }
}

/// Who may open an application.
package struct ApplicationAccess: Sendable, Equatable, Codable {
    package enum Openness: String, Sendable, Codable, CaseIterable {
        case everybody, some, nobody
    }

    package var slug: String
    package var name: String
    /// In whose ownership mark it is; absent without one.
    package var owner: String?
    package var openTo: Openness
    /// Whether one binding is enough to be let in (`any`), or it takes all of them.
    package var mode: String
    /// In the order in which Authentik looks at them.
    package var bindings: [BindingAccess]
    /// Authentik's answer for the user; absent if it was not asked.
    package var mayOpen: Bool?
    /// What Authentik says of that answer.
    package var messages: [String]?

    /// | enabled bindings | the mode | open to |
    /// |---|---|---|
    /// | none | any, all | everybody, or nobody, as the installation is set |
    /// | that of the policy that lets nobody in alone | any, all | nobody |
    /// | the same beside others | all | nobody |
    /// | others | any, all | those whom they let in |
    fileprivate init(
        _ application: Application,
        _ bindings: [PolicyBinding],
        _ mark: OwnershipMark?,
        _ isOpenWithoutBinding: Bool
    ) {
        slug = application.slug
        name = application.name
        owner = mark?.owner
        mode = application.policyEngineMode
        self.bindings = bindings.sorted { ($0.order, $0.pk) < ($1.order, $1.pk) }.map { binding in
            BindingAccess(binding, owner: mark?.access?.contains { $0.isMade(as: binding) } == true ? mark?.owner : nil)
        }
        let enabled = bindings.filter(\.isEnabled)
        let closing = enabled.count { $0.isOfNobody && !$0.isNegated }
        openTo =
            if enabled.isEmpty {
                isOpenWithoutBinding ? .everybody : .nobody
            } else if closing == enabled.count || closing > 0 && mode == AccessMode.all.rawValue {
                .nobody
            } else {
                .some
            }
    }
}

/// A group, user or policy that is bound to an application.
package struct BindingAccess: Sendable, Equatable, Codable {
    /// `group`, `user` or `policy`.
    package var kind: String
    /// Its pk where an answer does not tell its name.
    package var name: String
    package var order: Int
    /// One that is not does not count.
    package var isEnabled: Bool
    /// Whether it lets in whom it would keep out, and the other way round.
    package var isNegated: Bool
    /// What it says where its policy fails.
    package var letsInOnFailure: Bool
    /// Whether it binds something else, too, so that who is let in by it is not told.
    package var isAmbiguous: Bool
    /// Whether it ends by itself.
    package var isExpiring: Bool
    /// When; absent where that is not told, or it does not end.
    package var expires: String?
    /// Whose file it was made for, as a mark says; absent if somebody else made it.
    package var owner: String?

    fileprivate init(_ binding: PolicyBinding, owner: String?) {
        kind = binding.subject.kind.rawValue
        name = binding.name ?? binding.subject.pk
        order = binding.order
        isEnabled = binding.isEnabled
        isNegated = binding.isNegated
        letsInOnFailure = binding.letsInOnFailure
        isAmbiguous = binding.isAmbiguous
        isExpiring = binding.isExpiring
        expires = binding.isExpiring ? binding.expires : nil
        self.owner = owner
    }

    fileprivate func letsIn(group: String) -> Bool {
        kind == SubjectKind.group.rawValue && name.exact == group.exact && isEnabled && !isNegated
            && !isAmbiguous
    }
}
