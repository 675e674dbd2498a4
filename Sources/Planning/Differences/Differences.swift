import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Secrets

/// What has to be done for each service and orphan, independently of the plans of all others.
struct Differences {
    let desired: DesiredState
    let observation: Observation
    /// In the order of the file.
    let declarations: [Declaration]
    /// Their indices, by slug.
    let indexBySlug: [String: Int]
    /// This owner's applications that no service declares.
    let orphans: [OwnedApplication]
    /// Applications with unreadable marks that no service declares.
    let unreadable: [(application: Application, remains: OwnershipMark.Remains)]
    /// The address of Authentik, without a trailing slash.
    let address: String
    /// The providers that cannot leave their outposts.
    let departures: OutpostDepartures

    /// - Parameter index: the service's index in the file.
    func plan(at index: Int, _ matching: Matching) -> ServicePlan {
        var draft = self.draft(declarations[index], matching.deletions)
        // A former provider may become its provider again.
        if case .found(let own, _)? = matching.provider(at: index) { draft.replaced.removeAll { $0.pk == own.pk } }
        var plan = plan(at: index, draft, matching)
        if draft.service.state == .present { plan.serving = draft.serving(plan, observation.names) }
        return plan
    }

    private func plan(at index: Int, _ draft: ServiceDraft, _ matching: Matching) -> ServicePlan {
        let declaration = declarations[index]
        if let conflict = declaration.claim.conflict { return draft.stuck(.conflict, conflict) }
        if declaration.service.state == .absent { return planAbsence(draft, matching) }
        guard declaration.login != nil, let match = matching.provider(at: index) else {
            return draft.planBookmark()
        }
        if case .conflict(let reason) = match { return draft.stuck(.conflict, reason) }
        switch declaration.resolution ?? .failed(LookUpError("no secret was resolved for it")) {
        case .failed(let error):
            var reason = error.description
            if let access = draft.access?.standing, access.state == .blocked, let complaint = access.complaint {
                reason += "; also \(complaint)"
            }
            return draft.stuck(error.isWaiting ? .waiting : .blocked, reason)
        case .resolved(var resolved, _):
            resolved.federate { own(of: $0, matching) }
            var plan = draft.plan(resolved, match, observation.names)
            plan.needs = resolved.scopes.compactMap(\.shared)
            for slug in falling(of: resolved, matching.deletions) {
                plan.hinder("jwtFederation names '\(slug)', which is about to be deleted; remove it from the list")
            }
            guard case .oauth2(let provider) = resolved.login, let publication = provider.publication else {
                return plan
            }
            let settings = ClientSettings(
                at: publication.publicURL ?? address,
                of: declaration.service,
                provider,
                issuerMode: issuerMode(provider, draft.mark, match),
                scopes: observation.names.scopeNames(provider.scopeReferences)
            )
            let values = PublishedValues(settings: settings, secret: resolved.secret)
            return draft.publishing(plan, publication, values, observed: observation.published)
        }
    }

    /// The slugs of applications to be deleted whose providers' tokens a provider should accept.
    private func falling(of resolved: ResolvedProvider, _ deletions: DeletionRules) -> [String] {
        resolved.federatedProviders.compactMap { provider in
            guard let slug = observation.provider(pk: provider)?.applicationSlug,
                let application = observation.application(slug: slug), deletions.unwanted.contains(application.pk)
            else { return nil }
            return slug
        }
    }

    /// The provider that a service of the file has once the plan is carried out; nil if that is not decided here.
    private func own(of slug: String, _ matching: Matching) -> JSONValue? {
        guard let index = indexBySlug[slug] else { return nil }
        switch matching.provider(at: index) {
        case .found(let own, _)?: return .integer(own.pk)
        case ProviderMatcher.Match.none?: return .null
        case .conflict?, nil: return nil
        }
    }

    /// Whether a service may adopt what exists without a mark; see ``AdoptionPolicy``.
    ///
    /// - Parameter deletions: any will do: a service with a provider deletes nothing.
    func isTakenOver(
        _ declaration: Declaration,
        _ match: ProviderMatcher.Match,
        _ deletions: DeletionRules
    ) -> Bool {
        guard declaration.claim.mark == nil, declaration.service.adopt != .always,
            case .resolved(let resolved, _)? = declaration.resolution
        else { return true }
        let draft = draft(declaration, deletions)
        return draft.plan(resolved, match, observation.names).decision != .conflict
    }

    private func draft(_ declaration: Declaration, _ deletions: DeletionRules) -> ServiceDraft {
        var draft = ServiceDraft(declaration: declaration, deletions: deletions)
        draft.mark = declaration.claim.mark.map { $0.upgraded(on: declaration.claim.application, draft.release) }
        if case .resolved(let resolved, let version)? = declaration.resolution {
            draft.secretVersion = version
            draft.outpost = resolved.outpost
            draft.departures = departures
            draft.formerOutpost = draft.mark?.outpost.flatMap { pk in
                pk == resolved.outpost?.pk ? nil : observation.names.outpost(pk: pk)
            }
        }
        if let login = declaration.login, let application = draft.application, let mark = draft.mark {
            draft.replaced = deletions.replaced(by: login, mark, application)
        }
        draft.access = declaration.service.access.map { access in
            AccessDraft(
                access,
                // If access was not read, there are no bindings to compare.
                observation.access ?? AccessIndex(ObservedAccess(), groups: [], declaredGroups: []),
                release: observation.names.release,
                application: declaration.claim.application,
                mark: declaration.claim.mark,
                isHeld: deletions.isHeld
            )
        }
        return draft
    }

    /// The provider's issuer mode once the plan is carried out.
    private func issuerMode(
        _ declared: Provider,
        _ mark: OwnershipMark?,
        _ match: ProviderMatcher.Match
    ) -> IssuerMode {
        let isKept = mark?.unkept?.provider[OAuth2Provider.Row.issuerMode.attribute] == nil
        if isKept, let mode = declared.issuerMode { return mode }
        guard case .found(let own, _) = match else { return .perProvider }
        let set = mark?.attributesSet(on: own, .oauth2Provider, observation.names.release) ?? []
        return set.contains(OAuth2Provider.Row.issuerMode.attribute) ? .perProvider : own.issuerMode ?? .perProvider
    }

    // MARK: - What is to go

    private func planAbsence(_ draft: ServiceDraft, _ matching: Matching) -> ServicePlan {
        guard let application = draft.application else {
            let leftovers = matching.leftovers(of: draft.service)
            guard !leftovers.isEmpty else { return draft.stuck(.inSync, "absent, as declared") }
            let list = leftovers.map { "'\($0.name)' (pk \($0.pk), client id '\($0.clientID)')" }
            return draft.stuck(
                .conflict,
                "its application no longer exists, and neither does the mark that says whether the provider "
                    + "\(list.joined(separator: ", ")) was its own; delete the provider in Authentik, or, to keep it, "
                    + "remove the service from the file"
            )
        }
        guard let mark = draft.mark else {
            return draft.stuck(
                .conflict,
                "is declared absent, but the application exists without our ownership mark; delete it manually, or "
                    + "declare it as present first to adopt it"
            )
        }
        var plan = planDeletion(
            of: application,
            mark,
            slug: draft.service.slug,
            reason: "declared absent",
            matching.deletions
        )
        plan.location = draft.service.location
        return plan
    }

    /// The plans for what no service declares.
    func planUndeclared(_ matching: Matching) -> [ServicePlan] {
        orphans.map { orphan in
            let (application, mark) = (orphan.application, orphan.mark)
            let former = mark.slug == application.slug ? "" : " (declared as '\(mark.slug)' before)"
            let reason = "no longer in the file\(former)"
            guard desired.prune else {
                return ServicePlan(slug: application.slug, decision: .orphan, reason: "\(reason); \(Orphans.advice)")
            }
            return planDeletion(of: application, mark, slug: application.slug, reason: reason, matching.deletions)
        }
            + unreadable.map { application, remains in
                ServicePlan(
                    slug: application.slug,
                    decision: .conflict,
                    reason: "not in the file, and \(remains.reason)"
                )
            }
    }

    /// Deletes an application of this owner, its provider first.
    private func planDeletion(
        of application: Application,
        _ mark: OwnershipMark,
        slug: String,
        reason: String,
        _ deletions: DeletionRules
    ) -> ServicePlan {
        if let own = deletions.undetermined(mark) {
            // The mark, which is deleted with the application, is the only record of whose the provider is.
            return ServicePlan(
                slug: slug,
                decision: .conflict,
                reason: "\(reason), and its provider '\(own.name)' \(own.proxyRemark); nothing is deleted"
            )
        }
        let own = deletions.provider(of: mark, application)
        let falling = [own].compactMap(\.self) + deletions.formerProviders(of: mark, application)
        var plan = ServicePlan(slug: slug, decision: .delete, reason: reason)
        plan.deletion = Deletion(application: application.slug, providers: falling.map(\.name))
        plan.deletion?.isHeld = deletions.isHeld
        if let pk = application.provider, pk != own?.pk {
            let name = application.providerSummary?.name ?? "\(pk)"
            plan.notes.append("the application's provider '\(name)' does not belong to this service; left alone")
        } else if own == nil, let left = mark.provider.flatMap(observation.provider(pk:)) {
            plan.notes.append("its provider '\(left.name)' now belongs to another service; left alone")
        }
        plan.notes += application.backchannelNotes
        guard !deletions.isHeld else { return plan }
        for provider in falling { plan.add(.removal, .delete(.provider(provider)), named: "\(provider.pk)") }
        plan.add(.application, .delete(.application(slug: application.slug)))
        return plan
    }
}

/// What this owner manages and the file no longer declares.
enum Orphans {
    /// What the user can do about an orphan that is left alone.
    static let advice = "declare it again to keep it, or set 'prune: true' to delete it"
}

extension Application {
    /// What somebody gave the application in addition to its provider, a clause each; this program never sends that field.
    var backchannelNotes: [String] {
        backchannelProviders.map { provider in
            let type = provider.typeName.map { " (\($0))" } ?? ""
            return "the application has the backchannel provider '\(provider.name ?? "?")'\(type), which the file does "
                + "not declare; left alone"
        }
    }
}

/// The result of looking up everything that a service's provider names: its secret, flows, keys and scopes.
///
/// Indirect, since it is large and passed on often.
indirect enum Resolution: Sendable {
    /// `version` is that of the Kubernetes Secret that holds the secret.
    case resolved(ResolvedProvider, version: SecretVersion?)
    case failed(LookUpError)

    init(
        _ login: Login,
        secrets: [SecretReference: SecretLook],
        _ names: NameIndex,
        _ defaults: inout ResolvedDefaults
    ) {
        var secret: Secret?
        let available = login.secret.flatMap { secrets[$0] }
        if case .oauth2(let provider) = login, provider.clientType == .confidential {
            switch available {
            case .present(let value, _): secret = value
            case .leftOut: break
            case .missing(let reason), .unusable(let reason), .unreadable(let reason):
                self = .failed(LookUpError(reason))
                return
            case .waiting(let reason):
                self = .failed(LookUpError(reason, isWaiting: true))
                return
            case nil:
                self = .failed(LookUpError("no secret was resolved for it"))
                return
            }
        }
        var version: SecretVersion?
        if case .present(_, let known)? = available { version = known }
        do throws(LookUpError) {
            self = .resolved(try names.resolve(login, secret: secret, &defaults), version: version)
        } catch {
            self = .failed(error)
        }
    }
}
