import AuthentikAPI
import DesiredState

extension ServiceDraft {
    /// What brings the mark of an application that is there up to date; nil if it is.
    ///
    /// - Parameter settingSecret: whether the plan gives the provider its secret.
    func markWrite(_ application: Application, _ provider: MarkedProvider, settingSecret: Bool) -> Write? {
        var wanted: OwnershipMark
        switch provider {
        case .known(let pk): wanted = wantedMark(provider: pk, settingSecret: settingSecret)
        case .created: wanted = wantedMark(provider: nil, settingSecret: settingSecret)
        }
        guard let entitlement else { return .createMark(application: application.pk, wanted) }
        if case .known = provider, entitlement.reading == .mark(wanted) { return nil }
        return .updateMark(entitlement: entitlement.pk, wanted)
    }

    func wantedMark(provider: Int?, settingSecret: Bool = false) -> OwnershipMark {
        OwnershipMark(
            owner: owner,
            slug: service.slug,
            provider: provider,
            applicationFields: ApplicationField.allCases
                .filter { $0 != .slug && $0.exists(in: release) && service.value(of: $0) != nil }
                .map(\.rawValue).sorted(),
            providerFields: ProviderField.allCases
                .filter { $0.exists(in: release) && service.declares($0) }
                .map(\.rawValue).sorted(),
            rotation: settledRotation(settingSecret: settingSecret)
        )
    }
}
