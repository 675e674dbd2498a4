import AuthentikAPI
import Base
import DesiredState
import JSON
import Secrets

/// A service's plan in the making: what is there, and what follows from it.
struct ServiceDraft {
    let service: Service
    let owner: String
    let release: Release
    /// The application that is there.
    var application: Application?
    /// What carries, or should carry, its mark.
    var entitlement: ObservedIndex.MarkedEntitlement?
    /// Its mark, if it is this owner's.
    var mark: OwnershipMark?
    /// The version of the Secret that its secret is from; nil if that is not known.
    var secretVersion: SecretVersion?
    /// What may be deleted of it.
    let deletions: DeletionRules
    var notes: [String] = []

    func stuck(_ decision: Decision, _ reason: String) -> ServicePlan {
        ServicePlan(slug: service.slug, decision: decision, reason: reason, location: service.location)
    }

    // MARK: - Bookmarks

    func planBookmark(_ index: ObservedIndex) -> ServicePlan {
        guard let application else {
            var plan = start(.create, "new")
            plan.changes = created(.application, creation)
            plan.writes = [
                .createApplication(creation, link: nil),
                .createMark(application: nil, wantedMark(provider: nil)),
            ]
            return plan
        }
        // A provider that was this service's stays in the mark until it is deleted, so that it is not forgotten.
        let own = mark.flatMap { deletions.provider(of: $0, application) }
        guard let own, deletions.isPruning else {
            let unclear = mark.flatMap(deletions.undetermined)
            var plan = existing(application, changes: [], link: nil, provider: .known((own ?? unclear)?.pk))
            if let unclear { plan.notes.append("its provider '\(unclear.name)' \(unclear.proxyRemark); left alone") }
            if application.provider != nil {
                let name = application.providerSummary?.name ?? "?"
                plan.notes.append("has the provider '\(name)', which the file does not declare; left alone")
            }
            return adopted(plan)
        }
        let isHeld = deletions.isHeld
        var plan = existing(application, changes: [], link: nil, provider: .known(isHeld ? own.pk : nil))
        plan.deletion = Deletion(application: nil, provider: own.name)
        plan.deletion?.isHeld = isHeld
        plan.notes.append("its provider '\(own.name)' is not declared any more")
        if !isHeld {
            plan.decision = .update
            plan.reason = "its provider is not declared any more"
            plan.writes.insert(.deleteProvider(pk: own.pk), at: 0)
        }
        return plan
    }

    // MARK: - OIDC services

    func plan(
        _ provider: ResolvedProvider,
        _ match: ProviderMatcher.Match,
        _ names: NameIndex,
        _ index: ObservedIndex
    ) -> ServicePlan {
        switch (application, match) {
        case (nil, .found(let own, _)):
            let changes = provider.changes(from: own, formerly: [], firstOpens: opensFirstRedirect, names)
            var plan = linkNew(own, changes)
            plan.notes += consequences(of: changes, names)
            return adopted(plan, isAsCreated: provider.isAsCreated(own, names))
        case (nil, _):
            var plan = createBoth(provider)
            plan.notes += consequences(of: plan.changes, names)
            return plan
        case (let application?, .found(let own, let isLinked)):
            let changes = provider.changes(
                from: own,
                formerly: mark?.providerFields ?? [],
                firstOpens: opensFirstRedirect,
                names
            )
            let link = isLinked ? nil : LinkChange(link: .existing(own.pk), pk: own.pk, name: own.name)
            var plan = existing(application, changes: changes, link: link, provider: .known(own.pk), own)
            let sent = plan.changes.filter { $0.object == .provider }
            if !sent.isEmpty {
                // A service is renamed from the outside in: by then it is found by its new slug.
                let isRenamed = application.slug != service.slug
                plan.writes.insert(.updateProvider(pk: own.pk, sent.map(\.assignment)), at: isRenamed ? 1 : 0)
            }
            if sent.contains(where: { $0.field == ProviderField.clientID.rawValue }) {
                plan.notes.append(
                    "its client id changes from '\(own.clientID)' to '\(provider.declared.clientID)': tell it to the service"
                )
            }
            plan.notes += consequences(of: sent, names)
            if !isLinked { plan.notes += leftAlone(application) }
            return adopted(restarting(plan), isAsCreated: provider.isAsCreated(own, names))
        case (let application?, _):
            let assignments = provider.assignments(release)
            let link = LinkChange(link: .created, pk: nil, name: provider.declared.name)
            var plan = existing(
                application,
                changes: created(.provider, assignments),
                link: link,
                provider: .created
            )
            plan.writes.insert(.createProvider(assignments), at: 0)
            plan.notes += consequences(of: plan.changes, names)
            plan.notes += leftAlone(application)
            return adopted(restarting(plan), isAsCreated: false)
        }
    }

    private func createBoth(_ provider: ResolvedProvider) -> ServicePlan {
        let assignments = provider.assignments(release)
        var plan = start(.create, "new")
        plan.changes = created(.application, creation) + created(.provider, assignments)
        plan.writes = [
            .createApplicationAndProvider(application: creation, provider: assignments),
            .createMark(application: nil, wantedMark(provider: nil)),
        ]
        return plan
    }

    private func linkNew(_ own: OAuth2Provider, _ changes: [FieldChange]) -> ServicePlan {
        var plan = start(.link, "its application is missing; its provider '\(own.name)' is there")
        plan.changes = created(.application, creation) + changes
        if !changes.isEmpty { plan.writes.append(.updateProvider(pk: own.pk, changes.map(\.assignment))) }
        plan.writes.append(.createApplication(creation, link: .existing(own.pk)))
        let withheld = self.withheld(from: changes, own)
        plan.writes.append(.createMark(application: nil, wantedMark(provider: own.pk, withheld: withheld)))
        plan.complain(about: withheld)
        return plan
    }

    // MARK: - What both have in common

    /// A provider that the application is to get.
    private struct LinkChange {
        var link: ProviderLink
        var pk: Int?
        var name: String
    }

    /// The provider that the mark is to name.
    enum MarkedProvider {
        case known(Int?)
        case created

        /// Nil if it is not known yet, or there is none.
        var pk: Int? { if case .known(let pk) = self { pk } else { nil } }
        var isKnown: Bool { if case .known = self { true } else { false } }
    }

    /// The plan for an application that is there; writes to the provider are the caller's.
    ///
    /// - Parameter own: its provider, as it is; nil if that is new, or not wanted.
    private func existing(
        _ application: Application,
        changes providerChanges: [FieldChange],
        link: LinkChange?,
        provider: MarkedProvider,
        _ own: OAuth2Provider? = nil
    ) -> ServicePlan {
        let declared = application.changes(to: service, formerly: mark?.applicationFields ?? [], release)
        let withheld = self.withheld(from: declared + providerChanges, own)
        let changes = declared.filter { !withheld.contains($0.field, of: .application) }
        let providerChanges = providerChanges.filter { !withheld.contains($0.field, of: .provider) }
        let linkChange = link.map { change in
            FieldChange(
                object: .application,
                field: "provider",
                before: application.provider.map { pk in
                    .reference(.init(pk: .integer(pk), name: application.providerSummary?.name ?? "\(pk)"))
                } ?? FieldValue.none,
                after: .reference(.init(pk: change.pk.map(JSONValue.integer) ?? .null, name: change.name))
            )
        }
        let settingSecret = providerChanges.contains(where: \.setsSecret)
        let wanted = wantedMark(provider: provider.pk, settingSecret: settingSecret, withheld: withheld)
        let markWrite = self.markWrite(wanted, on: application, isProviderKnown: provider.isKnown)
        let all = changes + [linkChange].compactMap { $0 } + providerChanges
        let (decision, reason) = decide(all, markDiffers: markWrite != nil, link: link)
        var plan = start(decision, reason)
        plan.changes = all
        if !changes.isEmpty || link != nil {
            plan.writes.append(
                .updateApplication(slug: application.slug, changes.map(\.assignment), link: link?.link)
            )
        }
        if let markWrite { plan.writes.append(markWrite) }
        plan.standingMark = entitlement.map { StandingMark(entitlement: $0.pk, mark: wanted) }
        plan.complain(about: withheld)
        return plan
    }

    private func decide(_ changes: [FieldChange], markDiffers: Bool, link: LinkChange?) -> (Decision, String) {
        if mark == nil {
            let state = changes.isEmpty ? "exactly as declared" : "not as declared"
            return (.adopt, "is there without an ownership mark, \(state)")
        }
        switch link?.link {
        case .created: return (.recreate, "its provider is gone")
        case .existing: return (.link, "its provider is not linked to it")
        case nil: break
        }
        if changes.isEmpty {
            return markDiffers ? (.update, "its ownership mark is out of date") : (.inSync, "as declared")
        }
        return (.update, ServicePlan.differing(changes))
    }

    private func start(_ decision: Decision, _ reason: String) -> ServicePlan {
        var plan = stuck(decision, reason)
        plan.notes = notes + unsupportedFields + renaming
        return plan
    }

    /// What a rename changes beyond the fields.
    private var renaming: [String] {
        guard let application, application.slug != service.slug, service.provider != nil,
            service.provider?.issuerMode != .global
        else { return [] }
        return [
            "its issuer changes from /application/o/\(application.slug)/ to /application/o/\(service.slug)/: "
                + "tell it to the service"
        ]
    }

    /// What a new application gets; it needs a name.
    private var creation: [FieldAssignment] {
        let assignments = service.applicationAssignments(release)
        guard service.name == nil else { return assignments }
        return [FieldAssignment(field: ApplicationField.name.rawValue, value: .text(service.slug))] + assignments
    }

    private func created(_ object: ObjectKind, _ assignments: [FieldAssignment]) -> [FieldChange] {
        assignments.map { FieldChange(object: object, field: $0.field, before: nil, after: $0.value) }
    }

    private func leftAlone(_ application: Application) -> [String] {
        guard application.provider != nil else { return [] }
        let name = application.providerSummary?.name ?? "?"
        return ["the provider '\(name)', which the application has now, is left alone"]
    }

    /// Fields of the file that this release does not take.
    private var unsupportedFields: [String] {
        var fields: [String] = []
        if service.icon != nil, !ApplicationField.icon.exists(in: release) { fields.append("icon") }
        if service.provider?.logoutURI != nil, !ProviderField.logoutURI.exists(in: release) {
            fields.append("logoutURI")
        }
        if service.provider?.logoutMethod != nil, !ProviderField.logoutMethod.exists(in: release) {
            fields.append("logoutMethod")
        }
        if service.provider?.grantTypes != nil, !ProviderField.grantTypes.exists(in: release) {
            fields.append("grantTypes")
        }
        return fields.map { "\($0) is not managed: Authentik \(release) does not take it" }
    }
}

extension FieldChange {
    fileprivate var assignment: FieldAssignment { FieldAssignment(field: field, value: after) }
}
