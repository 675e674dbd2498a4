import AuthentikAPI
import Base
import DesiredState
import Kinds

/// What happens to the providers that a service had before its login was changed to another kind.
///
/// | the former provider | |
/// |---|---|
/// | has the name of the new one | is renamed first: names are unique across all kinds |
/// | is pruned | is deleted once the application has the new one; the deletion limit counts it |
/// | is not pruned, or the deletion limit blocks it | is left alone, and stays in the mark |
///
/// So an application that had a login is never without one.
extension ServiceDraft {
    /// The former providers that stay, and so remain in its mark.
    var keptProviders: [Int] {
        guard let mark, let application else { return [] }
        let former =
            service.login == nil ? deletions.formerProviders(of: mark, application) : replaced
        let isDeleted = deletions.isPruning && !deletions.isHeld
        return isDeleted ? [] : former.map(\.pk).sorted()
    }

    /// Deletes a service's former providers if they are pruned.
    func retire(_ former: [OAuth2Provider], in plan: inout ServicePlan) {
        guard !former.isEmpty, !plan.decision.isStuck else { return }
        var names: [String] = []
        for provider in former {
            guard provider.name.exact == service.login?.name.exact else {
                names.append(provider.name)
                continue
            }
            let name = otherName(than: provider.name)
            names.append(name)
            plan.notes.append(
                "its former provider '\(provider.name)' becomes '\(name)' first, to make room for its successor"
            )
            plan.add(.yielding, rename(provider, name), named: "\(provider.pk)")
            plan.restorations.append(rename(provider, provider.name))
        }
        guard deletions.isPruning else {
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            let what = names.count == 1 ? "its former provider \(list) is" : "its former providers \(list) are"
            plan.notes.append("\(what) left alone, since the file does not say 'prune'")
            return
        }
        plan.deletion = Deletion(
            application: nil,
            providers: former.map(\.name),
            bindings: plan.deletion?.bindings ?? []
        )
        plan.deletion?.isHeld = deletions.isHeld
        guard !deletions.isHeld else { return }
        if plan.decision == .inSync || plan.reason == Self.markIsOutOfDate {
            plan.decision = .update
            plan.reason = "its former provider is no longer needed"
        }
        for provider in former { plan.add(.retirement, .delete(.provider(provider)), named: "\(provider.pk)") }
    }

    private func rename(_ provider: OAuth2Provider, _ name: String) -> Effect {
        let key = ObjectKey.provider(provider)
        let assignment = FieldAssignment(field: OAuth2Provider.Row.name.attribute, value: .text(name))
        guard provider.kind == .proxy, let held = provider.proxy?.values else {
            return .update(key, ObjectFields(key.kind, [assignment]))
        }
        return .update(key, ObjectFields(key.kind, ProxyProvider.patch([assignment], holding: held)))
    }

    /// A name that no provider has.
    private func otherName(than name: String) -> String {
        let names = ["\(name) (replaced)"] + (2...99).map { "\(name) (replaced \($0))" }
        return names.first { deletions.observation.provider(name: $0) == nil } ?? "\(name) (replaced 100)"
    }
}

/// Which outpost serves a service's provider.
///
/// | the declared outpost | the one in the mark | |
/// |---|---|---|
/// | serves it | that one, or none | nothing |
/// | does not | that one, or none | it is added after everything else: one write for all services of a pass |
/// | any | another one, which serves it | it is added to the declared one first, then removed from the other |
///
/// Other outposts that serve it are not touched; the plan names them.
extension ServiceDraft {
    /// A plan extended by the steps for its outpost and its former providers.
    func finished(
        _ plan: ServicePlan,
        _ provider: ResolvedProvider,
        _ match: ProviderMatcher.Match,
        _ names: NameIndex
    ) -> ServicePlan {
        var plan = plan
        guard !plan.decision.isStuck else { return plan }
        if let outpost = provider.outpost { serve(by: outpost, match, names, in: &plan) }
        retire(replaced, in: &plan)
        return plan
    }

    private func serve(
        by outpost: Outpost,
        _ match: ProviderMatcher.Match,
        _ names: NameIndex,
        in plan: inout ServicePlan
    ) {
        var own: OAuth2Provider?
        if case .found(let found, _) = match { own = found }
        let serving = own.map { names.outposts(serving: $0.pk) } ?? []
        let former = formerOutpost.flatMap { former in serving.first { $0.pk == former.pk } }
        for other in serving where other.pk != outpost.pk && other.pk != former?.pk {
            plan.notes.append("the outpost '\(other.name)' also serves it; left alone")
        }
        let isServed = serving.contains { $0.pk == outpost.pk }
        if !isServed {
            let before = serving.isEmpty ? FieldValue.none : .words(serving.map(\.name))
            let reference: Ref<Int> =
                own.map { .existing($0.pk) } ?? .made(by: plan.id(application == nil ? .application : .provider))
            plan.changes.append(
                FieldChange(
                    object: .outpost,
                    field: "name",
                    before: own == nil ? nil : before,
                    after: .text(outpost.name)
                )
            )
            plan.add(
                former == nil ? .membership : .relocation,
                .serve(OutpostMembership(outpost, reference, isServed: true))
            )
        }
        if let former, let own {
            if isServed { plan.notes.append("the outpost '\(former.name)' no longer serves it after this change") }
            if staysInFormerOutpost {
                let remedy = "add another provider to it, or delete it"
                plan.hinder(
                    "the outpost '\(former.name)' still serves it: Authentik requires every outpost to have a provider; \(remedy)"
                )
            } else {
                plan.add(.withdrawal, .serve(OutpostMembership(former, .existing(own.pk), isServed: false)))
            }
        }
        if plan.decision == .adopt, !isServed, plan.reason == Self.isAsDeclared {
            plan.reason += ", except for its outpost"
        }
        guard plan.decision == .inSync || plan.reason == Self.markIsOutOfDate,
            former != nil || !isServed || plan.hindrance != nil
        else { return }
        plan.decision = .update
        plan.reason = former != nil ? "it moves to another outpost" : "its outpost does not serve it"
    }
}

extension ServiceDraft {
    /// The outpost that its mark should name: the old one until the provider is removed from it.
    var markedOutpost: String? {
        staysInFormerOutpost ? formerOutpost?.pk : outpost?.pk
    }
}

/// The providers that cannot leave their outposts, because Authentik allows only the embedded outpost to be empty.
///
/// | of an outpost's providers | |
/// |---|---|
/// | one does not leave, or another one is added | all that should leave can |
/// | all leave | the oldest stays, so that the others can leave |
struct OutpostDepartures {
    /// By the outpost's pk.
    private let staying: [String: Int]

    init(_ declarations: [Declaration], _ names: NameIndex) {
        var leaving: [String: Set<Int>] = [:]
        var joined: Set<String> = []
        for declaration in declarations {
            guard case .resolved(let resolved, _)? = declaration.resolution, let outpost = resolved.outpost else {
                continue
            }
            let mark = declaration.claim.mark
            if mark?.provider.map({ outpost.providers.contains($0) }) != true { joined.insert(outpost.pk) }
            if let provider = mark?.provider, let former = mark?.outpost, former != outpost.pk {
                leaving[former, default: []].insert(provider)
            }
        }
        staying = leaving.reduce(into: [:]) { staying, pair in
            guard let outpost = names.outpost(pk: pair.key), !outpost.isEmbedded, !joined.contains(outpost.pk),
                !outpost.providers.isEmpty, pair.value.isSuperset(of: outpost.providers)
            else { return }
            staying[outpost.pk] = outpost.providers.min()
        }
    }

    func holds(_ provider: Int?, in outpost: Outpost?) -> Bool {
        guard let provider, let outpost else { return false }
        return staying[outpost.pk] == provider
    }
}

extension Login {
    /// Its name for users.
    var noun: String { type.noun }
}

extension OAuth2Provider.ProviderType {
    /// What users call a login by such a provider.
    var noun: String {
        switch self {
        case .oauth2: "OpenID Connect"
        case .proxy: "forward-auth"
        case .undetermined: "another one"
        }
    }
}
