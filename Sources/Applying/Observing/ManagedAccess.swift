import AuthentikAPI
import Kinds
import Planning

/// The objects that decide access to services, for finding changes of them in the audit log.
///
/// | an entry about | is relevant |
/// |---|---|
/// | a binding of a managed application, of any author | yes, as one about the service |
/// | a binding that no pass has seen | yes: it may belong to a service; finding out takes one pass |
/// | a binding of anything else | no |
/// | a group, user or policy that `access` names, or that this program bound | yes: if it is deleted, its bindings are deleted without entries of their own |
/// | any group or policy, while one that `access` names is missing | yes: it may be the missing one |
/// | the policy that lets nobody in | yes |
struct ManagedAccess: Sendable, Equatable {
    /// The slugs of services by the pks of their bindings.
    private var slugs: [String: String] = [:]
    /// The bindings of other objects.
    private var others: Set<String> = []
    private var subjects: Set<BindingSubject> = []
    /// The kinds of subjects of which `access` names a missing one.
    private var missing: Set<SubjectKind> = []

    /// - Parameters:
    ///   - groups: all existing groups, if the file names any.
    ///   - named: the subjects that `access` names, by kind.
    ///   - bound: the subjects that marks record.
    ///   - targets: the slugs of services by the pks of their applications.
    init(
        _ observed: ObservedAccess,
        groups: [Group],
        named: [SubjectKind: Set<String>],
        bound: [BoundSubject],
        targets: [String: String]
    ) {
        for binding in observed.bindings { note(binding.pk, slug: targets[binding.target]) }
        let present: [SubjectKind: [(name: String, pk: String)]] = [
            .group: groups.map { ($0.name, $0.pk) },
            .user: observed.users.map { ($0.username, "\($0.pk)") },
            .policy: observed.policies.map { ($0.name, $0.pk) },
        ]
        for (kind, names) in named {
            let found = (present[kind] ?? []).filter { names.contains($0.name) }
            found.forEach { watch(BindingSubject(kind, pk: $0.pk)) }
            // Not all users are known, so a new one cannot be distinguished from others.
            if kind != .user, found.count < names.count { missing.insert(kind) }
        }
        bound.forEach { watch($0.subject) }
        if let nobody = observed.nobody { watch(BindingSubject(.policy, pk: nobody.pk)) }
    }

    /// Adds a binding.
    ///
    /// - Parameter slug: the slug of the service whose application it is bound to; nil if it is bound to something
    ///   else.
    mutating func note(_ binding: String, slug: String?) {
        if let slug { slugs[undashed(binding)] = slug } else { others.insert(undashed(binding)) }
    }

    private mutating func watch(_ subject: BindingSubject) {
        subjects.insert(BindingSubject(subject.kind, pk: undashed(subject.pk)))
    }

    func include(_ event: AuditEvent) -> Bool {
        if let binding = event.binding { return !others.contains(binding) }
        return event.subject.map { subjects.contains($0) || missing.contains($0.kind) } ?? false
    }

    /// The slug of the service whose binding an entry is about; nil if it is not about a known one.
    func slug(of event: AuditEvent) -> String? { event.binding.flatMap { slugs[$0] } }

    /// Whether an entry is about a binding that no pass has seen.
    func isUnknown(_ event: AuditEvent) -> Bool {
        event.binding.map { slugs[$0] == nil && !others.contains($0) } ?? false
    }
}

extension AuditEvent {
    private static let bindings = Kind.policyBinding.model
    /// Each type of policy has a model, in a Django app of its own.
    private static let policyApps = "authentik_policies"

    private var model: ObjectModel? {
        guard let app, let modelName else { return nil }
        return ObjectModel(app, modelName)
    }

    /// The pk of the binding that the entry is about; nil if it is about something else.
    fileprivate var binding: String? { model != nil && model == Self.bindings ? objectPK.map(undashed) : nil }

    /// The group, user or policy that the entry is about; nil if it is about something else.
    fileprivate var subject: BindingSubject? {
        guard let model, let pk = objectPK.map(undashed) else { return nil }
        switch model {
        case Self.bindings: return nil
        case Kind.group.model: return BindingSubject(.group, pk: pk)
        case Kind.user.model: return BindingSubject(.user, pk: pk)
        default: return model.app.hasPrefix(Self.policyApps) ? BindingSubject(.policy, pk: pk) : nil
        }
    }
}

/// A pk as in the audit log, which writes UUIDs without dashes.
func undashed(_ pk: String) -> String { pk.filter { $0 != "-" }.lowercased() }
