import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Secrets

/// A service's plan under construction: what was observed, and what follows from it.
struct ServiceDraft {
    let declaration: Declaration
    /// What may be deleted for it.
    let deletions: DeletionRules
    /// Its mark, if it is this owner's.
    var mark: OwnershipMark?
    /// The version of the Secret that its secret comes from; nil if unknown.
    var secretVersion: SecretVersion?
    /// The changes to its access; nil if the file does not declare access.
    var access: AccessDraft?
    /// The outpost that should serve its provider; nil for none.
    var outpost: Outpost?
    /// The outpost that serves it so far according to its mark, if that is another one.
    var formerOutpost: Outpost?
    /// The providers that cannot leave their outposts.
    var departures: OutpostDepartures?
    /// Whether its provider cannot leave its former outpost.
    var staysInFormerOutpost: Bool { departures?.holds(mark?.provider, in: formerOutpost) ?? false }
    /// Existing providers that it had before its login was changed to another kind.
    var replaced: [OAuth2Provider] = []
    var notes: [String] = []

    var service: Service { declaration.service }
    /// The application that is there.
    var application: Application? { declaration.claim.application }
    /// What carries, or should carry, its mark.
    var entitlement: ObservedMark? { declaration.claim.entitlement }
    var observation: Observation { deletions.observation }
    var owner: String { observation.owner }
    var release: Release { observation.names.release }
    /// Who may open what; nil if nobody looked.
    var accessIndex: AccessIndex? { observation.access }

    func stuck(_ decision: Decision, _ reason: String) -> ServicePlan {
        ServicePlan(slug: service.slug, decision: decision, reason: reason, location: service.location)
    }

    // MARK: - Bookmarks

    func planBookmark() -> ServicePlan {
        if let accessBlock { return accessBlock }
        guard let application else {
            var plan = start(.create, "new")
            plan.changes = created(.application, creation) + accessChanges
            create(linkedTo: nil, wantedMark(provider: nil), in: &plan)
            explainAccess(in: &plan)
            return plan
        }
        // A provider of this service stays in the mark until it is deleted, so that it is not forgotten.
        let own = mark.flatMap { deletions.provider(of: $0, application) }
        let former = mark.map { deletions.formerProviders(of: $0, application) } ?? []
        guard let own, deletions.isPruning else {
            let unclear = mark.flatMap(deletions.undetermined)
            var plan = existing(
                application,
                changes: [],
                link: nil,
                provider: (own ?? unclear).map { .existing($0.pk) }
            )
            if let unclear { plan.notes.append("its provider '\(unclear.name)' \(unclear.proxyRemark); left alone") }
            if application.provider != nil {
                let name = application.providerSummary?.name ?? "?"
                plan.notes.append("has the provider '\(name)', which the file does not declare; left alone")
            }
            retire(former, in: &plan)
            return adopted(plan)
        }
        let isHeld = deletions.isHeld
        var plan = existing(application, changes: [], link: nil, provider: isHeld ? .existing(own.pk) : nil)
        plan.deletion = Deletion(
            application: nil,
            providers: ([own] + former).map(\.name),
            bindings: plan.deletion?.bindings ?? []
        )
        plan.deletion?.isHeld = isHeld
        plan.notes.append("its provider '\(own.name)' is no longer declared")
        if !isHeld {
            plan.decision = .update
            plan.reason = "its provider is no longer declared"
            for provider in [own] + former {
                plan.add(.removal, .delete(.provider(provider)), named: "\(provider.pk)")
            }
        }
        return plan
    }

    // MARK: - Services with a provider

    func plan(_ provider: ResolvedProvider, _ match: ProviderMatcher.Match, _ names: NameIndex) -> ServicePlan {
        if let accessBlock { return accessBlock }
        guard case .found(let own, _) = match, let hidden = provider.hiddenSecret(of: own) else {
            return finished(plan(provider, match, names, proof: nil), provider, match, names)
        }
        let proof = hidden.obstacle.map(SecretProof.unknown) ?? observation.secretProofs[hidden]
        var plan = plan(provider, match, names, proof: proof)
        plan.tell(hidden, proof)
        return finished(plan, provider, match, names)
    }

    /// - Parameter proof: the result of probing the secret, if Authentik does not show it.
    private func plan(
        _ provider: ResolvedProvider,
        _ match: ProviderMatcher.Match,
        _ names: NameIndex,
        proof: SecretProof?
    ) -> ServicePlan {
        switch (application, match) {
        case (nil, .found(let own, _)):
            let changes = provider.changes(
                from: own,
                formerly: [],
                firstOpens: opensFirstRedirect,
                proof: proof,
                names
            )
            var plan = linkNew(provider, own, changes)
            plan.notes += consequences(of: changes, names)
            return mark == nil ? adopted(plan, isAsCreated: provider.isAsCreated(own, proof: proof, names)) : plan
        case (nil, _):
            var plan = createBoth(provider)
            plan.notes += consequences(of: plan.changes, names)
            return plan
        case (let application?, .found(let own, let isLinked)):
            let changes = provider.changes(
                from: own,
                formerly: mark?.attributesSet(on: own, provider.login.kind, release) ?? [],
                firstOpens: opensFirstRedirect,
                proof: proof,
                names
            )
            let link = isLinked ? nil : LinkChange(provider: .existing(own.pk), name: own.name)
            var plan = existing(application, changes: changes, link: link, provider: .existing(own.pk), own)
            let sent = plan.changes.filter { $0.object == .provider }
            if !sent.isEmpty {
                plan.add(.provider, provider.update(own, sent.map(\.assignment)))
            }
            if let clientID = sent.first(where: { $0.field == OAuth2Provider.Row.clientID.attribute })?.after.text {
                plan.notes.append(
                    "its client id changes from '\(own.clientID)' to '\(clientID)'; update the service's configuration"
                )
            }
            plan.notes += consequences(of: sent, names)
            if !isLinked { plan.notes += leftAlone(application) }
            return mark == nil ? adopted(plan, isAsCreated: provider.isAsCreated(own, proof: proof, names)) : plan
        case (let application?, _):
            let assignments = provider.assignments(release)
            let made = Ref<Int>.made(by: Step.ID(service: service.slug, .provider))
            var plan = existing(
                application,
                changes: created(.provider, assignments),
                link: LinkChange(provider: made, name: provider.login.name),
                provider: made
            )
            plan.add(.provider, .create([provider.creation(release)]))
            plan.notes += consequences(of: plan.changes, names)
            plan.notes += leftAlone(application)
            return adopted(plan, isAsCreated: false)
        }
    }

    private func createBoth(_ provider: ResolvedProvider) -> ServicePlan {
        let assignments = provider.assignments(release)
        var plan = start(.create, "new")
        plan.changes = created(.application, creation) + created(.provider, assignments) + accessChanges
        let both = plan.id(.application)
        plan.add(
            .application,
            .create([.application(creation + accessMode), provider.creation(release)] + bindings),
            after: accessNeeds
        )
        let mark = content(wantedMark(provider: nil), provider: .made(by: both), bindingsMadeBy: both)
        plan.add(.mark, .createMark(on: .made(by: both), mark))
        explainAccess(in: &plan)
        return plan
    }

    private func linkNew(_ provider: ResolvedProvider, _ own: OAuth2Provider, _ changes: [FieldChange]) -> ServicePlan {
        var plan = start(.link, "its application is missing; its provider '\(own.name)' is there")
        plan.changes = created(.application, creation) + changes + accessChanges
        if !changes.isEmpty {
            plan.add(.provider, provider.update(own, changes.map(\.assignment)))
        }
        let withheld = self.withheld(from: changes, own)
        create(linkedTo: own, wantedMark(provider: own.pk, withheld: withheld), in: &plan)
        plan.complain(about: withheld)
        explainAccess(in: &plan)
        return plan
    }

    /// The steps that create an application and its mark, with nothing to open until it is bound.
    ///
    /// - Parameter provider: an existing one to be linked.
    private func create(linkedTo provider: OAuth2Provider?, _ mark: OwnershipMark, in plan: inout ServicePlan) {
        let link = provider.map { Ref.existing($0.pk) }
        let content = content(mark, provider: link)
        guard isMadeBare else {
            plan.add(.application, .create([.application(creation + accessMode, provider: link)]))
            plan.add(.mark, .createMark(on: .made(by: plan.id(.application)), content))
            return
        }
        let isOpening = { (field: FieldAssignment) in field.field == Application.Row.launchURL.attribute }
        plan.add(.creation, .create([.application(creation.filter { !isOpening($0) } + accessMode)]))
        let made = Ref<String>.made(by: plan.id(.creation))
        let claim = announcing(in: mark) ?? MarkContent(mark)
        plan.add(.creationClaim, .claim(application: made, claim), after: accessNeeds)
        addGrants(made, to: &plan)
        let opening = creation.filter(isOpening)
        if !opening.isEmpty || link != nil {
            plan.add(
                .application,
                .update(.application(slug: service.slug), .application(opening, provider: link))
            )
        }
        plan.add(.mark, .createMark(on: made, content, claim: plan.id(.creationClaim)))
    }

    /// The content of a mark, with the bindings that are created before it.
    private func content(
        _ mark: OwnershipMark,
        provider: Ref<Int>?,
        bindingsMadeBy step: Step.ID? = nil
    ) -> MarkContent {
        MarkContent(mark, provider: provider, bindings: pendingBindings(madeBy: step))
    }

    private var accessChanges: [FieldChange] { access?.changes ?? [] }

    // MARK: - What both have in common

    /// A provider that the application should be linked to.
    private struct LinkChange {
        var provider: Ref<Int>
        var name: String
    }

    /// The plan for an existing application; the caller adds the provider's steps.
    ///
    /// - Parameters:
    ///   - provider: the one that the mark should name.
    ///   - own: its current provider; nil if that is new or not wanted.
    private func existing(
        _ application: Application,
        changes providerChanges: [FieldChange],
        link: LinkChange?,
        provider: Ref<Int>?,
        _ own: OAuth2Provider? = nil
    ) -> ServicePlan {
        let declared = service.changes(from: application, formerly: mark?.applicationFields ?? [], release)
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
                after: .reference(
                    .init(pk: change.provider.existing.map(JSONValue.integer) ?? .null, name: change.name)
                )
            )
        }
        let settingSecret = providerChanges.contains(where: \.setsSecret)
        let wanted = wantedMark(provider: provider?.existing, settingSecret: settingSecret, withheld: withheld)
        let mark = content(wanted, provider: provider)
        let isMarked = mark.isKnown && self.mark == wanted
        let all = changes + [linkChange].compactMap { $0 } + providerChanges + accessChanges
        let (decision, reason) = decide(all, markDiffers: !isMarked, link: link)
        var plan = start(decision, reason)
        plan.changes = all
        let isRenamed = application.slug != service.slug && link?.provider.maker == nil
        // If there is nothing to open yet, that stays so until it is bound.
        let isOpenedLater = isRenamed && isBare && isMadeBare
        let isOpening = { (change: FieldChange) in change.field == Application.Row.launchURL.attribute }
        let later = isOpenedLater ? changes.filter(isOpening) : []
        let first = isOpenedLater ? changes.filter { !isOpening($0) } : changes
        let slug = isRenamed ? service.slug : application.slug
        if !first.isEmpty || link != nil && !isOpenedLater {
            let fields = ObjectFields.application(
                first.map(\.assignment),
                provider: isOpenedLater ? nil : link?.provider
            )
            plan.add(isRenamed ? .rename : .application, .update(.application(slug: application.slug), fields))
        }
        addAccess(.existing(application.pk), slug: slug, to: &plan)
        if isOpenedLater, !later.isEmpty || link != nil {
            let fields = ObjectFields.application(later.map(\.assignment), provider: link?.provider)
            plan.add(.application, .update(.application(slug: slug), fields))
        }
        if let entitlement {
            plan.standingMark = StandingMark(entitlement: entitlement.pk, mark: wanted)
            if !isMarked { update(entitlement.pk, mark, settingSecret: settingSecret, in: &plan) }
        } else {
            adopt(application, mark, in: &plan)
        }
        plan.complain(about: withheld)
        explainAccess(in: &plan)
        // A new slug, provider or owner may affect what else uses the application.
        if isRenamed || link != nil || decision == .adopt { plan.notes += application.backchannelNotes }
        return plan
    }

    static let isAsDeclared = "exists without an ownership mark and matches the file"
    static let markIsOutOfDate = "its ownership mark is out of date"

    private func decide(_ changes: [FieldChange], markDiffers: Bool, link: LinkChange?) -> (Decision, String) {
        if mark == nil {
            let differs = "exists without an ownership mark and differs from the file"
            return (.adopt, changes.isEmpty ? Self.isAsDeclared : differs)
        }
        if link != nil, let former = replaced.first, former.pk == mark?.provider {
            return (.update, "its login becomes \(service.login?.noun ?? "another one"), and was \(former.kind.noun)")
        }
        switch link?.provider {
        case .made where mark?.provider == nil && application?.provider == nil:
            return (.update, "its login becomes \(service.login?.noun ?? "another one"), and it had none")
        case .made: return (.recreate, "its provider is gone")
        case .existing: return (.link, "its provider is not linked to it")
        case nil: break
        }
        if changes.isEmpty {
            return markDiffers ? (.update, Self.markIsOutOfDate) : (.inSync, "as declared")
        }
        return (.update, ServicePlan.differing(changes))
    }

    private func start(_ decision: Decision, _ reason: String) -> ServicePlan {
        var plan = stuck(decision, reason)
        plan.notes = notes + unsupportedFields + renaming
        return plan
    }

    /// What a rename changes besides the fields.
    private var renaming: [String] {
        guard let application, application.slug != service.slug, service.provider != nil,
            service.provider?.issuerMode != .global
        else { return [] }
        return [
            "its issuer changes from /application/o/\(application.slug)/ to /application/o/\(service.slug)/; "
                + "update the service's configuration"
        ]
    }

    /// The fields of a new application.
    private var creation: [FieldAssignment] { service.wanted(release).assignments(release) }

    private func created(_ object: ObjectKind, _ assignments: [FieldAssignment]) -> [FieldChange] {
        assignments.map { FieldChange(object: object, field: $0.field, before: nil, after: $0.value) }
    }

    private func leftAlone(_ application: Application) -> [String] {
        guard let linked = application.provider, !replaced.contains(where: { $0.pk == linked }) else { return [] }
        let name = application.providerSummary?.name ?? "?"
        return ["the application's present provider '\(name)' is left alone"]
    }

    /// Fields in the file that this release does not support.
    private var unsupportedFields: [String] {
        service.unsupportedFields(release).map {
            "\($0.rawValue) is not managed: Authentik \(release) does not support it"
        }
            + (service.login?.unsupportedWords(release) ?? []).map {
                "'\($0.word)' in \($0.field.rawValue) is not managed: Authentik \(release) does not support it"
            }
    }
}

extension FieldChange {
    fileprivate var assignment: FieldAssignment { FieldAssignment(field: field, value: after) }
}

extension ServiceDraft {
    /// What changes to a provider mean for its users, besides the fields.
    func consequences(of changes: [FieldChange], _ names: NameIndex) -> [String] {
        changes.filter { $0.object == .provider }.flatMap { change -> [String] in
            switch change.field {
            case OAuth2Provider.Row.scopes.attribute: names.swaps(in: change)
            case OAuth2Provider.Row.signingKey.attribute: signing(change, names)
            case OAuth2Provider.Row.redirectURIs.attribute: opening(change)
            default: []
            }
        }
    }

    /// Whether the application's tile opens the provider's first redirect URI once the plan is done, because it has no
    /// launch URL.
    var opensFirstRedirect: Bool {
        if let launchURL = service.launchURL { return launchURL.trimmed.isEmpty }
        let isGivenUp = mark?.applicationFields.contains(Application.Row.launchURL.attribute) ?? false
        guard let application, !isGivenUp else { return true }
        return application.launchURL.trimmed.isEmpty
    }

    private func signing(_ change: FieldChange, _ names: NameIndex) -> [String] {
        guard let (before, after) = change.algorithms else { return [] }
        if let after {
            guard change.before != nil, let before, before != after else { return [] }
            return [
                "its tokens will be signed with \(after.rawValue) instead of \(before.rawValue); the service must accept that"
            ]
        }
        guard case .reference(let reference) = change.after, let type = names.key(reference)?.keyType else { return [] }
        let name = reference.name
        return ["Authentik \(release) does not sign tokens with keys of the type '\(type)', which '\(name)' has"]
    }

    private func opening(_ change: FieldChange) -> [String] {
        guard case .redirectURIs(_, firstOpens: true) = change.after else { return [] }
        return ["it has no launch URL, so its tile opens the first redirect URI"]
    }
}
