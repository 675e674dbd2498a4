import AuthentikAPI
import Base
import DesiredState
import Kinds

extension ServiceDraft {
    func wantedMark(
        provider: Int?,
        settingSecret: Bool = false,
        withheld: Withheld = Withheld()
    ) -> OwnershipMark {
        var wanted = OwnershipMark(
            owner: owner,
            slug: service.slug,
            provider: provider,
            applicationFields: service.declaredAttributes(release)
                .filter { !withheld.contains($0, of: .application) }.sorted(),
            providerFields: (service.login?.declaredAttributes(release) ?? fieldsSet(onKept: provider))
                .filter { !withheld.contains($0, of: .provider) }.sorted(),
            rotation: settledRotation(settingSecret: settingSecret),
            unkept: withheld.note,
            access: boundSubjects
        )
        wanted.formerProviders = keptProviders
        wanted.outpost = markedOutpost
        return wanted
    }

    /// What the file set on the provider of a bookmark that had a login before: it may have one again.
    private func fieldsSet(onKept provider: Int?) -> [String] { provider == nil ? [] : mark?.providerFields ?? [] }
}

extension OwnershipMark {
    /// The attributes that the file may have set on a provider the last time.
    ///
    /// The mark knows that of the current provider. One that the service had before, and takes again, counts as if the
    /// file had set everything: what it no longer sets goes back to its fallback, as on a new provider.
    func attributesSet(on own: OAuth2Provider, _ kind: Kind, _ release: Release) -> [String] {
        provider != own.pk && formerProviders.contains(own.pk)
            ? kind.fields.attributes(in: release).map(\.attribute) : providerFields
    }

    /// This mark as it would have been written on a release.
    ///
    /// 2026.5 introduced a field for hidden tiles, and Authentik's upgrade moved the setting there: what the file
    /// declared by the launch URL before is declared by that field since.
    func upgraded(on application: Application?, _ release: Release) -> OwnershipMark {
        let (launchURL, hidden) = (Application.Row.launchURL.attribute, Application.Row.hidden.attribute)
        guard release >= Application.hiding, let application, application.isHidden,
            application.launchURL.trimmed.isEmpty, applicationFields.contains(launchURL),
            !applicationFields.contains(hidden)
        else { return self }
        var mark = self
        mark.applicationFields = (applicationFields + [hidden]).sorted()
        return mark
    }
}

extension ServiceDraft {
    /// A plan for something that exists without a mark, subject to the service's adoption policy.
    ///
    /// - Parameter isAsCreated: whether the provider, if there is one, is what this program would have created.
    func adopted(_ plan: ServicePlan, isAsCreated: @autoclosure () -> Bool = true) -> ServicePlan {
        guard mark == nil else { return plan }
        // It lacks only what it would get after it is bound.
        let isUnfinished = isUnfinishedCreate && plan.changes.allSatisfy { $0.object != .provider || $0.before == nil }
        // A difference introduced by an upgrade is not a change made by somebody else.
        func isOurs() -> Bool {
            let isWhole = application == nil || plan.changes.allSatisfy(\.isOfOwnField)
            let isLeft = application.map { service.isAsCreated($0, release) } ?? true
            return isWhole && isLeft && isAsCreated() && plan.changes.allSatisfy { $0.isOfOwnField || $0.before == nil }
        }
        let what: String
        switch service.adopt {
        case .always: return plan
        case .matching:
            if isUnfinished || isOurs() { return plan }
            if plan.changes.allSatisfy({ $0.before == nil }), application == nil || plan.changes.isEmpty { return plan }
            what = "exists without an ownership mark and differs from the file"
        case .never:
            if isUnfinished, isAsCreated() { return plan }
            if isOurs() { return plan }
            what = "exists without an ownership mark"
        }
        var conflict = plan
        conflict.refuse("\(what), and adopt is '\(service.adopt.rawValue)'; set 'adopt: always' to take it over")
        return conflict
    }

    /// Marks an existing application before anything else.
    ///
    /// If a provider or a binding is created for it, it is claimed first, and the mark is completed once it can name
    /// them.
    func adopt(_ application: Application, _ mark: MarkContent, in plan: inout ServicePlan) {
        if mark.isKnown {
            plan.add(.claim, .createMark(on: .existing(application.pk), mark))
            return
        }
        let claim = announcing(in: mark.mark) ?? MarkContent(mark.mark)
        plan.add(.claim, .claim(application: .existing(application.pk), claim), after: accessNeeds)
        plan.add(.mark, .createMark(on: .existing(application.pk), mark, claim: plan.id(.claim)))
    }
}

extension FieldChange {
    /// Whether it is a field of the tables on an existing object; not its link or access.
    fileprivate var isOfOwnField: Bool {
        guard before != nil else { return false }
        return switch object {
        case .application: Application.fields.row(attribute: field) != nil
        case .provider: true
        case .access, .outpost, .published, .mapping: false
        }
    }
}

/// Declared values of a service that a plan does not send, because Authentik does not keep them.
///
/// | the field | |
/// |---|---|
/// | is missing in Authentik's answer, although the release supports it | withheld |
/// | is noted in the mark, with this release, the declared and the observed value | withheld |
/// | is noted, but any of these has changed | sent again |
///
/// Every pass reports that the service is out of sync.
struct Withheld {
    /// The note that the mark keeps; nil for none.
    var note: UnkeptNote?
    /// Fields of the provider that Authentik does not show at all.
    var unknown: [String] = []

    var names: [String] {
        (note?.application.keys.map { "application.\(ObjectKind.application.fileName(of: $0))" } ?? [])
            + ((note?.provider.keys.map { $0 } ?? []) + unknown).map {
                "provider.\(ObjectKind.provider.fileName(of: $0))"
            }
    }

    func contains(_ field: String, of object: ObjectKind) -> Bool {
        switch object {
        case .application: note?.application[field] != nil
        case .provider: note?.provider[field] != nil || unknown.contains(field)
        case .access, .outpost, .published, .mapping: false
        }
    }
}

extension ServiceDraft {
    /// The changes of a service that are not sent.
    ///
    /// - Parameter own: its provider; nil if it is new or not wanted.
    func withheld(from changes: [FieldChange], _ own: OAuth2Provider?) -> Withheld {
        var withheld = Withheld()
        if let noted = mark?.unkept {
            var note = UnkeptNote(release: noted.release)
            for change in changes {
                if let values = noted.values(of: change, release) { note.note(change.field, of: change.object, values) }
            }
            withheld.note = note.isEmpty ? nil : note
        }
        if let own, own.kind == .oauth2, let provider = service.provider {
            withheld.unknown = OAuth2Provider.fields.rows(in: release)
                .filter { $0.mayBeUnknown && own[$0].isNone && provider.declares($0) }.map(\.attribute)
        }
        return withheld
    }
}

extension ServicePlan {
    /// Reports what is withheld.
    mutating func complain(about withheld: Withheld) {
        guard !withheld.names.isEmpty else { return }
        let complaint = UnkeptField.complaint(about: withheld.names)
        hinder(complaint)
        guard decision == .inSync else { return }
        decision = .update
        reason = "Authentik does not keep all of it"
    }

    /// Adds a reason why not everything can be done.
    mutating func hinder(_ clause: String) {
        hindrance = hindrance.map { "\($0); \(clause)" } ?? clause
    }
}
