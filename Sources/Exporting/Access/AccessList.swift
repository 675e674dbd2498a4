import Base
package import Kinds
package import Planning

/// Access to applications in Authentik at one point in time.
///
/// `manifests/schemas/access.schema.json` describes its JSON. Additions keep the version; any other change raises it.
package struct AccessList: Sendable, Equatable, Codable {
    package var kind = "access"
    package var version = 1
    package var authentik: AuthentikRecord
    /// The user whose access was checked; absent if none was.
    package var user: String?
    /// The group that the list is limited to; absent for everything.
    package var group: String?
    /// Whether an application without a binding is open to everybody; otherwise it is open to nobody.
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

    /// Keeps the applications that a group's binding opens to its members, and those open to everybody.
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

/// Access to an application.
package struct ApplicationAccess: Sendable, Equatable, Codable {
    package enum Openness: String, Sendable, Codable, CaseIterable {
        case everybody, some, nobody
    }

    package var slug: String
    package var name: String
    /// The owner in its ownership mark; absent without one.
    package var owner: String?
    package var openTo: Openness
    /// Whether one binding is enough (`any`), or all are needed.
    package var mode: String
    /// In order of evaluation.
    package var bindings: [BindingAccess]
    /// Authentik's answer for the user; absent if it was not asked.
    package var mayOpen: Bool?
    /// Authentik's messages with that answer.
    package var messages: [String]?

    /// | enabled bindings | the mode | open to |
    /// |---|---|---|
    /// | none | any, all | everybody or nobody, depending on the installation |
    /// | only that of the policy that lets nobody in | any, all | nobody |
    /// | that one and others | all | nobody |
    /// | others | any, all | those whom they allow |
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
    /// The pk if the answer does not include the name.
    package var name: String
    package var order: Int
    /// A disabled binding has no effect.
    package var isEnabled: Bool
    /// Whether its result is inverted.
    package var isNegated: Bool
    /// Its result if its policy fails.
    package var letsInOnFailure: Bool
    /// Whether it has more than one subject, so that it is unclear whom it allows.
    package var isAmbiguous: Bool
    /// Whether it expires.
    package var isExpiring: Bool
    /// The time of expiry; absent if unknown, or if it does not expire.
    package var expires: String?
    /// The owner whose file it was created for, according to the mark; absent if somebody else created it.
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
