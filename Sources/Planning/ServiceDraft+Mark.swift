import AuthentikAPI
import DesiredState

extension ServiceDraft {
    func wantedMark(
        provider: Int?,
        settingSecret: Bool = false,
        withheld: Withheld = Withheld()
    ) -> OwnershipMark {
        OwnershipMark(
            owner: owner,
            slug: service.slug,
            provider: provider,
            applicationFields: ApplicationField.allCases
                .filter { $0 != .slug && $0.exists(in: release) && service.value(of: $0) != nil }
                .map(\.rawValue).filter { !withheld.contains($0, of: .application) }.sorted(),
            providerFields: ProviderField.allCases
                .filter { $0.exists(in: release) && service.declares($0) }
                .map(\.rawValue).filter { !withheld.contains($0, of: .provider) }.sorted(),
            rotation: settledRotation(settingSecret: settingSecret),
            unkept: withheld.note
        )
    }
}
