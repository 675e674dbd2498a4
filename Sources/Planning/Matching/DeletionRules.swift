import DesiredState
import Kinds

/// What a pass may delete, and what it must leave alone.
///
/// | provider | deleted with its application |
/// |---|---|
/// | the mark does not name it | no |
/// | another application has it, as its provider or as a backchannel, unless that is deleted too and leaves it behind | no |
/// | the mark of another application that should have a provider names it, or a declared service takes it | no |
/// | it may be a proxy provider | no |
/// | otherwise | yes, before the application: the mark is deleted with that, and until then everything is still ours |
struct DeletionRules {
    let observation: Observation
    /// Whether undeclared objects are deleted.
    let isPruning: Bool
    /// Whether the deletion limit blocks deletions.
    let isHeld: Bool
    /// This owner's applications, by pk, that should be deleted.
    let unwanted: Set<String>
    /// These, and the applications that should have no provider.
    let withoutProvider: Set<String>
    /// The providers that declared services take and that are not linked to them.
    var taken: Set<Int> = []

    /// The provider that an application's mark names and that belongs to this application only.
    func provider(of mark: OwnershipMark, _ application: Application) -> OAuth2Provider? {
        mark.provider.flatMap { provider(pk: $0, of: application) }
    }

    /// The providers that an application had before its login was changed to another kind, and that belong to it only.
    func formerProviders(of mark: OwnershipMark, _ application: Application) -> [OAuth2Provider] {
        mark.formerProviders.compactMap { provider(pk: $0, of: application) }
    }

    /// The former providers, and the current one if it is of another kind than the declared login.
    func replaced(by login: Login, _ mark: OwnershipMark, _ application: Application) -> [OAuth2Provider] {
        // Nearly always it is of that kind, and there are no others.
        let isOfKind = mark.provider.flatMap(observation.kind(ofProvider:)).map { $0 == login.type } ?? true
        if isOfKind, mark.formerProviders.isEmpty { return [] }
        let own = isOfKind ? nil : provider(of: mark, application)
        return [own].compactMap(\.self) + formerProviders(of: mark, application).filter { $0.pk != own?.pk }
    }

    /// A provider that an application's mark names, if it belongs to this application only.
    private func provider(pk: Int, of application: Application) -> OAuth2Provider? {
        guard let provider = observation.provider(pk: pk), !taken.contains(provider.pk),
            [provider.applicationSlug, provider.backchannelApplicationSlug].compactMap(\.self)
                .allSatisfy({ $0 == application.slug || isLeftBehind(provider, by: $0) }),
            observation.applicationsMarked(provider: provider.pk)
                .allSatisfy({ $0 == application.pk || withoutProvider.contains($0) })
        else { return nil }
        return provider
    }

    /// The provider that a mark names, if it may be a proxy provider.
    func undetermined(_ mark: OwnershipMark) -> OAuth2Provider? {
        mark.provider.flatMap(observation.providerOfAnyKind(pk:)).flatMap { $0.kind == .undetermined ? $0 : nil }
    }

    /// Whether a provider that no service takes can be deleted with the application that has, or had, it.
    func falls(_ provider: OAuth2Provider) -> Bool {
        observation.applicationsMarked(provider: provider.pk)
            .contains { (isPruning ? withoutProvider : unwanted).contains($0) }
    }

    /// Whether an application that has a provider is deleted in this pass and leaves the provider behind.
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
        orphans: [OwnedApplication],
        isHeld: Bool
    ) {
        let absent = Set(desired.services.filter { $0.state == .absent }.map(\.slug))
        let bookmarks = Set(desired.services.filter { $0.login == nil }.flatMap { [$0.slug] + $0.renamedFrom })
        let declaredAbsent = absent.isEmpty ? [] : observation.owned.filter { absent.contains($0.application.slug) }
        let unwanted = (desired.prune ? orphans : []) + declaredAbsent
        let withoutProvider =
            bookmarks.isEmpty
            ? []
            : observation.owned.filter {
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
