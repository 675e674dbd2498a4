import AuthentikAPI

/// What a pass may delete, and of what it must keep its hands.
///
/// | provider | deleted with its application |
/// |---|---|
/// | the mark does not name it | no |
/// | another application has it, as its provider or as a backchannel, unless that falls, too, and leaves it behind | no |
/// | the mark of another application that is to have a provider names it, or a declared service takes it | no |
/// | it is a proxy provider, or may be one | no |
/// | otherwise | yes, before the application: the mark falls with that, and until then all of it is still ours |
struct DeletionRules {
    let index: ObservedIndex
    /// Whether what is not declared any more is deleted.
    let isPruning: Bool
    /// Whether the brake holds deletions back.
    let isHeld: Bool
    /// The applications of ours, by pk, that are to have no provider, or to be deleted.
    let withoutProvider: Set<String>
    /// The pks of those of them that are to be deleted, by slug.
    let unwanted: [String: String]
    /// The providers that declared services take, of those that are linked to nothing.
    var taken: Set<Int> = []

    /// The provider that an application's mark names and that is this application's alone.
    func provider(of mark: OwnershipMark, _ application: Application) -> OAuth2Provider? {
        guard let provider = mark.provider.flatMap(index.provider(pk:)), !taken.contains(provider.pk),
            [provider.applicationSlug, provider.backchannelApplicationSlug].compactMap(\.self)
                .allSatisfy({ $0 == application.slug || isLeftBehind(provider, by: $0) }),
            index.applicationsMarked(provider: provider.pk).subtracting(withoutProvider).isSubset(of: [application.pk])
        else { return nil }
        return provider
    }

    /// The provider that a mark names, if that may be a proxy provider.
    func undetermined(_ mark: OwnershipMark) -> OAuth2Provider? {
        mark.provider.flatMap(index.providerOfAnyKind(pk:)).flatMap { $0.kind == .undetermined ? $0 : nil }
    }

    /// Whether an application that has a provider falls in this pass, and does not take it along.
    private func isLeftBehind(_ provider: OAuth2Provider, by slug: String) -> Bool {
        guard let pk = unwanted[slug] else { return false }
        return !index.applicationsMarked(provider: provider.pk).contains(pk)
    }

    /// Takes an application that is ours away, and its provider first.
    func plan(_ application: Application, _ mark: OwnershipMark, slug: String, reason: String) -> ServicePlan {
        if let own = undetermined(mark) {
            // The mark, which falls with the application, is all that tells whose the provider is.
            return ServicePlan(
                slug: slug,
                decision: .conflict,
                reason: "\(reason), and its provider '\(own.name)' \(own.proxyRemark); nothing is deleted"
            )
        }
        let own = provider(of: mark, application)
        var plan = ServicePlan(slug: slug, decision: .delete, reason: reason)
        plan.deletion = Deletion(application: application.slug, provider: own?.name)
        plan.deletion?.isHeld = isHeld
        if let pk = application.provider, pk != own?.pk {
            let name = application.providerSummary?.name ?? "\(pk)"
            plan.notes.append(
                "the provider '\(name)', which the application has, is not this service's own; left alone"
            )
        } else if own == nil, let left = mark.provider.flatMap(index.provider(pk:)) {
            plan.notes.append("its provider '\(left.name)' is another service's by now; left alone")
        }
        guard !isHeld else { return plan }
        if let own { plan.add(.removal, .delete(.provider(pk: own.pk))) }
        plan.add(.application, .delete(.application(slug: application.slug)))
        return plan
    }
}
