import AuthentikAPI

/// What a pass may delete, and of what it must keep its hands.
///
/// | provider | deleted with its application |
/// |---|---|
/// | the mark does not name it | no |
/// | another application has it, as its provider or as a backchannel, and is not deleted in this pass, too | no |
/// | the mark of another application that is to have a provider names it, or a declared service takes it | no |
/// | it is a proxy provider | no |
/// | otherwise | yes, before the application: the mark falls with that, and until then all of it is still ours |
struct DeletionRules {
    let index: ObservedIndex
    /// Whether what is not declared any more is deleted.
    let isPruning: Bool
    /// Whether the brake holds deletions back.
    let isHeld: Bool
    /// The applications of ours, by pk, that are to have no provider, or to be deleted.
    let withoutProvider: Set<String>
    /// The slugs of those of them that are to be deleted.
    let unwanted: Set<String>
    /// The providers that declared services take, of those that are linked to nothing.
    var taken: Set<Int> = []

    /// The provider that an application's mark names and that is this application's alone.
    func provider(of mark: OwnershipMark, _ application: Application) -> OAuth2Provider? {
        guard let provider = mark.provider.flatMap(index.provider(pk:)), !taken.contains(provider.pk),
            [provider.applicationSlug, provider.backchannelApplicationSlug]
                .allSatisfy({ $0.map { $0 == application.slug || unwanted.contains($0) } ?? true }),
            index.applicationsMarked(provider: provider.pk).subtracting(withoutProvider).isSubset(of: [application.pk])
        else { return nil }
        return provider
    }

    /// Takes an application that is ours away, and its provider first.
    func plan(_ application: Application, _ mark: OwnershipMark, slug: String, reason: String) -> ServicePlan {
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
        if let own { plan.writes.append(.deleteProvider(pk: own.pk)) }
        plan.writes.append(.deleteApplication(slug: application.slug))
        return plan
    }
}
