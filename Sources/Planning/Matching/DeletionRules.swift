import DesiredState
import Kinds

/// What a pass may delete, and of what it must keep its hands.
///
/// | provider | deleted with its application |
/// |---|---|
/// | the mark does not name it | no |
/// | another application has it, as its provider or as a backchannel, unless that falls, too, and leaves it behind | no |
/// | the mark of another application that is to have a provider names it, or a declared service takes it | no |
/// | it may be a proxy provider | no |
/// | otherwise | yes, before the application: the mark falls with that, and until then all of it is still ours |
struct DeletionRules {
    let observation: Observation
    /// Whether what is not declared any more is deleted.
    let isPruning: Bool
    /// Whether the deletion limit holds deletions back.
    let isHeld: Bool
    /// The applications of ours, by pk, that are to be deleted.
    let unwanted: Set<String>
    /// The same, and those that are to have no provider.
    let withoutProvider: Set<String>
    /// The providers that declared services take, of those that are not linked to them.
    var taken: Set<Int> = []

    /// The provider that an application's mark names and that is this application's alone.
    func provider(of mark: OwnershipMark, _ application: Application) -> OAuth2Provider? {
        mark.provider.flatMap { provider(pk: $0, of: application) }
    }

    /// The providers that an application had before its login became another one, and that are this application's alone.
    func formerProviders(of mark: OwnershipMark, _ application: Application) -> [OAuth2Provider] {
        mark.formerProviders.compactMap { provider(pk: $0, of: application) }
    }

    /// Those, and the one that it has, if that is of another kind than the login that is declared now.
    func replaced(by login: Login, _ mark: OwnershipMark, _ application: Application) -> [OAuth2Provider] {
        // Nearly always it is of that kind, and has no others.
        let isOfKind = mark.provider.flatMap(observation.kind(ofProvider:)).map { $0 == login.type } ?? true
        if isOfKind, mark.formerProviders.isEmpty { return [] }
        let own = isOfKind ? nil : provider(of: mark, application)
        return [own].compactMap(\.self) + formerProviders(of: mark, application).filter { $0.pk != own?.pk }
    }

    /// A provider that an application's mark names, if it is this application's alone.
    private func provider(pk: Int, of application: Application) -> OAuth2Provider? {
        guard let provider = observation.provider(pk: pk), !taken.contains(provider.pk),
            [provider.applicationSlug, provider.backchannelApplicationSlug].compactMap(\.self)
                .allSatisfy({ $0 == application.slug || isLeftBehind(provider, by: $0) }),
            observation.applicationsMarked(provider: provider.pk).subtracting(withoutProvider)
                .isSubset(of: [application.pk])
        else { return nil }
        return provider
    }

    /// The provider that a mark names, if that may be a proxy provider.
    func undetermined(_ mark: OwnershipMark) -> OAuth2Provider? {
        mark.provider.flatMap(observation.providerOfAnyKind(pk:)).flatMap { $0.kind == .undetermined ? $0 : nil }
    }

    /// Whether a provider that nobody takes can be deleted with the application that has it, or had it.
    func falls(_ provider: OAuth2Provider) -> Bool {
        !observation.applicationsMarked(provider: provider.pk)
            .isDisjoint(with: isPruning ? withoutProvider : unwanted)
    }

    /// Whether an application that has a provider falls in this pass, and does not take it along.
    private func isLeftBehind(_ provider: OAuth2Provider, by slug: String) -> Bool {
        guard let pk = observation.application(slug: slug)?.pk, unwanted.contains(pk) else { return false }
        return !observation.applicationsMarked(provider: provider.pk).contains(pk)
    }
}

extension DeletionRules {
    /// The rules for a file.
    ///
    /// - Parameter orphans: this owner's applications that no service declares.
    init(
        _ desired: DesiredState,
        _ observation: Observation,
        orphans: [(application: Application, mark: OwnershipMark)],
        isHeld: Bool
    ) {
        let absent = Set(desired.services.filter { $0.state == .absent }.map(\.slug))
        let bookmarks = Set(desired.services.filter { $0.login == nil }.flatMap { [$0.slug] + $0.renamedFrom })
        let unwanted =
            (desired.prune ? orphans : []) + observation.owned.filter { absent.contains($0.application.slug) }
        let withoutProvider = observation.owned.filter {
            bookmarks.contains($0.application.slug) || bookmarks.contains($0.mark.slug)
        }
        self.init(
            observation: observation,
            isPruning: desired.prune,
            isHeld: isHeld,
            unwanted: Set(unwanted.map(\.application.pk)),
            withoutProvider: Set((unwanted + withoutProvider).map(\.application.pk))
        )
    }
}
