import AuthentikAPI
import Base
import DesiredState
import JSON
package import Kinds

/// Writes bindings so that at no moment anybody may open a service whom neither the old nor the new rule lets in.
///
/// A mode of `all` comes before new bindings, and of `any` after old ones are gone; what lets in is made before what goes
/// is deleted: see ``Step/Place``. A new service with a provider gets its bindings in the transaction that makes both. One
/// without, or whose provider is there already, is made without anything to open, marked, bound, and then given its launch
/// URL and its provider.
///
/// A mark tells of bindings before they are made, so that those that a pass left behind are known as this program's: but
/// for those of a transaction, which cannot be marked before it is there.
extension ServiceDraft {
    /// Whether a new application must have nothing to open before it is bound.
    var isMadeBare: Bool { access.map { !$0.grants.isEmpty } ?? false }

    /// Whether its application is there, and nothing can be opened by it.
    var isBare: Bool {
        guard let application, application.provider == nil else { return false }
        let launchURL = application.launchURL.trimmed
        return launchURL.isEmpty || launchURL == Application.noLaunchURL
    }

    /// Whether its application is what a pass leaves behind that ends before it could mark what it was about to bind.
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

    /// The steps at an application that is there.
    ///
    /// - Parameters:
    ///   - target: the application.
    ///   - slug: what it is called when the mode is set.
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

    /// The steps, of no service, that make what a binding binds, or make it right.
    private func needs(of grant: AccessDraft.Grant) -> Set<Step.ID> {
        let closing = accessIndex.flatMap { grant.subject == $0.closing ? $0.nobody.step?.id : nil }
        return Set([grant.subject.maker, closing].compactMap { $0 })
    }

    /// What binds a new application within a transaction.
    var bindings: [ObjectFields] {
        access?.grants.map { .binding($0.subject, of: $0.kind, order: $0.order, target: nil) } ?? []
    }

    /// The steps, of no service, that come before what is bound.
    var accessNeeds: Set<Step.ID> { Set((access?.grants ?? []).flatMap(needs)) }

    /// The mode of a new application, if it is not Authentik's default.
    var accessMode: [FieldAssignment] {
        access?.mode.map { [FieldAssignment(field: AccessMode.attribute, value: .text($0.rawValue))] } ?? []
    }

    /// What the mark remembers of bindings that are there.
    var boundSubjects: [BoundSubject]? {
        guard service.access != nil else { return nil }
        guard let access, !access.isUntouched else { return mark?.access }
        return access.kept.sorted()
    }

    /// What it remembers besides, once the bindings are made.
    ///
    /// - Parameter step: the one that makes them all; nil if each is made by one of its own.
    func pendingBindings(madeBy step: Step.ID? = nil) -> [MarkContent.PendingBinding] {
        (access?.grants ?? []).map { grant in
            grant.pending(step ?? Step.ID(service: service.slug, .grant(grant.kind), name: grant.id))
        }
    }

    /// A mark that tells of bindings which are about to be made, beside those that it tells of already; nil if there are
    /// none.
    func announcing(in mark: OwnershipMark) -> MarkContent? {
        let told = mark.access ?? []
        let new = (access?.grants ?? []).filter { grant in
            !told.contains { $0.subject == grant.subject.existing && $0.binding == nil }
        }
        guard !new.isEmpty else { return nil }
        var content = MarkContent(mark)
        content.bindings = new.map { $0.pending(nil) }
        return content
    }
}

extension ServiceDraft {
    /// Tells what is planned of who may open it.
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
            var deletion = plan.deletion ?? Deletion(application: nil, provider: nil)
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

    /// Of a service whose file does not say who may open it; nil if nobody looked.
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

    /// Why a new service is not made, or not finished: it would be open to everybody; nil if it can be.
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
    /// What of it cannot be as declared: a clause; nil if all can.
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
    /// Where something of a kind is bound.
    fileprivate static func grant(_ kind: SubjectKind) -> Step.Place { kind == .policy ? .policyGrant : .grant }
}

extension AccessDraft.Grant {
    /// Tells it apart from the others of its service.
    fileprivate var id: String { "\(kind.rawValue) '\(name)'" }

    /// As a mark is to tell of it.
    ///
    /// - Parameter step: the one that made it; nil if that is still to come.
    fileprivate func pending(_ step: Step.ID?) -> MarkContent.PendingBinding {
        MarkContent.PendingBinding(subject: subject, kind: kind, name: name, order: order, binding: step)
    }
}

extension [BoundSubject] {
    /// In the order in which they are looked at.
    package func sorted() -> [BoundSubject] {
        sorted { ($0.order, $0.subject.pk) < ($1.order, $1.subject.pk) }
    }
}

extension ObjectFields {
    /// A binding that lets in; with all that may have been changed of it.
    ///
    /// - Parameter target: nil within a transaction, which binds what it makes.
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
