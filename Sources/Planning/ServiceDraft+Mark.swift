import AuthentikAPI
import DesiredState

extension ServiceDraft {
    /// What brings the mark of an application that is there up to date; nil if it is.
    func markWrite(_ application: Application, _ provider: MarkedProvider) -> Write? {
        var wanted: OwnershipMark
        switch provider {
        case .known(let pk): wanted = wantedMark(provider: pk)
        case .created: wanted = wantedMark(provider: nil)
        }
        guard let entitlement else { return .createMark(application: application.pk, wanted) }
        if case .known = provider, entitlement.reading == .mark(wanted) { return nil }
        return .updateMark(entitlement: entitlement.pk, wanted)
    }

    func wantedMark(provider: Int?) -> OwnershipMark {
        OwnershipMark(
            owner: owner,
            slug: service.slug,
            provider: provider,
            applicationFields: ApplicationField.allCases
                .filter { $0 != .slug && $0.exists(in: release) && service.value(of: $0) != nil }
                .map(\.rawValue).sorted(),
            providerFields: ProviderField.allCases
                .filter { $0.exists(in: release) && service.declares($0) }
                .map(\.rawValue).sorted()
        )
    }
}
