import AuthentikAPI
import Base
import DesiredState
import JSON
package import Kinds

/// Writes bindings in an order that never lets in anybody whom neither the old nor the new rule allows.
///
/// Mode `all` is set before new bindings are created, mode `any` after old ones are deleted, and new bindings are
/// created before old ones are deleted: see ``Step/Place``. A new service with a provider gets its bindings in the
/// transaction that creates both. A service without a provider, or with an existing one, is created with nothing to
/// open, marked, bound, and only then given its launch URL and its provider.
///
/// A mark lists bindings before they are created, so that those left behind by an interrupted pass are recognised as
/// this program's; except those of a transaction, whose application cannot be marked before it exists.
extension ServiceDraft {
    /// Whether a new application must have nothing to open before it is bound.
    var isMadeBare: Bool { access.map { !$0.grants.isEmpty } ?? false }

    /// Whether its application exists and has nothing to open.
    var isBare: Bool {
        guard let application, application.provider == nil else { return false }
        let launchURL = application.launchURL.trimmed
        return launchURL.isEmpty || launchURL == Application.noLaunchURL
    }

    /// Whether its application was left behind by a pass that ended before it could record the pending bindings in the
    /// mark.
    var isUnfinishedCreate: Bool {
        guard isBare, isMadeBare, mark == nil, let access, access.isUnbound, var finished = application else {
            return false
        }
        let wanted = service.wanted(release)
        if let launchURL = wanted.values[Application.Row.launchURL] {
            finished.values[Application.Row.launchURL] = launchURL
        }
        return access.mode == nil && wanted.isAsCreated(finished.values, release)
    }

    /// The steps for an existing application.
    ///
    /// - Parameters:
    ///   - target: the application.
    ///   - slug: the slug by which its mode is set.
    func addAccess(_ target: Ref<String>, slug: String, to plan: inout ServicePlan) {
        guard let access else { return }
        if let mode = access.mode {
            let value = FieldAssignment(field: AccessMode.attribute, value: .text(mode.rawValue))
            let effect = Effect.update(.application(slug: slug), .application([value]))
            plan.add(mode == .all ? .restriction : .opening, effect)
        }
        addGrants(target, to: &plan)
        for correction in access.corrections {
            let binding = correction.binding
            plan.add(
                binding.isEnabled ? .correction : .grant(binding.subject.kind),
                .update(
                    ObjectKey(kind: .policyBinding, key: binding.pk),
                    .binding(
                        .existing(binding.subject),
                        of: binding.subject.kind,
                        order: correction.order,
                        target: target
                    )
                ),
                named: binding.pk
            )
        }
        for binding in access.revocations {
            let place = binding.subject.kind == .policy ? Step.Place.policyRevocation : .revocation
            plan.add(place, .delete(ObjectKey(kind: .policyBinding, key: binding.pk)), named: binding.pk)
        }
    }

    /// The steps that bind.
    func addGrants(_ target: Ref<String>, to plan: inout ServicePlan) {
        for grant in access?.grants ?? [] {
            plan.add(
                .grant(grant.kind),
                .create([.binding(grant.subject, of: grant.kind, order: grant.order, target: target)]),
                named: grant.id,
                after: needs(of: grant)
            )
        }
    }

    /// The steps that create or correct the shared object that a binding refers to.
    private func needs(of grant: AccessDraft.Grant) -> Set<Step.ID> {
        let closing = accessIndex.flatMap { grant.subject == $0.closing ? $0.nobody.step?.id : nil }
        return Set([grant.subject.maker, closing].compactMap { $0 })
    }

    /// The bindings of a new application, created in the same transaction.
    var bindings: [ObjectFields] {
        access?.grants.map { .binding($0.subject, of: $0.kind, order: $0.order, target: nil) } ?? []
    }

    /// The steps for shared objects that must precede the bindings.
    var accessNeeds: Set<Step.ID> { Set((access?.grants ?? []).flatMap(needs)) }

    /// The mode of a new application, if it is not Authentik's default.
    var accessMode: [FieldAssignment] {
        access?.mode.map { [FieldAssignment(field: AccessMode.attribute, value: .text($0.rawValue))] } ?? []
    }

    /// The existing bindings that the mark records.
    var boundSubjects: [BoundSubject]? {
        guard service.access != nil else { return nil }
        guard let access, !access.isUntouched else { return mark?.access }
        return access.kept.sorted()
    }

    /// The bindings that the mark records in addition once they are created.
    ///
    /// - Parameter step: the one that creates them all; nil if each has a step of its own.
    func pendingBindings(madeBy step: Step.ID? = nil) -> [MarkContent.PendingBinding] {
        (access?.grants ?? []).map { grant in
            grant.pending(step ?? Step.ID(service: service.slug, .grant(grant.kind), name: grant.id))
        }
    }

    /// A mark that also lists the bindings about to be created; nil if there are none.
    func announcing(in mark: OwnershipMark) -> MarkContent? {
        let recorded = mark.access ?? []
        let new = (access?.grants ?? []).filter { grant in
            !recorded.contains { $0.subject == grant.subject.existing && $0.binding == nil }
        }
        guard !new.isEmpty else { return nil }
        var content = MarkContent(mark)
        content.bindings = new.map { $0.pending(nil) }
        return content
    }
}

extension ServiceDraft {
    /// Adds the planned access to the plan.
    func explainAccess(in plan: inout ServicePlan) {
        guard let access else {
            plan.access = unmanagedAccess
            if let bound = mark?.access {
                let names = bound.map(\.description).joined(separator: ", ")
                let stay = bound.isEmpty ? "there are none" : "they stay as they are: \(names)"
                plan.notes.append("access is no longer declared, so its bindings are not managed; \(stay)")
            }
            return
        }
        plan.access = access.standing
        if access.exclusions.isEmpty {
            plan.notes += access.standing.notes
        } else {
            var deletion = plan.deletion ?? Deletion(application: nil)
            deletion.bindings = access.exclusions.map(\.description)
            deletion.isHeld = deletions.isHeld
            plan.deletion = deletion
        }
        guard let hindrance = access.hindrance else { return }
        plan.hinder(hindrance)
        guard plan.decision == .inSync else { return }
        plan.decision = .update
        plan.reason = "who may open it differs from the file"
    }

    /// For a service whose file does not declare access; nil if access was not read.
    private var unmanagedAccess: AccessStanding? {
        guard let index = accessIndex else { return nil }
        var standing = AccessStanding(.unmanaged)
        let bindings = index.bindings(of: application)
        let lasting = bindings.filter { !$0.isExpiring }
        standing.others = lasting.map(\.description)
        standing.expiring = bindings.filter(\.isExpiring).map(\.description)
        standing.isExposed = !lasting.contains(where: \.isEnabled)
        return standing
    }

    /// Why a new service is not created, or not finished: it would be open to everybody; nil if it is not blocked.
    var accessBlock: ServicePlan? {
        guard let access, access.standing.state == .blocked, application == nil || isBare && access.standing.isExposed,
            let complaint = access.standing.complaint
        else { return nil }
        var plan = stuck(.blocked, "not created, because everybody could open it: \(complaint)")
        plan.access = access.standing
        return plan
    }
}

extension AccessDraft {
    /// The part that cannot be as declared: a clause; nil if everything can.
    var hindrance: String? {
        guard let complaint = standing.complaint else { return nil }
        switch standing.state {
        case .closed: return "closed to everybody: \(complaint)"
        case .blocked: return "who may open it is left unchanged: \(complaint)"
        default: return complaint
        }
    }
}

extension Step.Place {
    /// The place of the step that binds a subject of a kind.
    fileprivate static func grant(_ kind: SubjectKind) -> Step.Place { kind == .policy ? .policyGrant : .grant }
}

extension AccessDraft.Grant {
    /// Distinguishes it from the other bindings of its service.
    fileprivate var id: String { "\(kind.rawValue) '\(name)'" }

    /// The entry in the mark.
    ///
    /// - Parameter step: the step that created it; nil if it is not created yet.
    fileprivate func pending(_ step: Step.ID?) -> MarkContent.PendingBinding {
        MarkContent.PendingBinding(subject: subject, kind: kind, name: name, order: order, binding: step)
    }
}

extension [BoundSubject] {
    /// In order of evaluation.
    package func sorted() -> [BoundSubject] {
        sorted { ($0.order, $0.subject.pk) < ($1.order, $1.subject.pk) }
    }
}

extension ObjectFields {
    /// A binding that lets its subject in, with all fields that may have been changed.
    ///
    /// - Parameter target: nil within a transaction, where it binds what the transaction creates.
    static func binding(
        _ subject: Ref<BindingSubject>,
        of kind: SubjectKind,
        order: Int,
        target: Ref<String>?
    ) -> ObjectFields {
        var references: [FieldReference] = []
        if let target {
            references.append(
                FieldReference(
                    field: PolicyBinding.targetField,
                    kind: .application,
                    object: target.map(JSONValue.string)
                )
            )
        }
        let maker = kind == .group ? Kind.group : .expressionPolicy
        switch subject {
        case .existing(let subject):
            references.append(
                FieldReference(field: kind.rawValue, kind: maker, object: .existing(subject.reference))
            )
        case .made(let step):
            references.append(FieldReference(field: kind.rawValue, kind: maker, object: .made(by: step)))
        }
        return ObjectFields(
            .policyBinding,
            [
                FieldAssignment(field: "order", value: .number(order)),
                FieldAssignment(field: "enabled", value: .flag(true)),
                FieldAssignment(field: "negate", value: .flag(false)),
                FieldAssignment(field: "failure_result", value: .flag(false)),
            ],
            references: references
        )
    }
}
